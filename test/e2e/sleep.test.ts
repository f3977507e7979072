/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sleep } from 'n8n-workflow';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { CURRENT_N8N, OLDEST_N8N } from '../harness/n8n/installation.ts';
import {
	NOTICED_SOONER,
	type Production,
	publish,
	type QueueStage,
	setQueueStage,
	webhook,
	type Worker,
} from '../harness/n8n/queueMode.ts';
import {
	type Execution,
	outputItems,
	type RestClient,
	withCredential,
	type Workflow,
} from '../harness/n8n/restClient.ts';
import type { N8nServer } from '../harness/n8n/server.ts';
import { setSimulatedStage, type SimulatedStage } from '../harness/n8n/simulatedStage.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import {
	getStatus,
	items,
	node,
	start,
	START,
	VIDEO,
	video,
	workflow,
} from '../harness/n8n/workflow.ts';
import { until } from '../harness/until.ts';
import {
	type InjectedFault,
	type Job,
	type JobPlan,
	sampleMp4,
	type Simulator,
	type Submission,
} from '../simulator/simulator.ts';

const LIMIT_MS = 600_000;
const AFTER = 'After';
const OVERLOADED = { code: 'service_unavailable', message: 'Overloaded' };

const cleanUp: CleanUp = [];
let stage: SimulatedStage;
let simulator: Simulator;
let server: N8nServer;
let client: RestClient;
/** Of the jobs that fail, unless they are made anew. */
let isOverloaded = true;

/** Each prompt is like "slept 90 s", and may say that it "fails". */
function planOf(prompt: string): JobPlan {
	const seconds = Number(/(\d+) s/.exec(prompt)?.[1] ?? 0.2);
	if (!prompt.includes('fails')) return { seconds };
	return isOverloaded ? { seconds, outcome: 'failed', error: OVERLOADED } : { seconds: 1 };
}

/** A workflow whose video node sleeps, with a node behind it. */
function sleeping(prompts: string[], settings: Record<string, unknown> = {}): Workflow {
	const options = { sleepWhileWaiting: true };
	const create = video({ prompt: '={{ $json.prompt }}', downloadVideo: true, options }, settings);
	const list = items(...prompts.map((prompt) => ({ prompt })));
	return workflow([start(), ...list, create, node(AFTER, ['n8n-nodes-base.noOp', 1])]);
}

/** The same for each call of a webhook, whose body has the prompt. */
function ofWebhook(): Workflow {
	const options = { sleepWhileWaiting: true };
	const create = video({ prompt: '={{ $json.body.prompt }}', downloadVideo: true, options });
	return workflow([webhook(), create]);
}

async function run(flow: Workflow): Promise<string> {
	const saved = withCredential(flow, NODE_TYPE, stage.credential);
	const { id } = await client.createWorkflow(saved);
	return await client.runWorkflow(id, START);
}

async function restart(): Promise<void> {
	stage = await stage.restart();
	({ server, client } = stage);
}

const statusOf = async (id: string) => (await client.getExecution(id)).status;
const jobsOf = (name: string): Job[] =>
	simulator.jobs.filter(({ body }) => String(body['prompt']).startsWith(name));
const idsOf = (name: string) => jobsOf(name).map(({ requestId }) => requestId);
const jsonOf = (execution: Execution, name = AFTER, output = 0) =>
	outputItems(execution, name, output).map(({ json }) => json);

describe(`a wait that sleeps, in n8n ${CURRENT_N8N}`, () => {
	let ids: Record<'videos' | 'failing' | 'errors' | 'stopped' | 'edited' | 'looking', string>;

	beforeAll(async () => {
		stage = await setSimulatedStage(cleanUp, {
			plan: ({ body }) => planOf(String(body['prompt'])),
		});
		({ simulator, server, client } = stage);
		ids = {
			videos: await run(sleeping(['videos 1 s', 'videos 90 s', 'videos 150 s'])),
			failing: await run(sleeping(['failing 1 s', 'failing 70 s fails'])),
			errors: await run(
				sleeping(['errors 1 s fails', 'errors 70 s fails', 'errors 70 s'], {
					onError: 'continueErrorOutput',
				}),
			),
			stopped: await run(sleeping(['stopped 999 s'])),
			edited: await run(sleeping(['edited 999 s'])),
			looking: await run(sleeping(['looking 999 s'])),
		};
		const all = Object.values(ids);
		await until(async () =>
			(await Promise.all(all.map(statusOf))).every((status) => status === 'waiting'),
		);
		for (const id of [ids.stopped, ids.edited]) await client.stopExecution(id);
		await server.kill();
		await restart();
	}, LIMIT_MS);

	afterAll(async () => await cleanUpAll(cleanUp));

	test(
		'ends by itself after a crash of n8n, with all items and files',
		async () => {
			await until(async () => (await statusOf(ids.videos)) === 'success');
			const execution = await client.getExecution(ids.videos);
			expect(idsOf('videos')).toHaveLength(3);
			expect(jsonOf(execution)).toEqual(
				['videos 1 s', 'videos 90 s', 'videos 150 s'].map((prompt) =>
					expect.objectContaining({ request_id: idsOf(prompt)[0], status: 'done' }),
				),
			);
			for (const { binary } of outputItems(execution, AFTER)) {
				expect(await client.downloadFile(binary?.['data'])).toEqual(sampleMp4);
			}
			expect(execution.data.resultData.runData[VIDEO]).toHaveLength(1);
		},
		LIMIT_MS,
	);

	test(
		'gives its failed items to the error output',
		async () => {
			await until(async () => (await statusOf(ids.errors)) === 'success');
			const execution = await client.getExecution(ids.errors);
			const [refused] = idsOf('errors 70 s fails');
			const [made] = idsOf('errors 70 s').filter((id) => id !== refused);
			expect(jsonOf(execution)).toMatchObject([{ request_id: made }]);
			expect(jsonOf(execution, VIDEO, 1)).toMatchObject([
				{ error: { request_id: idsOf('errors 1 s fails')[0] } },
				{ error: { request_id: idsOf('errors 70 s fails')[0] } },
			]);
			expect(idsOf('errors')).toHaveLength(3);
		},
		LIMIT_MS,
	);

	test(
		'ends with the failure of its video, and a retry makes that one anew',
		async () => {
			await until(async () => (await statusOf(ids.failing)) === 'error');
			const failed = await client.getExecution(ids.failing);
			expect(failed.data.resultData.error?.message).toContain(idsOf('failing 70 s')[0]);
			isOverloaded = false;
			const retried = await client.waitForExecution(await client.retryExecution(ids.failing));
			expect(retried.status).toBe('success');
			expect(jsonOf(retried)).toMatchObject([
				{ request_id: idsOf('failing 1 s')[0], status: 'done' },
				{ request_id: idsOf('failing 70 s')[1], status: 'done' },
			]);
			expect(idsOf('failing')).toHaveLength(3);
		},
		LIMIT_MS,
	);

	test.each([
		['as it was', 'stopped', false],
		['as it is', 'edited', true],
	] as const)(
		'ends with Stop, and a retry of the workflow %s brings the video that was paid',
		async (_name, which, loadWorkflow) => {
			expect(await statusOf(ids[which])).toBe('canceled');
			const [requestId = ''] = idsOf(which);
			simulator.finishJob(requestId);
			const id = await client.retryExecution(ids[which], { loadWorkflow });
			const retried = await client.waitForExecution(id);
			expect(jsonOf(retried)).toMatchObject([{ request_id: requestId, status: 'done' }]);
			expect(idsOf(which)).toHaveLength(1);
		},
		LIMIT_MS,
	);
	describe('when n8n is killed in its first minute, or while it asks,', () => {
		let lost: Execution | undefined;

		beforeAll(async () => {
			const production = await publish(stage, ofWebhook());
			const [requestId = ''] = idsOf('looking');
			const when = ({ path }: { path: string }) => path.includes(requestId);
			const asking = simulator.inject({ route: 'status', when, fault: { kind: 'hang' } });
			await until(() => asking.hits === 1);
			await production.start({ prompt: 'lost 999 s' });
			await until(() => idsOf('lost').length === 1);
			await server.kill();
			await restart();
			[lost] = await production.executions();
		}, LIMIT_MS);

		test(
			'a retry asks for the video that was paid, if it has slept',
			async () => {
				expect((await client.waitForExecution(ids.looking)).status).toBe('crashed');
				const [requestId = ''] = idsOf('looking');
				simulator.finishJob(requestId);
				const retried = await client.waitForExecution(await client.retryExecution(ids.looking));
				expect(jsonOf(retried)).toMatchObject([{ request_id: requestId, status: 'done' }]);
				expect(idsOf('looking')).toHaveLength(1);
			},
			LIMIT_MS,
		);

		test(
			'a retry of a triggered execution pays again, if it has not',
			async () => {
				expect((await client.waitForExecution(String(lost?.id))).status).toBe('crashed');
				const retrying = client.retryExecution(String(lost?.id));
				await until(() => idsOf('lost').length === 2);
				for (const id of idsOf('lost')) simulator.finishJob(id);
				const retried = await client.waitForExecution(await retrying);
				expect(jsonOf(retried, VIDEO)).toMatchObject([{ request_id: idsOf('lost')[1] }]);
			},
			LIMIT_MS,
		);
	});
});

describe('in n8n 1', () => {
	const ownCleanUp: CleanUp = [];
	afterAll(async () => await cleanUpAll(ownCleanUp));

	test(
		'the node waits awake',
		async () => {
			const { simulator, client, credential } = await setSimulatedStage(ownCleanUp, {
				plan: ({ body }) => planOf(String(body['prompt'])),
				version: OLDEST_N8N,
			});
			const flow = withCredential(sleeping(['old 80 s']), NODE_TYPE, credential);
			const id = await client.runWorkflow((await client.createWorkflow(flow)).id, START);
			const seen = new Set<string>();
			await until(async () => {
				const { status } = await client.getExecution(id);
				return seen.add(status).has('success');
			});
			expect([...seen].filter((status) => status !== 'new')).toEqual(['running', 'success']);
			expect(simulator.jobs).toHaveLength(1);
		},
		LIMIT_MS,
	);
});

describe('when n8n is stopped, as for an update,', () => {
	const GRACE_S = 45;
	const ownCleanUp: CleanUp = [];
	let stage: SimulatedStage;
	let production: Production;

	beforeAll(async () => {
		const plan = ({ body }: Submission) => planOf(String(body['prompt']));
		const env = { N8N_GRACEFUL_SHUTDOWN_TIMEOUT: String(GRACE_S) };
		stage = await setSimulatedStage(ownCleanUp, { plan, env });
		production = await publish(stage, ofWebhook());
	}, LIMIT_MS);

	afterAll(async () => await cleanUpAll(ownCleanUp));

	const executions = async () => await production.executions();
	const paid = () => stage.simulator.jobs.map(({ requestId }) => requestId);

	test(
		'an execution that sleeps goes on, and one in its first minute falls asleep before n8n ends',
		async () => {
			await production.start({ prompt: 'asleep 120 s' });
			await sleep(30_000);
			await production.start({ prompt: 'awake 90 s' });
			await until(async () => (await executions())[0]?.status === 'waiting');
			const { server } = stage;
			await server.end(2 * GRACE_S * 1000);
			// n8n waits for it to the end of that time, also once it sleeps.
			expect(server.log).toContain('Waiting for 1 active executions to finish...');
			expect(await server.exited).toEqual({ code: 1, signal: null });
			stage = await stage.restart({ N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '2' });
			await until(async () => (await executions()).every(({ status }) => status === 'success'));
			const items = (await executions()).map((one) => outputItems(one, VIDEO)[0]);
			expect(items.map((item) => item?.json['request_id'])).toEqual(paid());
			for (const item of items) {
				expect(await stage.client.downloadFile(item?.binary?.['data'])).toEqual(sampleMp4);
			}
			expect(paid()).toHaveLength(2);
		},
		LIMIT_MS,
	);

	test(
		'one in its first minute is lost if n8n has too little time; Get Status brings the video',
		async () => {
			await production.start({ prompt: 'cut 999 s' });
			await until(() => paid().length === 3);
			const requestId = String(paid()[2]);
			const { server } = stage;
			await until(() => server.log.some((line) => line.includes(requestId)));
			await server.end(2 * GRACE_S * 1000);
			stage = await stage.restart();
			const lost = (await executions()).at(-1);
			expect((await stage.client.waitForExecution(String(lost?.id))).status).toBe('crashed');
			stage.simulator.finishJob(requestId);
			const flow = withCredential(
				workflow([start(), getStatus(requestId)]),
				NODE_TYPE,
				stage.credential,
			);
			const id = await stage.client.runWorkflow(
				(await stage.client.createWorkflow(flow)).id,
				START,
			);
			expect(jsonOf(await stage.client.waitForExecution(id), 'Get Status')).toMatchObject([
				{ request_id: requestId, status: 'done' },
			]);
			expect(paid()).toHaveLength(3);
		},
		LIMIT_MS,
	);
});

describe('in queue mode', () => {
	const ownCleanUp: CleanUp = [];
	const workers: Worker[] = [];
	let queue: QueueStage;
	let production: Production;
	let ended: Execution[];
	let lookId: string;
	let lateId: string;
	/** While the last execution is in its first minute. */
	let stopped: Worker;
	/** Questions for the video of an execution whose worker is killed then. */
	let asking: InjectedFault;

	async function startWorker(env: Record<string, string> = {}): Promise<Worker> {
		const worker = await queue.startWorker({ concurrency: 5, env });
		workers.push(worker);
		return worker;
	}

	const idOf = (prompt: string) =>
		queue.simulator.jobs.find(({ body }) => body['prompt'] === prompt)?.requestId;
	const isOver = ({ status }: Execution) => status === 'success' || status === 'error';

	beforeAll(async () => {
		queue = await setQueueStage(ownCleanUp, {
			plan: ({ body }) => planOf(String(body['prompt'])),
			env: NOTICED_SOONER,
		});
		const first = await startWorker();
		production = await publish(queue, ofWebhook());
		for (const prompt of ['1st 100 s', '2nd 100 s', '3rd 100 s', 'looking 999 s'])
			await production.start({ prompt });
		await until(async () => {
			const all = await production.executions();
			return all.length === 4 && all.every(({ status }) => status === 'waiting');
		});
		await first.kill();
		const requestId = String(idOf('looking 999 s'));
		const when = ({ path }: { path: string }) => path.includes(requestId);
		asking = queue.simulator.inject({
			...{ route: 'status', when, times: Infinity, fault: { kind: 'hang' } },
		});
		const second = await startWorker();
		await until(async () => {
			ended = (await production.executions()).filter(isOver);
			return ended.length === 3 && asking.hits > 0;
		});
		await second.kill();
		const looking = (await production.executions()).find(({ status }) => status === 'running');
		lookId = String(looking?.id);
		stopped = await startWorker({ N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '90' });
		await production.start({ prompt: 'late 90 s' });
		await until(() => idOf('late 90 s') !== undefined);
		lateId = String((await production.executions()).at(-1)?.id);
		const ending = stopped.end(100_000);
		await startWorker();
		await ending;
	}, LIMIT_MS);

	afterAll(async () => await cleanUpAll(ownCleanUp));

	test('executions that sleep go on in another worker when theirs is killed', () => {
		expect(ended.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
		const made = ended.flatMap((one) => jsonOf(one, VIDEO)).map((json) => json['request_id']);
		expect(made.sort()).toEqual(['1st 100 s', '2nd 100 s', '3rd 100 s'].map(idOf).sort());
		expect(queue.simulator.jobs).toHaveLength(5);
	});

	test(
		"one whose worker is killed while it asks ends with n8n's error, which a retry repeats unpaid",
		async () => {
			const over = await queue.client.waitForExecution(lookId);
			const paid = queue.simulator.jobs.length;
			const retried = await queue.client.waitForExecution(
				await queue.client.retryExecution(lookId),
			);
			for (const { status, data } of [over, retried]) {
				expect(status).toBe('error');
				expect(data.resultData.error?.message).toContain('failed to be processed too many times');
				expect(data.resultData.runData).toEqual({});
			}
			expect(queue.simulator.jobs).toHaveLength(paid);
		},
		LIMIT_MS,
	);

	test(
		"its request ID is in the first worker's log and in its custom data, and Get Status brings the video",
		async () => {
			const requestId = String(idOf('looking 999 s'));
			expect(workers[0]?.log.filter((line) => line.includes(requestId))).toHaveLength(1);
			const { customData } = await queue.client.getExecution(lookId);
			expect(Object.values(customData)).toEqual([requestId]);
			asking.remove();
			queue.simulator.finishJob(requestId);
			const looking = { operation: 'getStatus', requestId: '={{ $json.body.requestId }}' };
			const look = video({ ...looking, waitForCompletion: true });
			const found = await publish(queue, workflow([webhook(), look]));
			await found.start({ requestId });
			await until(async () => (await found.executions()).some(isOver));
			const [got] = await found.executions();
			expect(got && jsonOf(got, VIDEO)).toMatchObject([{ request_id: requestId, status: 'done' }]);
		},
		LIMIT_MS,
	);

	test(
		'one in its first minute falls asleep before its worker ends, if N8N_GRACEFUL_SHUTDOWN_TIMEOUT leaves it the time',
		async () => {
			expect(await stopped.exited).toEqual({ code: 0, signal: null });
			await until(async () => {
				const late = (await production.executions()).find(({ id }) => id === lateId);
				return late !== undefined && isOver(late);
			});
			const late = await queue.client.getExecution(lateId);
			expect(jsonOf(late, VIDEO)).toMatchObject([
				{ request_id: idOf('late 90 s'), status: 'done' },
			]);
			expect(queue.simulator.jobs).toHaveLength(5);
		},
		LIMIT_MS,
	);
});
