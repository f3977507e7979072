/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import type { INode } from 'n8n-workflow';

import { startSimulator, type Fault, type Route, type Simulator } from '../simulator/simulator.ts';
import { execute as executeIn, listModels, logLines, type Finished } from './engine.ts';
import { createNode, editNode, getStatusNode, itemsOf, jsonOf, withScene } from './scene.ts';

// As an operator would switch it on; n8n reads it with the first request.
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';
process.env.N8N_SSRF_ALLOWED_IP_RANGES = '127.0.0.1/32';
process.env.N8N_SSRF_BLOCKED_HOSTNAMES = 'localhost';

const API_KEY = 'key-that-nobody-may-see';
const QUICK = { apiKey: API_KEY, plan: () => ({ seconds: 0.1 }) };

const says = (message: string) => ({ error: { message, type: 'comet_api_error', code: 'bad' } });
const ECHO = `invalid token Bearer ${API_KEY} (${API_KEY})`;

/** JSON that writes the key's first letter and its hyphens by their numbers. */
function escaped(body: object): string {
	const written = API_KEY.replace('k', '\\u006b').replaceAll('-', '\\u002D');
	const json = JSON.stringify(body).replaceAll(API_KEY, written);
	expect(json).not.toContain(API_KEY);
	expect(JSON.parse(json)).toEqual(body);
	return json;
}

function expectNoKey(finished: Finished): void {
	const { run, outputs, error } = finished;
	expect(JSON.stringify({ data: run.data, outputs })).not.toContain(API_KEY);
	expect(`${error?.message} ${error?.description}`).not.toContain(API_KEY);
	expect(logLines.join('\n')).not.toContain(API_KEY);
}

const atLocalhost = (url: string) => url.replace('127.0.0.1', 'localhost');

describe('The API key stays out of errors, log and items', () => {
	const echoes: Array<[string, Route, Fault]> = [
		['a refused submit', 'submit', { kind: 'status', status: 400, body: says(ECHO) }],
		['a refused key', 'submit', { kind: 'status', status: 401, body: { error: ECHO } }],
		['a submit of unknown fate', 'submit', { kind: 'status', status: 500, body: says(ECHO) }],
		['a page', 'submit', { kind: 'status', status: 200, body: `<html>${ECHO}</html>` }],
		['a refused poll', 'status', { kind: 'status', status: 403, body: says(ECHO) }],
		[
			'a failed job',
			'status',
			{
				kind: 'status',
				status: 200,
				body: { status: 'failed', error: { code: 'x', message: ECHO } },
			},
		],
		[
			'a status that nobody knows',
			'status',
			{ kind: 'status', status: 200, body: { status: `waiting for ${API_KEY}` } },
		],
		[
			'a finished job',
			'status',
			{
				kind: 'status',
				status: 200,
				body: {
					status: 'done',
					video: { url: 'https://example.com/a.mp4' },
					usage: { key: API_KEY },
					debug: { headers: { Authorization: `Bearer ${API_KEY}` } },
				},
			},
		],
	];
	for (const [name, route, fault] of [...echoes]) {
		if (fault.kind !== 'status' || typeof fault.body !== 'object' || fault.body === null) continue;
		const named = { ...fault.body, [`of ${API_KEY}`]: { [API_KEY]: API_KEY } };
		echoes.push([`${name}, escaped`, route, { ...fault, body: escaped(named) }]);
	}
	const manners = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const;
	const cases = echoes.flatMap((echo) => manners.map((onError) => [onError, ...echo] as const));

	test.concurrent.each(cases)('with %s, when it is in %s', async (onError, _case, route, fault) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const injected = simulator.inject({ route, fault });
			const options = { includeRawResponse: true, maxWait: 2, onTimeout: 'return' };
			const finished = await execute(createNode({ options }, { onError }));
			expect(injected.hits).toBe(1);
			expectNoKey(finished);
		});
	});

	test.concurrent('but leaves the words of the server around it', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const fault = { kind: 'status', status: 400, body: says(ECHO) } as const;
			simulator.inject({ route: 'submit', fault });
			const { error } = await execute(createNode());
			expect(error?.description).toContain('invalid token Bearer *** (***)');
		});
	});

	test.concurrent('when all goes well, and when nobody is at the address', async () => {
		await withScene(QUICK, async ({ simulator, execute, credential }) => {
			const node = createNode({ downloadVideo: true, options: { includeRawResponse: true } });
			expectNoKey(await execute(node));
			const nobody = { ...credential, baseUrl: 'http://127.0.0.1:1' };
			expectNoKey(await executeIn({ video: node }, itemsOf({}), nobody));
			simulator.inject({ route: 'submit', fault: { kind: 'reset' } });
			expectNoKey(await execute(node));
		});
	});

	test.concurrent.each([
		['request_id', { request_id: API_KEY }],
		['data', { code: 0, data: API_KEY }],
		['a row', { data: { task_id: API_KEY } }],
	])('which is no request ID: %s', async (_case, body) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			for (const written of [JSON.stringify(body), escaped(body)]) {
				const fault = { kind: 'status', status: 200, body: written } as const;
				simulator.inject({ route: 'submit', fault });
				const finished = await execute(createNode());
				expect(finished.error?.message).toContain('unclear whether');
				expectNoKey(finished);
			}
			expect(simulator.requestsTo('status')).toEqual([]);
		});
	});

	test.concurrent('pasted as a request ID, before anything is sent', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const { error } = await execute(getStatusNode({ requestId: ` ${API_KEY} ` }));
			expect(error?.message).toBe("'Request ID' is the API key");
			// n8n keeps the parameter itself with the node.
			expect(`${error?.description} ${logLines.join()}`).not.toContain(API_KEY);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('with a key that no header can hold as it is', async () => {
		await withScene(QUICK, async ({ simulator, credential }) => {
			const broken = { ...credential, apiKey: `${API_KEY}\nand more` };
			const finished = await executeIn({ video: createNode() }, itemsOf({}), broken);
			expect(finished.status).toBe('error');
			expectNoKey(finished);
			expect(simulator.jobs).toEqual([]);
		});
	});
});

describe('The API key goes to the API alone', () => {
	async function withElsewhere(play: (elsewhere: Simulator) => Promise<void>): Promise<void> {
		const elsewhere = await startSimulator();
		try {
			await play(elsewhere);
			expect(elsewhere.requests).toEqual([]);
		} finally {
			await elsewhere.close();
		}
	}

	const redirects = [301, 302, 303, 307, 308].flatMap(
		(status): Array<[number, Route, INode]> => [
			[status, 'submit', createNode({ options: { maxWait: 1 } })],
			[status, 'edit', editNode({ options: { maxWait: 1 } })],
			[status, 'status', createNode({ options: { maxWait: 1 } })],
		],
	);

	test.concurrent.each(redirects)('and after no %d of %s', async (status, route, node) => {
		await withElsewhere(async (elsewhere) => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const location = `${elsewhere.url}/grok/v1/videos/x`;
				const fault = { kind: 'redirect', status, location } as const;
				const injected = simulator.inject({ route, fault, times: Infinity });
				expectNoKey(await execute(node));
				expect(injected.hits).toBeGreaterThan(0);
			});
		});
	});

	test.concurrent('nor after one of the list of models', async () => {
		await withElsewhere(async (elsewhere) => {
			await withScene(QUICK, async ({ simulator, credential }) => {
				const location = `${elsewhere.url}/v1/models`;
				simulator.inject({ route: 'models', fault: { kind: 'redirect', status: 302, location } });
				for (const answers of ['a redirect', 'the list']) {
					const { results } = await listModels(createNode(), credential);
					const values = results.map(({ value }) => value);
					expect([answers, values]).toEqual([
						answers,
						['grok-imagine-video', 'grok-imagine-video-1.5'],
					]);
				}
				expect(simulator.requestsTo('models')).toHaveLength(2);
			});
		});
	});

	test.concurrent.each([
		['http://api.cometapi.com', "'Base URL' must start with https://"],
		['http://127.0.0.1.example.com', "'Base URL' must start with https://"],
		['http://192.168.0.1', "'Base URL' must start with https://"],
		['ftp://127.0.0.1', "'Base URL' must start with https://"],
		['api.cometapi.com', "'Base URL' is not a URL"],
	])('and not to %s', async (baseUrl, message) => {
		await withScene(QUICK, async ({ credential }) => {
			const node = createNode();
			const finished = await executeIn({ video: node }, itemsOf({}), { ...credential, baseUrl });
			expect(finished.error?.message).toBe('n8n blocked the request');
			expect(finished.error?.description).toContain(message);
			expectNoKey(finished);
		});
	});

	test.concurrent.each(['/', '/v1', '/v1/', '//', ' '])(
		'whose address may end in "%s"',
		async (ending) => {
			await withScene(QUICK, async ({ simulator, credential }) => {
				const written = { ...credential, baseUrl: `${credential.baseUrl}${ending}` };
				const finished = await executeIn({ video: createNode() }, itemsOf({}), written);
				expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
				expect(simulator.requests.map(({ path }) => path)).toEqual([
					'/grok/v1/videos/generations',
					`/grok/v1/videos/${simulator.jobs[0]?.requestId}`,
				]);
			});
		},
	);
});

describe("n8n's own restrictions hold", () => {
	test.concurrent(
		'for a credential of certain domains: the API, and files of any host',
		async () => {
			await withScene(QUICK, async ({ simulator, credential }) => {
				for (const restriction of [
					{ allowedHttpRequestDomains: 'domains', allowedDomains: 'example.com' },
					{ allowedHttpRequestDomains: 'none' },
				] as const) {
					const node = createNode({ downloadVideo: true });
					const restricted = { ...credential, ...restriction };
					const finished = await executeIn({ video: node }, itemsOf({}), restricted);
					expect(finished.outputs[0]?.[0]?.binary).toHaveProperty('data');
				}
				expect(simulator.jobs).toHaveLength(2);
			});
		},
	);

	test.concurrent('for a base URL that SSRF protection blocks', async () => {
		await withScene(QUICK, async ({ simulator, credential }) => {
			const blocked = { ...credential, baseUrl: atLocalhost(credential.baseUrl) };
			const { error } = await executeIn({ video: createNode() }, itemsOf({}), blocked);
			expect(error?.message).toBe('n8n blocked the request');
			expect(error?.description).toContain('You were not charged');
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('for a video on a host that SSRF protection blocks', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const blockedUrl = atLocalhost(`${simulator.mediaUrl}/videos/a.mp4`);
			const body = { status: 'done', video: { url: blockedUrl } };
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body } });
			const { error } = await execute(createNode({ downloadVideo: true }));
			expect(error?.message).toContain(`[request ID ${simulator.jobs[0]?.requestId}]`);
			expect(error?.description).toContain(blockedUrl);
			expect(error?.description).toContain('n8n blocked the request: ');
			expect(error?.description).not.toContain('Get Status');
			expect(simulator.requests.map(({ host }) => host)).toEqual(['api', 'api']);
		});
	});

	test.concurrent('for a redirect to such a host', async () => {
		await withScene({ plan: () => ({ seconds: 0.1, videoUrl: 'redirect' }) }, async (scene) => {
			const { simulator, execute } = scene;
			const location = atLocalhost(`${simulator.mediaUrl}/videos/a.mp4`);
			const fault = { kind: 'redirect', status: 302, location } as const;
			simulator.inject({ route: 'redirect', fault, times: Infinity });
			const { error } = await execute(createNode({ downloadVideo: true }));
			expect(error?.description).toContain('n8n blocked the request: ');
			const media = simulator.requests.filter(({ host }) => host === 'media');
			expect(media.map(({ route }) => route)).toEqual(['redirect']);
		});
	});
});

describe('A key that was pasted into Base URL', () => {
	test.concurrent.each([API_KEY, `https://${API_KEY}@api.cometapi.com`, `?key=${API_KEY}`])(
		'is neither shown nor stored: %s',
		async (baseUrl) => {
			const credential = { apiKey: 'another-key-altogether', baseUrl };
			const finished = await executeIn({ video: createNode() }, itemsOf({}), credential);
			expect(finished.error?.message).toBeDefined();
			expectNoKey(finished);
		},
	);
});
