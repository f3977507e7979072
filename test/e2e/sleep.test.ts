/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { CURRENT_N8N, OLDEST_N8N } from '../harness/n8n/installation.ts';
import {
	type Production,
	publish,
	type QueueStage,
	setQueueStage,
	webhook,
	type Worker,
} from '../harness/n8n/queueMode.ts';
import {
	createRestClient,
	type Execution,
	outputItems,
	type RestClient,
	withCredential,
	type Workflow,
} from '../harness/n8n/restClient.ts';
import { type N8nServer, startN8n } from '../harness/n8n/server.ts';
import { setSimulatedStage, type SimulatedStage } from '../harness/n8n/simulatedStage.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import { items, node, start, START, VIDEO, video, workflow } from '../harness/n8n/workflow.ts';
import { until } from '../harness/until.ts';
import { type Job, type JobPlan, sampleMp4, type Simulator } from '../simulator/simulator.ts';

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

async function run(flow: Workflow): Promise<string> {
	const saved = withCredential(flow, NODE_TYPE, stage.credential);
	const { id } = await client.createWorkflow(saved);
	return await client.runWorkflow(id, START);
}

/** n8n again, with what the killed one left behind. */
async function restart(): Promise<void> {
	const { userFolder, port } = server;
	server = await startN8n({ installation: stage.installation, userFolder, port });
	cleanUp.push(server.stop);
	client = createRestClient(server.url);
	await client.logIn();
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
			const options = { sleepWhileWaiting: true };
			const create = video({ prompt: '={{ $json.body.prompt }}', options });
			const flow = workflow([webhook(), create]);
			const production = await publish({ ...stage, client, server }, flow);
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

describe('in queue mode', () => {
	const ownCleanUp: CleanUp = [];
	let queue: QueueStage;
	let production: Production;
	let worker: Worker;
	let executions: Execution[];

	beforeAll(async () => {
		queue = await setQueueStage(ownCleanUp, {
			plan: ({ body }) => planOf(String(body['prompt'])),
		});
		worker = await queue.startWorker({ concurrency: 3 });
		const options = { sleepWhileWaiting: true };
		const create = video({ prompt: '={{ $json.body.prompt }}', downloadVideo: true, options });
		production = await publish(queue, workflow([webhook(), create]));
		for (const prompt of ['1st 100 s', '2nd 100 s', '3rd 100 s'])
			await production.start({ prompt });
		await until(async () => {
			executions = await production.executions();
			return executions.length === 3 && executions.every(({ status }) => status === 'waiting');
		});
		await worker.kill();
		worker = await queue.startWorker({ concurrency: 1 });
		await until(async () => {
			executions = await production.executions();
			return executions.every(({ status }) => status === 'success' || status === 'error');
		});
	}, LIMIT_MS);

	afterAll(async () => await cleanUpAll(ownCleanUp));

	test('executions that sleep go on in another worker when theirs is killed', () => {
		const paid = queue.simulator.jobs.map(({ requestId }) => requestId);
		expect(executions.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
		expect(
			executions.flatMap((one) => jsonOf(one, VIDEO)).map((json) => json['request_id']),
		).toEqual(expect.arrayContaining(paid));
		expect(paid).toHaveLength(3);
	});
});
