/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createHash } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';
import axios from 'axios';
import type { INodeParameters } from 'n8n-workflow';

import { statusOperation, toProperties } from '../../nodes/CometApiVideo/resources/resource';
import { jobAt, type VideoApi } from '../../nodes/CometApiVideo/videoApi';
import {
	generatedVideoSha256,
	sampleMp4,
	startSimulator,
	type Fault,
	type JobPlan,
	type Simulator,
} from '../simulator/simulator.ts';
import { logLines, type Finished } from './engine.ts';
import { digestFile, inBothModes, withBinaryMode } from './files.ts';
import { getStatusNode, itemsOf, jsonOf, withScene, type Scene } from './scene.ts';

const API_KEY = 'sk-only-for-the-api-itself';
const SAMPLE_SHA256 = createHash('sha256').update(sampleMp4).digest('hex');
const MAX_WAIT_S = 60;

const contentPath = (requestId: string) => `/v1/videos/${encodeURIComponent(requestId)}/content`;

/** A family as small as can be: its files have no public URL. */
const api: VideoApi = {
	resource: 'Test',
	idNames: ['id'],
	jobOf: (_item, requestId) => jobAt('/v1/videos', requestId),
	contentPath: ({ requestId }) => contentPath(requestId),
	maxWaitS: MAX_WAIT_S,
};

const description = {
	properties: toProperties([
		{
			name: api.resource,
			value: 'test',
			description: '',
			operations: [statusOperation(api, '', '')],
			modelPattern: /^test/,
			idPattern: /^/,
			models: [],
		},
	]),
};

interface Content extends Scene {
	requestId: string;
	look(parameters?: INodeParameters): Promise<Finished>;
}

async function withContent(plan: JobPlan, play: (scene: Content) => Promise<void>): Promise<void> {
	const options = {
		apiKey: API_KEY,
		plan: () => ({ seconds: 0, shape: 'contentOnly' as const, ...plan }),
	};
	await withScene(options, async (scene) => {
		const { simulator, execute } = scene;
		const form = new FormData();
		form.append('model', 'seedance-2-5');
		form.append('prompt', 'a lighthouse');
		await axios.post(`${simulator.url}/v1/videos`, form, {
			headers: { Authorization: `Bearer ${API_KEY}` },
		});
		const requestId = String(simulator.jobs[0]?.requestId);
		const look = async (parameters: INodeParameters = {}) => {
			const video = getStatusNode({ resource: 'test', ...parameters });
			const finished = await execute({ video, description }, itemsOf({ request_id: requestId }));
			const { run, outputs, error } = finished;
			const shown = JSON.stringify({ data: run.data, outputs, error });
			expect(shown).not.toContain(API_KEY);
			expect(logLines.join('\n')).not.toContain(API_KEY);
			return finished;
		};
		await play({ ...scene, requestId, look });
		expectNoKeyAt(simulator, 'media');
	});
}

function expectNoKeyAt(simulator: Simulator, host: 'media' | 'api'): void {
	for (const { headers } of simulator.requests.filter((request) => request.host === host)) {
		expect(JSON.stringify(headers)).not.toContain(API_KEY);
	}
}

const fileOf = ({ outputs }: Finished) => outputs[0]?.[0]?.binary?.data;
const contentsOf = (simulator: Simulator) => simulator.requestsTo('content');
const DOWNLOAD = { downloadVideo: true };

describe('A finished video that only the key opens', () => {
	test.concurrent('is told by its address at the API', async () => {
		await withContent({}, async ({ simulator, requestId, look }) => {
			expect(jsonOf(await look())).toEqual([
				expect.objectContaining({
					request_id: requestId,
					status: 'done',
					video: { content_url: `${simulator.url}${contentPath(requestId)}`, duration: 5 },
				}),
			]);
			expect(contentsOf(simulator)).toEqual([]);
		});
	});

	test.concurrent.each(inBothModes([['file'], ['redirect']] as Array<['file' | 'redirect']>))(
		'is downloaded with it, files in %s, handed out as a %s',
		async (mode, content) => {
			await withBinaryMode(mode, async () => {
				await withContent({ content }, async ({ simulator, requestId, look }) => {
					for (const waitForCompletion of [false, true]) {
						const finished = await look({ ...DOWNLOAD, waitForCompletion });
						expect(fileOf(finished)).toMatchObject({
							fileName: `${requestId}.mp4`,
							mimeType: 'video/mp4',
						});
						expect(await digestFile(fileOf(finished))).toBe(SAMPLE_SHA256);
					}
					const keys = contentsOf(simulator).map(({ headers }) => headers.authorization);
					expect(keys).toEqual([`Bearer ${API_KEY}`, `Bearer ${API_KEY}`]);
					expect(simulator.requestsTo('video')).toHaveLength(content === 'redirect' ? 2 : 0);
				});
			});
		},
	);

	test.concurrent('is streamed', async () => {
		await withBinaryMode('filesystem', async () => {
			await withContent({ video: { bytes: 5_000_001 } }, async ({ requestId, look }) => {
				expect(await digestFile(fileOf(await look(DOWNLOAD)))).toBe(
					generatedVideoSha256(requestId, 5_000_001),
				);
			});
		});
	});

	test.concurrent.each([301, 302, 303, 307, 308])(
		'takes the key to no other host after a %d, also not back to the API',
		async (status) => {
			const elsewhere = await startSimulator({ apiKey: API_KEY });
			try {
				await withContent({}, async ({ simulator, look }) => {
					const redirect = (location: string) => ({ kind: 'redirect', status, location }) as const;
					simulator.inject({ route: 'content', fault: redirect(`${elsewhere.url}/v1/models`) });
					elsewhere.inject({ route: 'models', fault: redirect(`${simulator.url}/v1/models`) });
					const finished = await look(DOWNLOAD);
					expect(finished.error?.description).toContain('answered HTTP 401');
					expect(finished.error?.description).toContain('only the API key opens');
					expect(elsewhere.requestsTo('models')).toHaveLength(1);
					expect(simulator.requestsTo('models')).toHaveLength(1);
					expectNoKeyAt(elsewhere, 'api');
					expect(simulator.requestsTo('models')[0]?.headers).not.toHaveProperty('authorization');
				});
			} finally {
				await elsewhere.close();
			}
		},
	);

	test.concurrent.each([301, 302, 303, 307, 308])(
		'takes the key to another place at the API after a %d',
		async (status) => {
			await withContent({}, async ({ simulator, requestId, look }) => {
				const location = `${simulator.url}${contentPath(requestId)}?part=all`;
				simulator.inject({ route: 'content', fault: { kind: 'redirect', status, location } });
				expect(await digestFile(fileOf(await look(DOWNLOAD)))).toBe(SAMPLE_SHA256);
				const keys = contentsOf(simulator).map(({ headers }) => headers.authorization);
				expect(keys).toEqual([`Bearer ${API_KEY}`, `Bearer ${API_KEY}`]);
			});
		},
	);

	test.concurrent.each([301, 302, 303, 307, 308])(
		'is asked for under no other name of the API, where the key must not go, after a %d',
		async (status) => {
			await withContent({}, async ({ simulator, requestId, look }) => {
				const other = `${simulator.url.replace('127.0.0.1', 'localhost')}${contentPath(requestId)}`;
				const redirect = { kind: 'redirect', status, location: other } as const;
				const told = { kind: 'status', status: 200, body: { url: other } } as const;
				for (const fault of [redirect, told]) {
					simulator.inject({ route: 'content', fault });
					expect(await digestFile(fileOf(await look(DOWNLOAD)))).toBe(SAMPLE_SHA256);
				}
				const { host } = new URL(simulator.url);
				const asked = contentsOf(simulator).map(({ headers }) => [
					headers.host,
					headers.authorization,
				]);
				expect(asked).toEqual(Array(4).fill([host, `Bearer ${API_KEY}`]));
			});
		},
	);

	test.concurrent(
		'is asked for under another name, without the key, if nothing else is left',
		async () => {
			await withContent({}, async ({ simulator, requestId, look }) => {
				const other = `${simulator.url.replace('127.0.0.1', 'localhost')}${contentPath(requestId)}`;
				const fault = { kind: 'redirect', status: 302, location: other } as const;
				simulator.inject({ route: 'content', fault, times: 2 });
				expect((await look(DOWNLOAD)).error?.description).toContain('answered HTTP 401');
				const keys = contentsOf(simulator).map(({ headers }) => headers.authorization);
				expect(keys).toEqual([`Bearer ${API_KEY}`, `Bearer ${API_KEY}`, undefined]);
			});
		},
	);

	test.concurrent('is given up after five redirects', async () => {
		await withContent({}, async ({ simulator, look }) => {
			const fault = { kind: 'redirect', status: 302, location: 'x' } as const;
			simulator.inject({ fault, times: Infinity, when: ({ path }) => !/\/task_[^/]*$/.test(path) });
			const { error } = await look(DOWNLOAD);
			expect(error?.description).toContain('answered HTTP 302');
			expect(simulator.requests.filter(({ path }) => path.endsWith('/x'))).toHaveLength(5);
		});
	});

	test.concurrent.each(['ftp://127.0.0.1/a.mp4', 'data:video/mp4;base64,AA', 'file:///etc/passwd'])(
		'is not looked for at %s',
		async (location) => {
			await withContent({}, async ({ simulator, look }) => {
				simulator.inject({ route: 'content', fault: { kind: 'redirect', status: 302, location } });
				expect((await look(DOWNLOAD)).error?.description).toContain('answered HTTP 302');
			});
		},
	);

	/** Answers that have the file's address instead of the file. */
	const addresses: Array<[string, (url: string) => unknown]> = [
		['flat', (url) => ({ status: 'completed', video_url: url })],
		['in a row', (url) => ({ code: 'success', data: { task_id: 't', data: { video: { url } } } })],
		['in a list', (url) => ({ data: [{ url }] })],
	];

	test.concurrent.each(addresses)('is fetched where JSON says it is: %s', async (_case, bodyOf) => {
		await withContent({}, async ({ simulator, requestId, look }) => {
			const places = {
				video: `${simulator.mediaUrl}/videos/${requestId}.mp4`,
				content: `${simulator.url}${contentPath(requestId)}?again`,
			};
			for (const [route, url] of Object.entries(places)) {
				const fault = { kind: 'status', status: 200, body: bodyOf(url) } as const;
				const before = simulator.requests.length;
				simulator.inject({ route: 'content', fault });
				expect(await digestFile(fileOf(await look(DOWNLOAD)))).toBe(SAMPLE_SHA256);
				const [, asked, found, ...more] = simulator.requests.slice(before);
				expect([asked?.route, found?.route, more.length]).toEqual(['content', route, 0]);
				// At the API it goes with the key, which withContent looks for at the other host.
				if (route === 'content') expect(found?.headers.authorization).toBe(`Bearer ${API_KEY}`);
			}
		});
	});

	test.concurrent(
		'is asked for again, some 20 s, while the API says in words that it is not ready',
		async () => {
			await withContent({}, async ({ simulator, requestId, look }) => {
				const url = `${simulator.url}${contentPath(requestId)}`;
				const body = { code: 'video_not_ready', message: `Come back soon for ${API_KEY}`, url };
				const fault = { kind: 'status', status: 200, body } as const;
				simulator.inject({ route: 'content', fault, times: Infinity });
				const { error } = await look(DOWNLOAD);
				expect(error?.description).toContain(
					'sent application/json; charset=utf-8 instead of a video: Come back soon for ***',
				);
				// Each try follows the address in the answer three times; a busy machine makes fewer tries.
				const asked = contentsOf(simulator).length;
				expect([12, 16, 20, 24]).toContain(asked);
			});
		},
		60_000,
	);

	const passing: Array<[string, Fault]> = [
		['a 400, since it is not there yet', { kind: 'status', status: 400 }],
		['a page', { kind: 'html', status: 200 }],
		['JSON without an address', { kind: 'status', status: 200, body: { message: 'x' } }],
		['an endless text', { kind: 'huge', bytes: Infinity, as: 'text' }],
		['a 503', { kind: 'status', status: 503 }],
		['a reset', { kind: 'reset' }],
	];

	test.concurrent.each(passing)('is asked for again after %s', async (_case, fault) => {
		await withContent({}, async ({ simulator, look }) => {
			simulator.inject({ route: 'content', fault });
			expect(await digestFile(fileOf(await look(DOWNLOAD)))).toBe(SAMPLE_SHA256);
			expect(contentsOf(simulator)).toHaveLength(2);
		});
	});
});

describe('A job that failed without a reason', () => {
	const bare = { shape: 'bareFailure', outcome: 'failed' } as const;
	const NO_REASON = { code: 'unknown', message: 'The provider gave no reason' };

	test.concurrent.each([
		['FAILURE', 'FAILURE', 'The video could not be made'],
		['VIOLATION', 'moderation', 'Moderation refused this video'],
	] as const)('gets the one that stands elsewhere: %s', async (contentState, code, message) => {
		await withContent({ ...bare, contentState }, async ({ simulator, requestId, look }) => {
			const failure = { code, message: expect.stringContaining(contentState) };
			const failed = { request_id: requestId, status: 'failed', failure };
			expect(jsonOf(await look())).toEqual([expect.objectContaining(failed)]);
			const waited = await look({ waitForCompletion: true });
			expect(waited.error?.message).toBe(`${message} [request ID ${requestId}]`);
			expect(contentsOf(simulator)).toHaveLength(2);
		});
	});

	const trouble: Array<[string, Fault]> = [
		['a page', { kind: 'html', status: 403 }],
		['a server out of order', { kind: 'status', status: 502, body: 'x' }],
		['a reset', { kind: 'reset' }],
		['an endless answer', { kind: 'huge', bytes: Infinity }],
		['an endless text', { kind: 'huge', bytes: Infinity, as: 'text' }],
		['a redirect', { kind: 'redirect', status: 302, location: 'http://127.0.0.1:9/' }],
		['a host that never answers', { kind: 'hang' }],
		['a host that drips', { kind: 'drip', everyMs: 500 }],
	];

	test.concurrent.each(trouble)('stays what it was after %s', async (_case, fault) => {
		await withContent(bare, async ({ simulator, requestId, look }) => {
			simulator.inject({ route: 'content', fault, times: Infinity });
			const begun = Date.now();
			expect(jsonOf(await look())).toEqual([
				expect.objectContaining({ request_id: requestId, status: 'failed', failure: NO_REASON }),
			]);
			expect(Date.now() - begun).toBeLessThan(15_000);
			expect(contentsOf(simulator)).toHaveLength(1);
		});
	});

	test.concurrent('is not asked about when the job is not over', async () => {
		await withContent({ seconds: 600 }, async ({ simulator, look }) => {
			expect(jsonOf(await look())).toEqual([expect.objectContaining({ status: 'pending' })]);
			expect(contentsOf(simulator)).toEqual([]);
		});
	});
});
