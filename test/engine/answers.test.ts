/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, jest, test } from '@jest/globals';

import { shapesOf, type Fault, type Simulator } from '../simulator/simulator.ts';
import {
	DONE,
	ENDED,
	gatewayError,
	LASTING,
	OUTAGES,
	OWN_CONTENT,
	PASSING,
	PASSING_WITH_ID,
	type Body,
} from './answerForms.ts';
import { logLines } from './engine.ts';
import { FAMILIES } from './families.ts';
import { speedUpClock } from './fastClock.ts';
import { finishJobs, getStatusNode, itemsOf, jsonOf, until, withScene } from './scene.ts';

speedUpClock(20);

// Some fifty seconds of waiting, on a machine that may be busy.
jest.setTimeout(90_000);

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 200 };
const LONG = { plan: () => ({ seconds: 600 }) };
const QUICK = { plan: () => ({ seconds: 0.1 }) };

const idOf = ({ jobs }: Simulator) => String(jobs[0]?.requestId);

/** An answer to a poll, instead of the normal one. */
const answered = (status: number, body: unknown): Fault => ({
	...{ kind: 'rewrite', status },
	body: () => body,
});

describe.each(FAMILIES)('$family', ({ family, resource, create, ofJob }) => {
	const status = (parameters = {}) => getStatusNode({ resource, ...ofJob, ...parameters });

	test.concurrent.each(shapesOf(family))(
		'tells a job in the shape %s by Get Status',
		async (shape) => {
			const error = { code: 'invalid_argument', message: 'The prompt is too rude' };
			for (const outcome of ['done', 'failed'] as const) {
				const plan = () => ({ seconds: 600, shape, error });
				await withScene({ plan }, async ({ simulator, execute }) => {
					const [made] = jsonOf(await execute(create({ waitForCompletion: false })));
					const items = itemsOf({ ...made });
					expect(jsonOf(await execute(status(), items))).toEqual([
						expect.objectContaining({ request_id: idOf(simulator), status: 'pending' }),
					]);
					simulator.finishJob(idOf(simulator), outcome);
					const finished = await execute(status({ downloadVideo: true }), items);
					expect(jsonOf(finished)).toEqual([
						expect.objectContaining({ request_id: idOf(simulator), status: outcome }),
					]);
					const hasFile = finished.outputs[0]?.[0]?.binary?.data?.mimeType === 'video/mp4';
					expect(hasFile).toBe(outcome === 'done');
					expect(simulator.jobs).toHaveLength(1);
				});
			}
		},
	);

	describe('goes on waiting and pays once', () => {
		const passing = PASSING.map(([name, httpStatus, body]): (typeof PASSING_WITH_ID)[number] => [
			name,
			httpStatus,
			() => body,
		]);

		test.concurrent.each([...passing, ...PASSING_WITH_ID])(
			'after %s',
			async (_case, httpStatus, body) => {
				await withScene(LONG, async ({ simulator, execute }) => {
					const told = () => body(idOf(simulator), simulator.url);
					const fault: Fault = { kind: 'rewrite', status: httpStatus, body: told };
					const injected = simulator.inject({ route: 'status', fault });
					// Without a retry, which would hide an end that was told too early.
					const running = execute(create());
					await until(() => injected.hits > 0);
					finishJobs(simulator);
					expect(jsonOf(await running)).toEqual([
						expect.objectContaining({ request_id: idOf(simulator), status: 'done' }),
					]);
					expect(simulator.requestsTo('status').length).toBeGreaterThanOrEqual(2);
					expect(simulator.requestsTo('submit')).toHaveLength(1);
				});
			},
		);
	});

	test.concurrent.each([
		[200, 'succeeded'],
		[200, 'processing'],
		[500, 'processing'],
	])(
		'pays once when HTTP %i tells trouble around a job that is %s, though a retry follows',
		async (httpStatus, status) => {
			await withScene(LONG, async ({ simulator, execute }) => {
				const body = () => ({
					...{ status: 'failed', error: { code: 'internal_error', message: 'not refreshed' } },
					data: { task_id: idOf(simulator), status },
				});
				const fault: Fault = { kind: 'rewrite', status: httpStatus, body };
				const injected = simulator.inject({ route: 'status', fault });
				const running = execute(create({}, { retryOnFail: true }));
				await until(() => injected.hits > 0);
				finishJobs(simulator);
				expect(jsonOf(await running)).toEqual([expect.objectContaining({ status: 'done' })]);
				expect(simulator.requestsTo('submit')).toHaveLength(1);
			});
		},
	);

	test.concurrent.each(OUTAGES)(
		'goes on waiting through an outage of a minute: %i %j',
		async (httpStatus, body) => {
			await withScene(LONG, async ({ simulator, execute }) => {
				const fault = answered(httpStatus, body);
				const outage = simulator.inject({ route: 'status', fault, times: 12 });
				const running = execute(create({ options: { pollInterval: 5 } }));
				await Promise.race([running, until(() => outage.hits === 12)]);
				finishJobs(simulator);
				expect(jsonOf(await running)).toEqual([expect.objectContaining({ status: 'done' })]);
				expect(simulator.requestsTo('submit')).toHaveLength(1);
			});
		},
	);

	describe('takes a job inside an error answer to a submit for the job', () => {
		test.concurrent.each<[string, number, Body]>([
			['400', 400, (id) => ({ task_id: id, status: 'queued' })],
			['422, in detail', 422, (id) => ({ detail: { task_id: id, status: 'queued' } })],
			['429', 429, (id) => ({ code: 'success', data: { task_id: id, status: 'SUBMITTED' } })],
			[
				'503, with a code',
				503,
				(id) => ({ ...gatewayError('busy', 'model_not_found'), task_id: id, status: 'queued' }),
			],
		])('%s', async (_case, httpStatus, body) => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const told = () => body(idOf(simulator), simulator.url);
				const fault: Fault = { kind: 'rewrite', status: httpStatus, body: told };
				simulator.inject({ route: 'submit', fault });
				const finished = await execute(create({}, RETRY));
				expect(jsonOf(finished)).toEqual([
					expect.objectContaining({ request_id: idOf(simulator), status: 'done' }),
				]);
				expect(simulator.requestsTo('submit')).toHaveLength(1);
			});
		});
	});

	test.concurrent.each<[string, Body]>([
		['the third of three', (id) => ({ id, data: { task_id: 'row-1', id: 'row-2' } })],
		['a video_id', (id) => ({ request_id: 'http-1', data: { video_id: id } })],
		['in result', (id) => ({ request_id: 'http-1', result: { task_id: id } })],
		[
			'in a list of two',
			(id) => ({ request_id: 'h-1', data: [{ task_id: id }, { task_id: 'x' }] }),
		],
	])('finds the job by its ID: %s', async (_case, body) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const told = () => body(idOf(simulator), simulator.url);
			simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body: told } });
			const [item] = jsonOf(await execute(create()));
			expect(item).toMatchObject({ request_id: idOf(simulator), status: 'done' });
			expect(logLines.some((line) => line.includes(idOf(simulator)))).toBe(true);
		});
	});

	test.concurrent(
		'finds the job by its second ID when the first is refused in any words',
		async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const told = () => ({ task_id: 'row-77', data: { id: idOf(simulator) } });
				simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body: told } });
				const error = gatewayError('record not found', 'get_task_failed');
				simulator.decideFault = ({ route, path }) =>
					route === 'status' && path.includes('row-77') ? answered(400, error) : undefined;
				const [item] = jsonOf(await execute(create()));
				expect(item).toMatchObject({ request_id: idOf(simulator), status: 'done' });
			});
		},
	);

	test.concurrent('waits for two IDs together as long as Max Wait', async () => {
		await withScene(LONG, async ({ simulator, execute }) => {
			const told = () => ({ task_id: 'row-77', data: { id: idOf(simulator) } });
			simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body: told } });
			const since = Date.now();
			simulator.decideFault = ({ route, path }) => {
				if (route !== 'status' || !path.includes('row-77')) return undefined;
				return Date.now() - since < 60_000
					? answered(200, { id: 'row-77', status: 'processing' })
					: answered(400, gatewayError('record not found', 'get_task_failed'));
			};
			const { error } = await execute(create({ options: { pollInterval: 5, maxWait: 100 } }));
			expect(error?.message).toContain('Not finished after 100 seconds');
			expect(Date.now() - since).toBeLessThan(150_000);
		});
	});

	test.concurrent.each<[string, object]>([
		['JSend', { status: 'error', message: 'insufficient balance' }],
		['no success', { success: false, message: 'insufficient balance' }],
		['a negative code', { code: -1, message: 'insufficient balance', data: null }],
		['a list of errors', { errors: [{ message: 'insufficient balance' }] }],
		['base_resp', { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } }],
	])('a refusal as HTTP 200 beside an ID is no video: %s', async (_case, body) => {
		await withScene(LONG, async ({ simulator, execute }) => {
			const fault = answered(200, { ...body, request_id: 'http-5' });
			simulator.inject({ route: 'submit', fault, times: Infinity });
			const { error } = await execute(create());
			expect(`${error?.message} ${error?.description}`).toContain('insufficient balance');
			expect(simulator.requestsTo('status')).toEqual([]);
		});
	});

	describe('believes an error without a job when it lasts, and pays once', () => {
		test.concurrent.each(LASTING)('%s', async (_case, httpStatus, body, words) => {
			await withScene(LONG, async ({ simulator, execute, retry }) => {
				simulator.inject({ route: 'status', fault: answered(httpStatus, body), times: Infinity });
				const began = Date.now();
				const node = create();
				const failed = await execute(node);
				expect(Date.now() - began).toBeLessThan(60_000);
				expect(`${failed.error?.message} ${failed.error?.description}`).toContain(words);
				expect(failed.error?.message).toContain(idOf(simulator));
				expect(failed.error?.description).not.toMatch(/start a new execution|makes a new video/i);
				expect(simulator.requestsTo('status').length).toBeGreaterThanOrEqual(3);
				await retry(node, failed);
				expect(simulator.requestsTo('submit')).toHaveLength(1);
			});
		});
	});

	describe('tells the end of a job at once, and pays once', () => {
		test.concurrent.each(ENDED)('%s', async (_case, httpStatus, body, words) => {
			await withScene(LONG, async ({ simulator, execute, retry }) => {
				simulator.decideFault = ({ route }) =>
					route === 'status'
						? answered(httpStatus, body(idOf(simulator), simulator.url))
						: undefined;
				const node = create();
				const failed = await execute(node);
				expect(`${failed.error?.message} ${failed.error?.description}`).toContain(words);
				expect(simulator.requestsTo('status')).toHaveLength(1);
				await retry(node, failed);
				expect(simulator.requestsTo('submit')).toHaveLength(1);
			});
		});
	});

	test.concurrent.each(DONE)('finds the video in %s', async (_case, body, url) => {
		await withScene(LONG, async ({ simulator, execute }) => {
			simulator.decideFault = ({ route }) =>
				route === 'status' ? answered(200, body(idOf(simulator), simulator.url)) : undefined;
			expect(jsonOf(await execute(create({ downloadVideo: false })))).toEqual([
				expect.objectContaining({ status: 'done', video: expect.objectContaining({ url }) }),
			]);
		});
	});

	test.concurrent.each(OWN_CONTENT)(
		"asks the API with the key for the gateway's own address %s",
		async (_case, body) => {
			await withScene(LONG, async ({ simulator, execute }) => {
				simulator.decideFault = ({ route }) =>
					route === 'status'
						? answered(200, {
								id: idOf(simulator),
								status: 'completed',
								...Object(body(idOf(simulator), simulator.url)),
							})
						: undefined;
				const { error, run } = await execute(
					create({ downloadVideo: true, options: { maxWait: 20 } }),
				);
				const asked = simulator.requests.filter((request) => request.path.endsWith('/content'));
				expect(asked.length).toBeGreaterThan(0);
				for (const { host, headers, path: at } of asked) {
					expect([host, at]).toEqual(['api', `/v1/videos/${idOf(simulator)}/content`]);
					expect(headers.authorization).toContain('Bearer');
				}
				expect(JSON.stringify([error, run.data])).not.toContain('gateway.internal');
			});
		},
	);

	describe('reads the answer to a submit', () => {
		test.concurrent.each([
			[
				'the inner id',
				(id: string) => ({
					id: 'req-1',
					code: 'success',
					data: { task_id: id, status: 'NOT_START' },
				}),
			],
			[
				'the id in output',
				(id: string) => ({ request_id: 'http-1', output: { task_id: id, task_status: 'PENDING' } }),
			],
			[
				'the id in task',
				(id: string) => ({ task: { id }, base_resp: { status_code: 0, status_msg: 'success' } }),
			],
			['data itself', (id: string) => ({ code: 1, message: 'ok', data: id })],
			['data as JSON text', (id: string) => ({ code: 0, data: JSON.stringify({ task_id: id }) })],
			[
				'a code that its message calls a success',
				(id: string) => ({ code: 10000, message: 'Success', data: { task_id: id } }),
			],
			[
				'an error that says success',
				(id: string) => ({ data: { task_id: id }, error: { code: 0, message: 'success' } }),
			],
		])('%s', async (_case, body) => {
			await withScene({ plan: () => ({ seconds: 0.1 }) }, async ({ simulator, execute }) => {
				const fault: Fault = { kind: 'rewrite', body: () => body(idOf(simulator)) };
				simulator.inject({ route: 'submit', fault });
				expect(jsonOf(await execute(create()))).toEqual([
					expect.objectContaining({ request_id: idOf(simulator), status: 'done' }),
				]);
				const polled = simulator.requestsTo('status').map(({ path }) => path.split('/').pop());
				expect(new Set(polled)).toEqual(new Set([encodeURIComponent(idOf(simulator))]));
			});
		});

		test.concurrent('with an id of 240 characters', async () => {
			const requestId = `op-${'x'.repeat(237)}`;
			await withScene({ plan: () => ({ seconds: 0.1, requestId }) }, async ({ execute }) => {
				expect(jsonOf(await execute(create()))[0]).toMatchObject({
					request_id: requestId,
					status: 'done',
				});
			});
		});

		test.concurrent('with a long number in JSON text as its id', async () => {
			const requestId = '812345678901234567';
			await withScene({ plan: () => ({ seconds: 0.1, requestId }) }, async (scene) => {
				const body = () => ({
					code: 0,
					data: `{"task_id":${requestId},"task_status":"submitted"}`,
				});
				scene.simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body } });
				expect(jsonOf(await scene.execute(create()))).toEqual([
					expect.objectContaining({ request_id: requestId, status: 'done' }),
				]);
			});
		});

		test.concurrent('by the other of two ids when the first is not known', async () => {
			await withScene({ plan: () => ({ seconds: 0.1 }) }, async ({ simulator, execute }) => {
				const body = () => ({ task_id: 'row-77', data: { id: idOf(simulator) } });
				simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body } });
				expect(jsonOf(await execute(create()))).toEqual([
					expect.objectContaining({ request_id: idOf(simulator), status: 'done' }),
				]);
				const accepted = logLines.filter((line) => line.includes(idOf(simulator))).join();
				expect(accepted).toContain('row-77');
			});
		});

		test.concurrent.each([
			[
				'no balance beside the number of the exchange',
				{ ...gatewayError('insufficient balance'), request_id: 'http-5' },
				'balance',
			],
			[
				'arrears in an envelope',
				{ code: 1101, message: 'Account in arrears', request_id: 'http-6', data: '' },
				'arrears',
			],
		])('as a rejection: %s', async (_case, body, words) => {
			await withScene(LONG, async ({ simulator, execute }) => {
				simulator.inject({
					route: 'submit',
					fault: { kind: 'status', status: 200, body },
					times: Infinity,
				});
				const { error } = await execute(create());
				expect(`${error?.message} ${error?.description}`).toContain(words);
				expect(error?.message).not.toContain('unclear whether');
				expect(simulator.requestsTo('status')).toHaveLength(0);
			});
		});

		test.concurrent.each([
			['a failing code beside a word', { code: 1200, message: 'Illegal', data: 'none' }, 'Illegal'],
			[
				'a failing code beside an id',
				{ code: 'quota', message: 'No', data: { task_id: 'job-9' } },
				'job-9',
			],
			['an error beside an id', { ...gatewayError('Internal'), task_id: 'job-8' }, 'job-8'],
			['a word of success where an id is', { code: 0, message: 'Made', data: 'ok' }, 'Made'],
			['JSend beside an id', { status: 'error', message: 'Not now', id: 'http-5' }, 'Not now'],
			[
				'an id behind a long echo',
				{ echo: 'so long '.repeat(120), payload: { job: 'vid-11' } },
				'vid-11',
			],
		])('as of unknown fate, with its words: %s', async (_case, body, shown) => {
			await withScene(LONG, async ({ simulator, execute }) => {
				simulator.inject({ route: 'submit', family, fault: { kind: 'status', status: 200, body } });
				const { error } = await execute(create({}, RETRY));
				expect(error?.message).toContain('unclear whether');
				expect(error?.description).toContain(shown);
				expect(simulator.requestsTo('submit')).toHaveLength(1);
			});
		});

		test.concurrent.each<[number, object]>([
			[400, { message: 'The task could not be read' }],
			[429, gatewayError('too many requests')],
			[500, gatewayError('The task could not be read', 'invalid_request')],
			[503, gatewayError('no available channel', 'model_not_found')],
		])("as of unknown fate for a task's ID in an error: %i", async (httpStatus, words) => {
			await withScene(LONG, async ({ simulator, execute }) => {
				const body = () => ({ ...words, task_id: idOf(simulator) });
				const fault: Fault = { kind: 'rewrite', status: httpStatus, body };
				simulator.inject({ route: 'submit', family, fault, times: Infinity });
				simulator.decideFault = ({ route }) => (route === 'status' ? answered(404, {}) : undefined);
				const { error } = await execute(create({}, RETRY));
				expect(error?.message).toContain('unclear whether');
				expect(error?.description).toContain(idOf(simulator));
				expect(simulator.requestsTo('submit')).toHaveLength(1);
			});
		});

		test.concurrent('as that of the rate, though it names what was paid for', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const body = { code: 1303, message: 'parallel task over resource pack limit' };
				const fault: Fault = { kind: 'status', status: 429, body };
				simulator.inject({ route: 'submit', fault, times: 2 });
				expect(jsonOf(await execute(create()))).toEqual([
					expect.objectContaining({ status: 'done' }),
				]);
				expect(simulator.jobs).toHaveLength(1);
			});
		});

		test.concurrent(
			'as no balance though the code is that of the rate, without a second try',
			async () => {
				await withScene(LONG, async ({ simulator, execute }) => {
					const body = gatewayError('Your budget has been exceeded', 'rate_limit_exceeded');
					simulator.inject({ route: 'submit', fault: { kind: 'status', status: 429, body } });
					expect((await execute(create())).error?.message).toContain('balance');
					expect(simulator.requestsTo('submit')).toHaveLength(1);
				});
			},
		);
	});
});
