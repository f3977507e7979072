/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, jest, test } from '@jest/globals';

import { verdict, type JobPlan } from '../simulator/simulator.ts';
import { gatewayError } from './answerForms.ts';
import { speedUpClock } from './fastClock.ts';
import {
	createNode,
	finishAfter,
	getStatusNode,
	itemsOf,
	jsonOf,
	withScene,
	type Scene,
} from './scene.ts';

speedUpClock(20);

// Half a minute of waiting, on a machine that may be busy.
jest.setTimeout(90_000);

/** A job that was made by another execution. */
async function submit({ simulator, execute }: Scene): Promise<string> {
	await execute(createNode({ waitForCompletion: false }));
	return String(simulator.jobs[0]?.requestId);
}

const withJob = async (plan: JobPlan, play: (scene: Scene, requestId: string) => Promise<void>) =>
	await withScene({ plan: () => plan }, async (scene) => await play(scene, await submit(scene)));

describe('Get Status without waiting', () => {
	test.concurrent('asks for the id, trimmed and encoded', async () => {
		await withScene({}, async ({ simulator, execute }) => {
			await execute(getStatusNode({ requestId: '  a/bc?d ' }));
			const asked = simulator.requests.map(({ method, path }) => `${method} ${path}`);
			expect([...new Set(asked)]).toEqual(['GET /grok/v1/videos/a%2Fbc%3Fd']);
		});
	});

	test.concurrent('gives a pending job as data', async () => {
		await withJob({ seconds: 60, shape: 'flat' }, async ({ execute }, request_id) => {
			expect(jsonOf(await execute(getStatusNode(), itemsOf({ request_id })))).toEqual([
				expect.objectContaining({ request_id, status: 'pending' }),
			]);
		});
	});

	test.concurrent.each([
		['a failed job', { outcome: 'failed' }, 'failed'],
		['an expired job', { outcome: 'expired' }, 'expired'],
		['a moderated job', { outcome: 'moderated', shape: 'flat' }, 'failed'],
	] as const)('gives %s as data, with the reason', async (_case, plan, status) => {
		await withJob({ ...plan, seconds: 0 }, async ({ execute }, request_id) => {
			const finished = await execute(getStatusNode(), itemsOf({ request_id }));
			expect(finished.status).toBe('success');
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({
					request_id,
					status,
					failure: { code: expect.any(String), message: expect.any(String) },
				}),
			]);
			expect(jsonOf(finished)[0]).not.toHaveProperty('wait');
		});
	});

	test.concurrent('gives a verdict as data, with the reason as it came', async () => {
		await withJob({ seconds: 60 }, async ({ simulator, execute }, request_id) => {
			const code = 'imagine:content-moderated';
			simulator.inject({ route: 'status', fault: verdict(400, code, 'too rude') });
			const finished = await execute(getStatusNode(), itemsOf({ request_id }));
			expect(finished.status).toBe('success');
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({
					request_id,
					status: 'failed',
					failure: { code, message: 'too rude' },
				}),
			]);
			expect(simulator.requestsTo('status')).toHaveLength(1);
		});
	});

	test.concurrent('looks again when a finished video has no URL yet', async () => {
		await withJob({ seconds: 0, urlAfterPolls: 1 }, async ({ execute }, request_id) => {
			const finished = await execute(getStatusNode(), itemsOf({ request_id }));
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({
					status: 'done',
					video: expect.objectContaining({ url: expect.any(String) }),
				}),
			]);
		});
	});

	test.concurrent('says pending of a job that is done and has no URL', async () => {
		const plan = { seconds: 0, urlAfterPolls: Infinity };
		await withJob(plan, async ({ execute }, request_id) => {
			const [item] = jsonOf(await execute(getStatusNode(), itemsOf({ request_id })));
			expect(item).toMatchObject({ request_id, status: 'pending' });
			expect(item).not.toHaveProperty('failure');
			const options = { maxWait: 5 };
			const waiting = { waitForCompletion: true, options };
			const node = getStatusNode(waiting, { onError: 'continueRegularOutput' });
			const [waited] = jsonOf(await execute(node, itemsOf({ request_id })));
			expect(waited?.error).toMatchObject({ status: 'pending', failure: { code: 'no_video' } });
		});
	});

	test.concurrent('says that an id is unknown when CometAPI has had 30 s to know it', async () => {
		await withScene({}, async ({ simulator, execute }) => {
			const began = Date.now();
			const finished = await execute(getStatusNode({ requestId: 'nobody' }));
			expect(finished.error?.message).toBe(
				"CometAPI doesn't know this request ID [request ID nobody]",
			);
			expect(Date.now() - began).toBeGreaterThanOrEqual(30_000);
			expect(simulator.requests.length).toBeGreaterThanOrEqual(3);
		});
	});

	test.concurrent('gives an error that lasts as data, and a wrong key as an error', async () => {
		await withJob({ seconds: 600 }, async ({ simulator, execute }, request_id) => {
			const fault = verdict(400, 'decode_failed', 'the picture cannot be decoded');
			const lasting = simulator.inject({ route: 'status', fault, times: Infinity });
			expect(jsonOf(await execute(getStatusNode(), itemsOf({ request_id })))).toEqual([
				expect.objectContaining({
					status: 'failed',
					failure: { code: 'decode_failed', message: 'the picture cannot be decoded' },
				}),
			]);
			lasting.remove();
			simulator.inject({
				route: 'status',
				fault: { kind: 'status', status: 401 },
				times: Infinity,
			});
			const { error } = await execute(getStatusNode(), itemsOf({ request_id }));
			expect(error?.message).toContain('API key');
		});
	});

	test.concurrent.each([true, false])(
		'says of no video that it is pending before an answer has told it: waiting is %s',
		async (waitForCompletion) => {
			await withScene({}, async ({ simulator, execute }) => {
				const fault = { kind: 'status', status: 401, body: gatewayError('invalid token') } as const;
				simulator.inject({ route: 'status', fault, times: Infinity });
				const parameters = { requestId: 'never-made', waitForCompletion };
				const node = getStatusNode(parameters, { onError: 'continueRegularOutput' });
				const [item] = jsonOf(await execute(node));
				expect(item).toMatchObject({ request_id: 'never-made', error: { status: 'unknown' } });
				expect(item).not.toHaveProperty('status');
			});
		},
	);

	test.concurrent.each([
		['grok', '81234567890', 'Kling'],
		['grok', 'task_4b2c1f0a', 'Seedance, Veo, Wan and More'],
		['video', '4b2c1f0a-9d3e-4c55-8a6b-0d1e2f3a4b5c', 'Grok'],
		['kling', '4b2c1f0a-9d3e-4c55-8a6b-0d1e2f3a4b5c', 'Grok'],
	])(
		'names the resource of an ID that is unknown in %s: %s',
		async (resource, requestId, other) => {
			await withScene({}, async ({ execute }) => {
				const { error } = await execute(getStatusNode({ resource, requestId }));
				expect(error?.message).toContain("CometAPI doesn't know this request ID");
				expect(error?.description).toContain(`an ID of '${other}': choose that under 'Resource'.`);
			});
		},
	);

	test.concurrent('says to check the resource first when the ID could be of any', async () => {
		await withScene({}, async ({ execute }) => {
			const { error } = await execute(getStatusNode({ requestId: 'nobody' }));
			expect(error?.description).toContain("Check that 'Resource' is the one that made the video");
		});
	});

	test.concurrent.each(['"', "'", '`', '“'])('takes %s around an ID off', async (quote) => {
		await withJob({ seconds: 0 }, async ({ execute }, request_id) => {
			const items = itemsOf({ request_id: ` ${quote}${request_id}${quote.replace('“', '”')} ` });
			expect(jsonOf(await execute(getStatusNode(), items))).toEqual([
				expect.objectContaining({ request_id, status: 'done' }),
			]);
		});
	});

	test.concurrent.each(['https://api.cometapi.com/grok/v1/videos/4b2c1f0a', '{"request_id":"a"}'])(
		'refuses more than an ID: %s',
		async (request_id) => {
			await withScene({}, async ({ simulator, execute }) => {
				const { error } = await execute(getStatusNode(), itemsOf({ request_id }));
				expect(error?.message).toBe("'Request ID' is not a request ID");
				expect(simulator.requests).toEqual([]);
			});
		},
	);

	test.concurrent('looks again when the answer is unclear', async () => {
		await withJob({ seconds: 0 }, async ({ simulator, execute }, request_id) => {
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 503 } });
			const finished = await execute(getStatusNode(), itemsOf({ request_id }));
			expect(jsonOf(finished)).toEqual([expect.objectContaining({ request_id, status: 'done' })]);
			expect(simulator.requestsTo('status')).toHaveLength(2);
		});
	});

	test.concurrent('refuses an empty id before anything is sent', async () => {
		await withScene({}, async ({ simulator, execute }) => {
			const finished = await execute(getStatusNode());
			expect(finished.error?.message).toBe("'Request ID' is empty");
			expect(simulator.requests).toEqual([]);
		});
	});
});

describe('Get Status with Wait for Completion', () => {
	test.concurrent('waits until the video is done', async () => {
		await withJob({ seconds: 600 }, async ({ simulator, execute }, request_id) => {
			finishAfter(2, simulator);
			const node = getStatusNode({ waitForCompletion: true });
			expect(jsonOf(await execute(node, itemsOf({ request_id })))).toEqual([
				expect.objectContaining({
					request_id,
					status: 'done',
					video: expect.objectContaining({ url: expect.stringContaining(request_id) }),
					wait: { seconds: expect.any(Number), polls: 3, timed_out: false },
				}),
			]);
		});
	});

	test.concurrent('keeps the model that an earlier answer told', async () => {
		await withScene({ plan: () => ({ seconds: 60 }) }, async ({ simulator, execute }) => {
			const [request_id = ''] = jsonOf(await execute(createNode({ waitForCompletion: false }))).map(
				(json) => String(json.request_id),
			);
			const answer = (fields: object) =>
				({ kind: 'rewrite', body: () => ({ request_id, status: 'pending', ...fields }) }) as const;
			simulator.inject({ route: 'status', fault: answer({ model: 'grok-imagine-video-1.5' }) });
			simulator.inject({ route: 'status', times: Infinity, fault: answer({}) });
			const options = { maxWait: 3, onTimeout: 'return' };
			const node = getStatusNode({ requestId: request_id, waitForCompletion: true, options });
			expect(jsonOf(await execute(node))).toEqual([
				expect.objectContaining({ status: 'pending', model: 'grok-imagine-video-1.5' }),
			]);
			expect(simulator.requestsTo('status').length).toBeGreaterThan(1);
		});
	});

	test.concurrent('ends with the id when the job fails', async () => {
		const error = { code: 'invalid_argument', message: 'The prompt is too long' };
		await withJob({ seconds: 0.1, outcome: 'failed', error }, async ({ execute }, request_id) => {
			const node = getStatusNode({ waitForCompletion: true });
			const finished = await execute(node, itemsOf({ request_id }));
			expect(finished.error?.message).toBe(`The video was refused [request ID ${request_id}]`);
			expect(finished.error?.description).toContain('(invalid_argument): The prompt is too long.');
		});
	});
});
