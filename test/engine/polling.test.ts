/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { ingressJson, proxyText, verdict, type Fault } from '../simulator/simulator.ts';
import { speedUpClock } from './fastClock.ts';
import { execute as executeIn, logLines } from './engine.ts';
import { createNode, finishAfter, itemsOf, jsonOf, unreadableOnce, withScene } from './scene.ts';

speedUpClock(20);

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
		['a 401 as a page', { kind: 'html', status: 401 }],
		['a 402 as a plain text', proxyText(402)],
		['a 403 as a page', { kind: 'html', status: 403 }],
		['a 403 of an ingress', ingressJson(403)],
		['a 404 as a plain text', proxyText(404)],
		['a 404 of an ingress', ingressJson(404)],
		['a 407 as a page', { kind: 'html', status: 407 }],
		['a 451 as a page', { kind: 'html', status: 451 }],
		['a 400 as a page', { kind: 'html', status: 400 }],
		['a 422 of an ingress', ingressJson(422)],
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

	test.concurrent(
		'while the API has forgotten the id of a job that it knew',
		async () => {
			await withScene({ plan: () => ({ seconds: 600 }) }, async ({ simulator, execute }) => {
				finishAfter(1, simulator);
				const body = { code: 'task_not_exist', message: 'task_not_exist', data: null };
				const isLater = () => simulator.requestsTo('status').length > 1;
				const fault = { kind: 'status', status: 400, body } as const;
				const injected = simulator.inject({ route: 'status', fault, times: 34, when: isLater });
				expect(jsonOf(await execute(createNode()))).toEqual([
					expect.objectContaining({ status: 'done' }),
				]);
				// For longer than an id may be unknown at the beginning.
				expect(injected.hits).toBe(34);
			});
		},
		60_000,
	);

	test.concurrent('while a video that is done has no URL yet', async () => {
		const plan = () => ({ seconds: 0.1, urlAfterPolls: 3 });
		await withScene({ plan }, async ({ simulator, execute }) => {
			expect(jsonOf(await execute(createNode()))).toEqual([
				expect.objectContaining({
					status: 'done',
					video: expect.objectContaining({ url: expect.stringContaining('.mp4') }),
					wait: expect.objectContaining({ polls: 4 }),
				}),
			]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('as long anew when the execution is retried', async () => {
		await withScene({ plan: () => ({ seconds: 600 }) }, async ({ simulator, execute, retry }) => {
			const node = createNode({ options: { maxWait: 4 } });
			const failed = await execute(node);
			expect(failed.error?.message).toContain('Not finished after 4 seconds');
			finishAfter(simulator.requestsTo('status').length + 2, simulator);
			expect(jsonOf(await retry(node, failed))).toEqual([
				expect.objectContaining({ status: 'done' }),
			]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('while the status is a word nobody knows, which it logs once', async () => {
		const words = { pending: 'Daydreaming' };
		const plan = () => ({ seconds: 600, shape: 'flat' as const, words });
		await withScene({ plan }, async ({ simulator, execute }) => {
			finishAfter(2, simulator);
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
	const moderated: Array<[number, string, string]> = [
		[400, 'imagine:content-moderated', 'Moderation refused this video'],
		[400, 'content_policy_violation', 'Moderation refused this video'],
	];

	test.concurrent.each(moderated)(
		'at once after moderation tells it as %d %s',
		async (status, code, message) => {
			await withScene({ plan: () => ({ seconds: 60 }) }, async ({ simulator, execute }) => {
				const usage = { cost_in_usd_ticks: 500_000_000, num_sources: 2 };
				const fault = verdict(status, code, 'it is not to be', { usage });
				simulator.inject({ route: 'status', fault });
				const node = createNode({}, { onError: 'continueRegularOutput' });
				const requestId = () => simulator.jobs[0]?.requestId;
				expect(jsonOf(await execute(node))).toEqual([
					expect.objectContaining({
						request_id: requestId(),
						status: 'failed',
						failure: { code, message: 'it is not to be' },
						usage,
						provider_cost_usd: 0.05,
						error: expect.objectContaining({ message: expect.stringContaining(message) }),
					}),
				]);
				expect(simulator.requestsTo('status')).toHaveLength(1);
			});
		},
	);

	test.concurrent('without advice to pay again when a finished video has no URL', async () => {
		const plan = () => ({ seconds: 0.1, urlAfterPolls: Infinity });
		await withScene({ plan }, async ({ simulator, execute, retry }) => {
			const node = createNode({ options: { maxWait: 3 } });
			const failed = await execute(node);
			const requestId = simulator.jobs[0]?.requestId;
			expect(failed.error?.message).toBe(
				`The video is finished, but CometAPI doesn't say where it is [request ID ${requestId}]`,
			);
			expect(failed.error?.description).toContain('Get Status');
			expect(failed.error?.description).not.toContain('another video');
			expect(simulator.requestsTo('status').length).toBeGreaterThan(1);
			expect((await retry(node, failed)).error?.message).toBe(failed.error?.message);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('with the id and how to go on when time is up', async () => {
		await withScene({ plan: () => ({ seconds: 60, shape: 'gatewayOld' }) }, async (scene) => {
			const { error } = await scene.execute(createNode({ options: { maxWait: 2 } }));
			const requestId = scene.simulator.jobs[0]?.requestId;
			expect(error?.message).toBe(`Not finished after 2 seconds [request ID ${requestId}]`);
			expect(error?.description).toContain('QUEUED');
			expect(error?.description).toContain('Get Status');
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
					model: 'grok-imagine-video',
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
		{
			name: 'a refused job',
			outcome: 'failed',
			error: { code: 'invalid_argument', message: 'Too rude' },
			message: 'The video was refused',
			said: 'CometAPI (invalid_argument): Too rude.',
		},
		{
			name: 'a failed job',
			outcome: 'failed',
			error: { code: 'internal_error', message: 'Oh dear' },
			message: 'The video could not be made',
			said: 'CometAPI (internal_error): Oh dear.',
		},
		{
			name: 'an expired job',
			outcome: 'expired',
			error: undefined,
			message: 'The video expired before it was finished',
			said: 'makes a new video',
		},
		{
			name: 'a moderated video',
			outcome: 'moderated',
			error: undefined,
			message: 'Moderation refused this video',
			said: 'The video was made, but moderation withheld it.',
		},
	] as const)(
		'with the reason and the id after $name',
		async ({ outcome, error, message, said }) => {
			const plan = () => ({
				seconds: 0.1,
				outcome,
				shape: 'flat' as const,
				...(error && { error }),
			});
			await withScene({ plan }, async ({ simulator, execute }) => {
				const finished = await execute(createNode());
				expect(finished.error?.message).toBe(
					`${message} [request ID ${simulator.jobs[0]?.requestId}]`,
				);
				expect(finished.error?.description).toContain(said);
			});
		},
	);
});
