/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import type { Fault } from '../simulator/simulator.ts';
import { execute as executeIn, logLines } from './engine.ts';
import { createNode, itemsOf, jsonOf, unreadableOnce, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };

describe('A wait goes on', () => {
	const passing: Array<[string, Fault]> = [
		['429', { kind: 'status', status: 429 }],
		['500', { kind: 'status', status: 500 }],
		['502 with a page', { kind: 'html', status: 502 }],
		['503', { kind: 'empty', status: 503 }],
		['504', { kind: 'status', status: 504 }],
		['a 400 of another kind', { kind: 'status', status: 400 }],
		['a redirect', { kind: 'redirect', status: 302, location: 'http://127.0.0.1:9/' }],
		['a reset', { kind: 'reset' }],
		['an empty answer', { kind: 'empty', status: 200 }],
		['a page', { kind: 'html', status: 200 }],
		['a cut JSON text', { kind: 'truncatedJson' }],
		['a connection closed in the middle', { kind: 'truncatedJson', closeEarly: true }],
		['a wrong content type', { kind: 'contentType', value: 'text/plain' }],
		['an id that is not known yet', { kind: 'status', status: 404, body: { error: 'not found' } }],
	];

	test.concurrent.each(passing)('after %s', async (_case, fault) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'status', fault, times: 2 });
			expect(jsonOf(await execute(createNode()))).toEqual([
				expect.objectContaining({ status: 'done' }),
			]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('after a poll that hangs, cut off at the time-out of the node', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'status', fault: { kind: 'hang' } });
			const node = createNode({ requestOptions: { timeout: 3_000 } });
			expect(jsonOf(await execute(node))).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.requestsTo('status')[0]?.abortedByClient).toBe(true);
		});
	});

	test.concurrent(
		'after a poll whose answer drips, cut off at the time-out of the node',
		async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				simulator.inject({ route: 'status', fault: { kind: 'slowBody', ms: 20_000 } });
				const node = createNode({ requestOptions: { timeout: 3_000 } });
				expect(jsonOf(await execute(node))).toEqual([expect.objectContaining({ status: 'done' })]);
			});
		},
	);

	test.concurrent('after n8n could not read the credential', async () => {
		await withScene(QUICK, async ({ simulator, credential }) => {
			const unsteady = unreadableOnce(credential, 'polling');
			const finished = await executeIn({ video: createNode() }, itemsOf({}), unsteady);
			expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('when Retry-After says so', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const date = new Date(Date.now() + 4_000).toUTCString();
			const headers = { 'Retry-After': date };
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 503, headers } });
			await execute(createNode());
			const [, second] = simulator.requestsTo('status');
			expect(second?.at).toBeGreaterThanOrEqual(Date.parse(date));
		});
	});

	test.concurrent('while the status is a word nobody knows, which it logs once', async () => {
		const words = { pending: 'Daydreaming' };
		const plan = () => ({ seconds: 2.2, shape: 'flat' as const, words });
		await withScene({ plan }, async ({ simulator, execute }) => {
			expect(jsonOf(await execute(createNode()))).toEqual([
				expect.objectContaining({ status: 'done' }),
			]);
			const id = String(simulator.jobs[0]?.requestId);
			const lines = logLines.filter((line) => line.includes(id) && line.includes('Daydreaming'));
			expect(lines).toHaveLength(1);
		});
	});
});

describe('A wait ends', () => {
	test.concurrent.each([
		[401, 'CometAPI does not accept the API key'],
		[403, 'CometAPI refused access'],
	])('at once, with the id, after %d', async (status, message) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'status', fault: { kind: 'status', status } });
			const { error } = await execute(createNode());
			const requestId = simulator.jobs[0]?.requestId;
			expect(error?.message).toBe(`${message} [request ID ${requestId}]`);
			expect(error?.description).toContain('does not pay again');
			expect(simulator.requestsTo('status')).toHaveLength(1);
		});
	});

	test.concurrent('with the id and how to go on when time is up', async () => {
		await withScene({ plan: () => ({ seconds: 60, shape: 'gatewayOld' }) }, async (scene) => {
			const { error } = await scene.execute(createNode({ options: { maxWait: 2 } }));
			const requestId = scene.simulator.jobs[0]?.requestId;
			expect(error?.message).toBe(
				`The video is not finished after 2 seconds [request ID ${requestId}]`,
			);
			expect(error?.description).toContain('QUEUED');
			expect(error?.description).toContain("'Get Status'");
		});
	});

	test.concurrent('with a pending item when time is up and that is wanted', async () => {
		await withScene({ plan: () => ({ seconds: 60 }) }, async ({ simulator, execute }) => {
			const options = { maxWait: 2, onTimeout: 'return' };
			const finished = await execute(createNode({ options }));
			expect(finished.status).toBe('success');
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({
					request_id: simulator.jobs[0]?.requestId,
					status: 'pending',
					wait: { seconds: expect.any(Number), polls: 2, timed_out: true },
				}),
			]);
		});
	});

	test.concurrent('with one last poll at the deadline', async () => {
		await withScene({ plan: () => ({ seconds: 2.5 }) }, async ({ simulator, execute }) => {
			const options = { maxWait: 3, pollInterval: 60 };
			expect(jsonOf(await execute(createNode({ options })))).toEqual([
				expect.objectContaining({ status: 'done' }),
			]);
			expect(simulator.requestsTo('status')).toHaveLength(1);
		});
	});

	test.concurrent.each([
		[
			'a refused job',
			'failed',
			{ code: 'invalid_argument', message: 'Too rude' },
			'The video was refused',
		],
		[
			'a failed job',
			'failed',
			{ code: 'internal_error', message: 'Oh dear' },
			'The video could not be made',
		],
		['an expired job', 'expired', undefined, 'The video expired before it was finished'],
		['a moderated video', 'moderated', undefined, 'The video was refused'],
	] as const)('with the reason and the id after %s', async (_case, outcome, error, message) => {
		const plan = () => ({ seconds: 0.1, outcome, shape: 'flat' as const, ...(error && { error }) });
		await withScene({ plan }, async ({ simulator, execute }) => {
			const finished = await execute(createNode());
			expect(finished.error?.message).toBe(
				`${message} [request ID ${simulator.jobs[0]?.requestId}]`,
			);
			expect(finished.error?.description).toContain(error?.message ?? 'CometAPI says');
		});
	});
});
