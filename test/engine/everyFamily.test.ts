/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, jest, test } from '@jest/globals';
import { sleep, type INodeParameters } from 'n8n-workflow';

import { shapesOf, startSimulator, type Fault, type Simulator } from '../simulator/simulator.ts';
import { logLines, videoNode, type Finished } from './engine.ts';
import { FAMILIES } from './families.ts';
import { speedUpClock } from './fastClock.ts';
import {
	finishAfter,
	finishJobs,
	getStatusNode,
	itemsOf,
	jsonOf,
	until,
	withScene,
} from './scene.ts';

speedUpClock(20);

// Half a minute of waiting, on a machine that may be busy.
jest.setTimeout(90_000);

const API_KEY = 'key-that-nobody-may-see';
const QUICK = { apiKey: API_KEY, plan: () => ({ seconds: 0.1 }) };
const ENDLESS = { plan: () => ({ seconds: 600 }) };
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 200 };
const GIVE_UP_EARLY = { options: { maxWait: 1 } };

const idsOf = ({ jobs }: Simulator) => jobs.map(({ requestId }) => requestId);

function expectNoKey({ run, outputs, error }: Finished): void {
	expect(JSON.stringify({ data: run.data, outputs, error })).not.toContain(API_KEY);
	expect(logLines.join('\n')).not.toContain(API_KEY);
}

describe.each(FAMILIES)('$family', ({ family, resource, create, ofJob, flatShape, findsLost }) => {
	describe('makes a video', () => {
		test.concurrent.each(shapesOf(family))('told in the shape %s', async (shape) => {
			const plan = () => ({ seconds: 0.1, shape });
			await withScene({ plan }, async ({ simulator, execute }) => {
				const finished = await execute(create());
				expect(jsonOf(finished)).toEqual([
					expect.objectContaining({
						request_id: simulator.jobs[0]?.requestId,
						status: 'done',
						wait: { seconds: expect.any(Number), polls: 1, timed_out: false },
					}),
				]);
				expect(JSON.stringify(jsonOf(finished)[0]?.video)).toContain(
					String(simulator.jobs[0]?.requestId),
				);
				expect(simulator.jobs.map((job) => job.family)).toEqual([family]);
			});
		});

		test.concurrent('and its file, as the node is added; Get Status looks only', async () => {
			await withScene(QUICK, async ({ execute }) => {
				const added = (parameters: INodeParameters) =>
					videoNode({ resource, options: { pollInterval: 1 }, ...parameters });
				const { outputs } = await execute(added({ operation: 'create', prompt: 'A comet.' }));
				expect(outputs[0]?.[0]?.binary).toEqual({ data: expect.anything() });
				const requestId = String(outputs[0]?.[0]?.json.request_id);
				const look = added({ operation: 'getStatus', requestId, ...ofJob });
				expect((await execute(look)).outputs[0]?.[0]).not.toHaveProperty('binary');
			});
		});

		test.concurrent('and Get Status brings it, with its file', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const [pending] = jsonOf(await execute(create({ waitForCompletion: false })));
				expect(pending).toMatchObject({ status: 'pending', model: simulator.jobs[0]?.model });
				const node = getStatusNode({
					...{ resource, ...ofJob },
					...{ waitForCompletion: true, downloadVideo: true },
				});
				const finished = await execute(node, itemsOf({ ...pending }));
				expect(jsonOf(finished)).toEqual([
					expect.objectContaining({ request_id: pending?.request_id, status: 'done' }),
				]);
				expect(finished.outputs[0]?.[0]?.binary?.data).toMatchObject({ mimeType: 'video/mp4' });
				expect(simulator.jobs).toHaveLength(1);
			});
		});

		test.concurrent('and waits through a word that nobody knows', async () => {
			const words = { pending: 'contemplating' };
			const plan = () => ({ seconds: 600, shape: flatShape, words });
			await withScene({ plan }, async ({ simulator, execute }) => {
				finishAfter(1, simulator);
				const finished = await execute(create());
				expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
				const [id] = idsOf(simulator);
				expect(logLines.filter((line) => line.includes(`${id}`)).join()).toContain('contemplating');
			});
		});
	});

	describe('fails with the reason and the id', () => {
		test.concurrent.each(shapesOf(family))('told in the shape %s', async (shape) => {
			const error = { code: 'invalid_argument', message: 'The prompt is too rude' };
			const plan = () => ({ seconds: 0.1, shape, outcome: 'failed' as const, error });
			await withScene({ plan }, async ({ simulator, execute }) => {
				const { error: shown } = await execute(create());
				expect(shown?.message).toContain(`[request ID ${idsOf(simulator)[0]}]`);
				expect(shown?.description).toContain(
					shape === 'bareFailure' ? 'current status: FAILURE' : 'The prompt is too rude',
				);
				expect(simulator.requestsTo('submit')).toHaveLength(1);
			});
		});

		test.concurrent('though the reason is nested too deeply to be told', async () => {
			const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
			const ids = '"request_id": "x", "task_id": "x", "id": "x"';
			const body = `{${ids}, "status": "failed", "task_status": "failed", "error": ${deep}}`;
			await withScene(ENDLESS, async ({ simulator, execute }) => {
				simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body } });
				const { error } = await execute(create(GIVE_UP_EARLY));
				expect(error?.message).toBe(
					`The video could not be made [request ID ${idsOf(simulator)[0]}]`,
				);
				expect(error?.description).toContain('a deeply nested answer');
			});
		});
	});

	describe('pays once', () => {
		test.concurrent('under "Retry On Fail"', async () => {
			await withScene(ENDLESS, async ({ simulator, execute }) => {
				finishAfter(1, simulator);
				const finished = await execute(create(GIVE_UP_EARLY, RETRY));
				expect(jsonOf(finished)).toEqual([
					expect.objectContaining({ request_id: idsOf(simulator)[0], status: 'done' }),
				]);
				expect(simulator.jobs).toHaveLength(1);
			});
		});

		test.concurrent('when the editor retries the failed execution', async () => {
			await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
				const node = create({ ...GIVE_UP_EARLY, prompt: '={{ $now.toMillis() }}' });
				const failed = await execute(node);
				expect(failed.error?.message).toContain(idsOf(simulator)[0]);
				finishJobs(simulator);
				const finished = await retry(node, failed);
				expect(jsonOf(finished).map((json) => json.request_id)).toEqual(idsOf(simulator));
				expect(simulator.jobs).toHaveLength(1);
			});
		});

		const unknown: Array<[string, Fault]> = [
			['a reset', { kind: 'reset' }],
			['502', { kind: 'status', status: 502 }],
			['an answer without an id', { kind: 'status', status: 200, body: { status: 'queued' } }],
		];

		test.concurrent.each(unknown)(
			'when nobody knows what became of it: %s',
			async (_case, fault) => {
				await withScene(QUICK, async ({ simulator, execute, retry }) => {
					simulator.inject({ route: 'submit', family, fault });
					const node = create({}, RETRY);
					const failed = await execute(node);
					const again = await retry(node, failed);
					for (const { error } of [failed, again]) {
						expect(error?.message).toBe("It's unclear whether CometAPI accepted this video");
					}
					expect(simulator.requestsTo('submit', family)).toHaveLength(1);
				});
			},
		);

		test.concurrent('when the answer of an accepted one is lost', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				simulator.inject({ route: 'submit', family, fault: { kind: 'reset', afterHandler: true } });
				const { status } = await execute(create({}, RETRY));
				expect(status).toBe(findsLost ? 'success' : 'error');
				expect(simulator.requestsTo('submit', family)).toHaveLength(1);
				expect(simulator.jobs).toHaveLength(1);
			});
		});

		test.concurrent('when the answer is cut off after the id', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const fault = { kind: 'truncatedJson', cut: 'afterId' } as const;
				simulator.inject({ route: 'submit', family, fault });
				expect(jsonOf(await execute(create({}, RETRY)))).toEqual([
					expect.objectContaining({ request_id: idsOf(simulator)[0], status: 'done' }),
				]);
				expect(simulator.requestsTo('submit', family)).toHaveLength(1);
			});
		});

		test.concurrent('for each item, and again for equal ones', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const finished = await execute(create(), itemsOf({}, {}, {}));
				expect(new Set(jsonOf(finished).map((json) => json.request_id)).size).toBe(3);
				expect(simulator.jobs).toHaveLength(3);
			});
		});

		test.concurrent('after a 429, which accepted nothing', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				simulator.inject({ route: 'submit', family, fault: { kind: 'status', status: 429 } });
				expect((await execute(create())).status).toBe('success');
				expect(simulator.requestsTo('submit', family)).toHaveLength(2);
				expect(simulator.jobs).toHaveLength(1);
			});
		});

		test.concurrent('and not at all for a run of which an item cannot be sent', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const node = create({ prompt: '={{ $json.idea }}' });
				const finished = await execute(node, itemsOf({ idea: 'a' }, { idea: ' ' }));
				expect(finished.error?.message).toContain("'Prompt'");
				expect(simulator.requests).toEqual([]);
			});
		});
	});

	test.concurrent('sends nothing more after Stop', async () => {
		await withScene(ENDLESS, async ({ simulator, start }) => {
			const { finished, stop } = await start(create({}, RETRY));
			await until(() => simulator.requestsTo('status', family).length > 0);
			const requests = simulator.requests.length;
			stop();
			expect((await finished).status).toBe('canceled');
			await sleep(1_500);
			expect(simulator.requests).toHaveLength(requests);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	describe('keeps the key', () => {
		test.concurrent('from the host of the file, errors, items and the log', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const options = { includeRawResponse: true };
				const finished = await execute(create({ downloadVideo: true, options }));
				expect(finished.outputs[0]?.[0]?.binary).toHaveProperty('data');
				expectNoKey(finished);
				for (const { host, headers } of simulator.requests) {
					expect([host, JSON.stringify(headers).includes(API_KEY)]).toEqual([host, host === 'api']);
				}
			});
		});

		test.concurrent.each(['submit', 'status'] as const)(
			'from wherever a redirect of %s leads',
			async (route) => {
				const elsewhere = await startSimulator();
				await withScene(QUICK, async ({ simulator, execute }) => {
					const location = `${elsewhere.url}/v1/videos/x`;
					const fault = { kind: 'redirect', status: 302, location } as const;
					const injected = simulator.inject({ route, family, fault, times: Infinity });
					expectNoKey(await execute(create(GIVE_UP_EARLY)));
					expect(injected.hits).toBeGreaterThan(0);
					expect(elsewhere.requests).toEqual([]);
				}).finally(async () => await elsewhere.close());
			},
		);

		test.concurrent('when the answer repeats it', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const body = { error: { message: `invalid Bearer ${API_KEY}`, type: 'a', code: 'bad' } };
				const fault = { kind: 'status', status: 400, body } as const;
				simulator.inject({ route: 'submit', family, fault });
				const finished = await execute(create());
				expect(finished.error?.description).toContain('invalid Bearer ***');
				expectNoKey(finished);
			});
		});
	});
});
