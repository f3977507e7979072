/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import {
	ingressJson,
	outOfCredit,
	proxyText,
	type Fault,
	type Simulator,
} from '../simulator/simulator.ts';
import { execute as executeIn, logLines } from './engine.ts';
import { createNode, itemsOf, jsonOf, unreadableOnce, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };

const submits = (simulator: Simulator) => simulator.requestsTo('submit');
const envelope = (message: string, code: string) => ({ error: { message, type: 'x', code } });

describe('A submit that nobody knows the fate of', () => {
	const uncertain: Array<[string, Fault]> = [
		['a reset before the job was accepted', { kind: 'reset' }],
		['a reset after the job was accepted', { kind: 'reset', afterHandler: true }],
		['a 500', { kind: 'status', status: 500 }],
		['a 502 after the job was accepted', { kind: 'status', status: 502, afterHandler: true }],
		['a 503 without a reason', { kind: 'status', status: 503 }],
		['a 504', { kind: 'empty', status: 504 }],
		['a 524 with a page', { kind: 'html', status: 524, afterHandler: true }],
		['a cut JSON text', { kind: 'truncatedJson' }],
		['a connection closed in the middle', { kind: 'truncatedJson', closeEarly: true }],
		['a page with status 200', { kind: 'html', status: 200 }],
		['an empty answer', { kind: 'empty', status: 200, afterHandler: true }],
		['a 303', { kind: 'redirect', status: 303, location: '/', afterHandler: true }],
		['a 409', { kind: 'status', status: 409, afterHandler: true }],
		[
			'a 504 of type invalid_request',
			{
				kind: 'status',
				status: 504,
				body: { error: { message: 'late', type: 'invalid_request' } },
				afterHandler: true,
			},
		],
		[
			'a 500 without an available channel',
			{
				kind: 'status',
				status: 500,
				body: envelope('no available channel', 'model_not_found'),
				afterHandler: true,
			},
		],
	];

	test.concurrent.each(uncertain)('is not repeated: %s', async (_case, fault) => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			simulator.inject({ route: 'submit', fault, times: Infinity });
			const node = createNode({}, RETRY);
			const failed = await execute(node);
			const again = await retry(node, failed);
			for (const { error } of [failed, again]) {
				expect(error?.message).toBe("It's unclear whether CometAPI accepted this video");
				expect(error?.description).toContain('usage log');
				expect(error?.description).toContain('start a new execution');
				expect(error?.description).not.toContain('""');
			}
			expect(submits(simulator)).toHaveLength(1);
		});
	});

	// A submit waits for its answer for 30 s, whatever the node's time-out: its id is worth having.
	test.concurrent(
		'is not repeated: a time-out',
		async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				simulator.inject({ route: 'submit', fault: { kind: 'hang', afterHandler: true } });
				const node = createNode({ requestOptions: { timeout: 2_000 } }, RETRY);
				const { error } = await execute(node);
				expect(error?.message).toBe("It's unclear whether CometAPI accepted this video");
				expect(submits(simulator)).toHaveLength(1);
				expect(simulator.jobs).toHaveLength(1);
			});
		},
		90_000,
	);
});

describe('A submit that was surely not accepted', () => {
	const refused: Array<[string, Fault, string, string]> = [
		[
			'400',
			{ kind: 'status', status: 400, body: envelope('prompt is too rude', 'bad') },
			'CometAPI did not accept the request',
			'prompt is too rude',
		],
		['401', { kind: 'status', status: 401 }, "CometAPI doesn't accept the API key", "'API Key'"],
		[
			'403 without balance',
			{ kind: 'status', status: 403, body: envelope('quota is used up', 'quota_not_enough') },
			'The balance of the CometAPI account is too low',
			'quota is used up',
		],
		['403', { kind: 'status', status: 403 }, 'CometAPI refused access', 'console'],
		[
			'301',
			{ kind: 'redirect', status: 301, location: 'http://127.0.0.1:9/' },
			'The answer did not come from CometAPI',
			"'Base URL'",
		],
		[
			'404 page',
			{ kind: 'html', status: 404 },
			'The answer did not come from CometAPI',
			"'Base URL'",
		],
		[
			'403 as a page of something in between',
			{ kind: 'html', status: 403 },
			'The answer did not come from CometAPI',
			'proxy',
		],
		['401 as a plain text', proxyText(401), 'The answer did not come from CometAPI', "'Base URL'"],
		[
			'404 of an ingress',
			ingressJson(404),
			'The answer did not come from CometAPI',
			'no route matched',
		],
		[
			'429 for want of credit',
			outOfCredit(),
			'The balance of the CometAPI account is too low',
			'used up',
		],
		[
			'400 with words in a list',
			{ kind: 'status', status: 400, body: { detail: [{ msg: 'the size is odd' }] } },
			'CometAPI did not accept the request',
			'the size is odd',
		],
		['413', { kind: 'html', status: 413 }, 'The request is too large for CometAPI', '0.0 MB'],
		[
			'503 model_not_found',
			{ kind: 'status', status: 503, body: envelope('no channel', 'model_not_found') },
			"This model isn't available on CometAPI",
			"'Model'",
		],
		[
			'500 invalid_request',
			{ kind: 'status', status: 500, body: envelope('bad ratio', 'invalid_request') },
			'CometAPI did not accept the request',
			'bad ratio',
		],
	];

	test.concurrent.each(refused)('says what to do: %s', async (_case, fault, message, advice) => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			simulator.inject({ route: 'submit', fault });
			const node = createNode({ waitForCompletion: false });
			const failed = await execute(node);
			expect(failed.error?.message).toBe(message);
			expect(failed.error?.description).toContain(advice);
			expect(failed.error?.description).toContain('You were not charged');
			expect(submits(simulator)).toHaveLength(1);
			// The mark is gone, so a retry may submit.
			expect((await retry(node, failed)).status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent(
		"keeps CometAPI's number for its support, and says no endless words",
		async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const body = envelope('much ado '.repeat(10_000), 'bad');
				simulator.inject({ route: 'submit', fault: { kind: 'status', status: 400, body } });
				const { error, run } = await execute(createNode());
				expect(JSON.stringify(run.data)).toContain(
					`"support_id":"${submits(simulator)[0]?.cometRequestId}"`,
				);
				expect(error?.description?.length).toBeLessThan(1_000);
			});
		},
	);

	test.concurrent('says when n8n could not read the credential', async () => {
		await withScene(QUICK, async ({ simulator, credential }) => {
			const unsteady = unreadableOnce(credential, 'submitting');
			const failed = await executeIn({ video: createNode() }, itemsOf({}), unsteady);
			expect(failed.error?.message).toBe('n8n could not read the credential');
			expect(failed.error?.description).toContain('You were not charged');
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('says when there is nobody at the address', async () => {
		await withScene(QUICK, async ({ credential }) => {
			const nobody = { ...credential, baseUrl: 'http://127.0.0.1:1' };
			const { error } = await executeIn({ video: createNode() }, itemsOf({}), nobody);
			expect(error?.message).toBe('CometAPI could not be reached');
			expect(error?.description).toContain('You were not charged');
		});
	});

	test.concurrent('says when the address has no https', async () => {
		await withScene(QUICK, async ({ credential }) => {
			const open = { ...credential, baseUrl: 'http://api.cometapi.example' };
			const { error } = await executeIn({ video: createNode() }, itemsOf({}), open);
			expect(error?.message).toBe('n8n blocked the request');
			expect(error?.description).toContain('must start with https://');
		});
	});
});

describe('A submit that is refused for now', () => {
	test.concurrent('is sent again after 429', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'submit', fault: { kind: 'status', status: 429 }, times: 2 });
			expect(jsonOf(await execute(createNode()))).toEqual([
				expect.objectContaining({ status: 'done' }),
			]);
			expect(submits(simulator)).toHaveLength(3);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('is sent again though its code is that of want of credit', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const body = envelope('rate limit: 3 requests per minute', 'insufficient_quota');
			simulator.inject({ route: 'submit', fault: { kind: 'status', status: 429, body } });
			expect((await execute(createNode())).status).toBe('success');
			expect(submits(simulator)).toHaveLength(2);
		});
	});

	test.concurrent('is sent again when Retry-After says, not before', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const headers = { 'Retry-After': '2' };
			simulator.inject({ route: 'submit', fault: { kind: 'status', status: 429, headers } });
			await execute(createNode({ waitForCompletion: false }));
			const [first, second] = submits(simulator).map(({ at }) => at);
			expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(2_000);
		});
	});

	test.concurrent(
		'is asked for by one item for all, which pick up the places of their own jobs',
		async () => {
			const options = { plan: () => ({ seconds: 0.5 }), maxRunningJobs: 3 };
			await withScene(options, async ({ simulator, execute }) => {
				const items = itemsOf(...Array.from({ length: 12 }, () => ({})));
				// Less than the run takes: only waiting for strangers' jobs counts.
				const finished = await execute(createNode({ options: { maxWait: 2 } }), items);
				expect(jsonOf(finished).map(({ status }) => status)).toEqual(Array(12).fill('done'));
				expect(simulator.jobs).toHaveLength(12);
				expect(submits(simulator).length).toBeLessThan(12 * 3);
			});
		},
	);

	test.concurrent('ends after Max Wait, with nothing owed', async () => {
		await withScene({ ...QUICK, maxRunningJobs: 0 }, async ({ simulator, execute }) => {
			const { error } = await execute(createNode({ options: { maxWait: 2 } }), itemsOf({}, {}));
			expect(error?.message).toBe(
				'CometAPI rejected new videos for 2 seconds (rate limit) [item 1 of 2]',
			);
			expect(error?.description).toContain('You were not charged. ');
			expect(simulator.jobs).toEqual([]);
		});
	});
});

describe('An accepted submit', () => {
	test.concurrent('is written to the log and to the custom data of the execution', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const { run } = await execute(createNode({ waitForCompletion: false }), itemsOf({}, {}));
			const ids = simulator.jobs.map(({ requestId }) => requestId);
			for (const id of ids) {
				expect(logLines.filter((line) => line.includes(id))).toHaveLength(1);
			}
			const kept = run.data.resultData.metadata?.cometapi_video_request_ids?.split(',');
			expect(kept?.sort()).toEqual(ids.sort());
		});
	});
});
