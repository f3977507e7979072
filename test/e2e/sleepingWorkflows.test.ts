/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axios, { type AxiosResponse } from 'axios';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import { publish, webhook } from '../harness/n8n/queueMode.ts';
import {
	type Execution,
	outputItems,
	withCredential,
	type Workflow,
} from '../harness/n8n/restClient.ts';
import { setSimulatedStage, type SimulatedStage } from '../harness/n8n/simulatedStage.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import {
	inOrder,
	items,
	loopOverItems,
	node,
	START,
	start,
	VIDEO,
	video,
	type Wire,
	workflow,
	type WorkflowNode,
} from '../harness/n8n/workflow.ts';
import { type SocialSink, startSocialSink } from '../harness/services/socialSink.ts';
import { until } from '../harness/until.ts';
import { sampleMp4, type JobPlan, type Submission } from '../simulator/simulator.ts';

const LIMIT_MS = 600_000;
const TELL = 'Tell';
const MANY = 1_000;
const MANY_PROMPTS = Array.from({ length: MANY }, (_, index) => `many ${index}: 90 s`);
/** Twice in the minute awake. */
const RARELY = { downloadVideo: false, options: { sleepWhileWaiting: true, pollInterval: 30 } };
const NO_OP = ['n8n-nodes-base.noOp', 1] as const;
const SAVES_NOTHING = {
	...{ saveDataErrorExecution: 'none', saveDataSuccessExecution: 'none' },
	...{ saveManualExecutions: false, saveExecutionProgress: false },
};

/** Each prompt is like "nested 90 s", and may say that it "fails". */
function plan({ body }: Submission): JobPlan {
	const prompt = String(body['prompt']);
	const seconds = Number(/(\d+) s/.exec(prompt)?.[1]);
	if (!prompt.includes('fails')) return { seconds };
	return { seconds, outcome: 'failed', error: { code: 'invalid_argument', message: 'Too rude' } };
}

/** A video node that sleeps, of the item's prompt or of this one. */
function sleeper(prompt = '={{ $json.prompt }}', parameters: Record<string, unknown> = {}) {
	const common = { downloadVideo: true, options: { sleepWhileWaiting: true } };
	return video({ prompt, ...common, ...parameters });
}

const respond = () =>
	node('Respond', ['n8n-nodes-base.respondToWebhook', 1.1], { respondWith: 'firstIncomingItem' });

const callee = () =>
	node('Called', ['n8n-nodes-base.executeWorkflowTrigger', 1.1], { inputSource: 'passthrough' });

const call = (name: string, id: string) =>
	node(name, ['n8n-nodes-base.executeWorkflow', 1.2], {
		workflowId: { __rl: true, mode: 'id', value: id },
		options: {},
	});

const withMode = (responseMode: string) => {
	const trigger = webhook();
	return { ...trigger, parameters: { ...Object(trigger['parameters']), responseMode } };
};

describe(`a node that sleeps, in n8n ${CURRENT_N8N},`, () => {
	const cleanUp: CleanUp = [];
	let stage: SimulatedStage;
	let sink: SocialSink;
	let ids: Record<'loop' | 'nested' | 'many' | 'progress', string>;
	let workflows: Record<'failing' | 'failed' | 'child' | 'unsaved', string>;
	let answeredAtMs = Infinity;
	let answers: Record<'before' | 'after' | 'last', Promise<AxiosResponse<unknown>>>;

	/** Sends the item and its file to where the test sees them. */
	const tell = (name: string) =>
		node(TELL, ['n8n-nodes-base.httpRequest', 4.2], {
			method: 'POST',
			url: `${sink.url}/${name}`,
			sendBody: true,
			contentType: 'multipart-form-data',
			bodyParameters: {
				parameters: [
					{ parameterType: 'formBinaryData', name: 'file', inputDataFieldName: 'data' },
					{ parameterType: 'formData', name: 'id', value: '={{ $json.request_id }}' },
				],
			},
		});

	const save = async (flow: Workflow) =>
		(await stage.client.createWorkflow(withCredential(flow, NODE_TYPE, stage.credential))).id;
	const run = async (nodes: WorkflowNode[], wires?: Wire[], settings?: Record<string, unknown>) =>
		await stage.client.runWorkflow(
			await save(workflow(nodes, { ...(wires && { wires }), settings })),
			START,
		);

	async function called(mode: string, name: string, nodes: WorkflowNode[]) {
		const trigger = withMode(mode);
		await publish(stage, workflow([trigger, ...nodes]));
		const url = `${stage.server.url}/webhook/${Object(trigger['parameters'])['path']}`;
		return axios.post<unknown>(
			url,
			{ prompt: `${name} 80 s` },
			{ proxy: false, validateStatus: () => true, timeout: LIMIT_MS },
		);
	}

	beforeAll(async () => {
		sink = await startSocialSink();
		cleanUp.push(sink.close);
		stage = await setSimulatedStage(cleanUp, { plan });
		const { client } = stage;
		const ofBody = '={{ $json.body.prompt }}';
		const failed = await save(
			workflow([node('Failed', ['n8n-nodes-base.errorTrigger', 1]), node('Seen', NO_OP)]),
		);
		await client.activateWorkflow(failed);
		const failing = await publish(
			stage,
			workflow([webhook(), sleeper(ofBody)], { settings: { errorWorkflow: failed } }),
		);
		const unsaved = await publish(
			stage,
			workflow([webhook(), sleeper(ofBody), tell('unsaved')], { settings: SAVES_NOTHING }),
		);
		const grandchild = await save(workflow([callee(), sleeper('grandchild 5 s')]));
		await client.activateWorkflow(grandchild);
		const child = await save(workflow([callee(), call('Grandchild', grandchild)]));
		await client.activateWorkflow(child);
		workflows = {
			...{ failed, failing: failing.workflowId, child, unsaved: unsaved.workflowId },
		};
		answers = {
			before: called('responseNode', 'before', [respond(), sleeper(ofBody), tell('before')]),
			after: called('responseNode', 'after', [sleeper(ofBody), respond()]),
			last: called('lastNode', 'last', [sleeper(ofBody), tell('last')]),
		};
		void answers.before.then(() => (answeredAtMs = Date.now()));
		await failing.start({ prompt: 'failing 80 s fails' });
		await unsaved.start({ prompt: 'unsaved 80 s' });
		const loop = [start(), ...items({ prompt: 'loop 70 s' }, { prompt: 'loop 75 s' })];
		ids = {
			loop: await run(
				[...loop, loopOverItems(), sleeper(), node('End', NO_OP)],
				[
					...inOrder(loop),
					['Items', 0, 'Loop'],
					['Loop', 1, VIDEO],
					[VIDEO, 0, 'Loop'],
					['Loop', 0, 'End'],
				],
			),
			nested: await run([
				start(),
				call('Child', child),
				sleeper('parent 80 s'),
				call('Child again', child),
			]),
			many: await run([
				start(),
				...items(...MANY_PROMPTS.map((prompt) => ({ prompt }))),
				sleeper(undefined, RARELY),
			]),
			progress: await run([start(), sleeper('progress 80 s'), tell('progress')], undefined, {
				...{ saveExecutionProgress: true, saveManualExecutions: true },
				...{ saveDataErrorExecution: 'all', saveDataSuccessExecution: 'all' },
			}),
		};
	}, LIMIT_MS);

	afterAll(async () => await cleanUpAll(cleanUp));

	const jobsOf = (name: string) =>
		stage.simulator.jobs.filter(({ body }) => String(body['prompt']).startsWith(name));
	const idsOf = (name: string) => jobsOf(name).map(({ requestId }) => requestId);
	const jsonOf = (execution: Execution, name: string = VIDEO) =>
		outputItems(execution, name).map(({ json }) => json);
	const executionsOf = async (workflowId: string) => await stage.client.listExecutions(workflowId);
	const told = (name: string) => sink.posts.filter(({ path }) => path === `/${name}`);

	const done = (requestId: string | undefined) => ({ request_id: requestId, status: 'done' });

	test(
		'a Respond to Webhook in front of it answers at once',
		async () => {
			const { status, data } = await answers.before;
			expect([status, data]).toMatchObject([200, { body: { prompt: 'before 80 s' } }]);
			expect(answeredAtMs).toBeLessThan(Number(jobsOf('before')[0]?.endsAt));
			await until(() => told('before').length === 1);
			expect(told('before')).toMatchObject([{ fields: { id: idsOf('before')[0] } }]);
		},
		LIMIT_MS,
	);

	test(
		'a Respond to Webhook behind it answers after the sleep, to a caller who waits that long',
		async () => {
			const { status, data } = await answers.after;
			expect([status, data]).toMatchObject([200, done(idsOf('after')[0])]);
		},
		LIMIT_MS,
	);

	test(
		'a webhook that answers when the last node is through gets no video',
		async () => {
			const { status, data } = await answers.last;
			expect([status, data]).toMatchObject([500, { message: 'No item to return was found' }]);
			await until(() => told('last').length === 1);
			expect(idsOf('last')).toHaveLength(1);
		},
		LIMIT_MS,
	);

	test(
		'an error workflow runs once, and is told the request ID',
		async () => {
			await until(async () => (await executionsOf(workflows.failed)).length > 0);
			const [failingId = ''] = await executionsOf(workflows.failing);
			expect((await stage.client.getExecution(failingId)).status).toBe('error');
			const all = await executionsOf(workflows.failed);
			expect(all).toHaveLength(1);
			const ran = await stage.client.waitForExecution(String(all[0]));
			const message = expect.stringContaining(String(idsOf('failing')[0]));
			expect(jsonOf(ran, 'Seen')).toMatchObject([
				{ execution: { id: failingId, error: { message } }, workflow: { id: workflows.failing } },
			]);
		},
		LIMIT_MS,
	);

	test(
		'each round of Loop Over Items sleeps by itself',
		async () => {
			const execution = await stage.client.waitForExecution(ids.loop);
			expect(execution.status).toBe('success');
			expect(jsonOf(execution, 'End')).toMatchObject([
				done(idsOf('loop 70 s')[0]),
				done(idsOf('loop 75 s')[0]),
			]);
			expect(execution.data.resultData.runData[VIDEO]).toHaveLength(2);
			expect(idsOf('loop')).toHaveLength(2);
		},
		LIMIT_MS,
	);

	test(
		'sub-workflows in front of it and behind it, which wait awake, run once each',
		async () => {
			const execution = await stage.client.waitForExecution(ids.nested);
			expect(execution.status).toBe('success');
			const [first, again] = idsOf('grandchild');
			expect(jsonOf(execution, 'Child')).toMatchObject([done(first)]);
			expect(jsonOf(execution)).toMatchObject([done(idsOf('parent')[0])]);
			expect(jsonOf(execution, 'Child again')).toMatchObject([done(again)]);
			expect([...idsOf('grandchild'), ...idsOf('parent')]).toHaveLength(3);
			expect(await executionsOf(workflows.child)).toHaveLength(2);
		},
		LIMIT_MS,
	);

	test(
		'a workflow that saves no executions passes video and file on, and leaves none behind',
		async () => {
			await until(() => told('unsaved').length === 1);
			expect(told('unsaved')).toMatchObject([
				{ fields: { id: idsOf('unsaved')[0] }, file: sampleMp4 },
			]);
			await until(async () => (await executionsOf(workflows.unsaved)).length === 0);
			expect(idsOf('unsaved')).toHaveLength(1);
		},
		LIMIT_MS,
	);

	test(
		'a workflow that saves all, and its progress, passes video and file on once',
		async () => {
			const { status } = await stage.client.waitForExecution(ids.progress);
			expect(status).toBe('success');
			expect(told('progress')).toMatchObject([
				{ fields: { id: idsOf('progress')[0] }, file: sampleMp4 },
			]);
			expect(idsOf('progress')).toHaveLength(1);
		},
		LIMIT_MS,
	);

	test(
		`${MANY} items come out of one execution at the first look after the last end, asked for once a look`,
		async () => {
			const execution = await stage.client.waitForExecution(ids.many);
			expect(execution.status).toBe('success');
			expect(jsonOf(execution).map((json) => json['request_id'])).toEqual(
				MANY_PROMPTS.map((prompt) => idsOf(prompt)[0]),
			);
			const lastEnd = Math.max(...jobsOf('many').map(({ endsAt }) => endsAt));
			expect(idsOf('many')).toHaveLength(MANY);
			const paths = new Set(idsOf('many').map((id) => `/${id}`));
			const asked = stage.simulator
				.requestsTo('status')
				.filter(({ path, at }) => at > lastEnd && paths.has(path.slice(path.lastIndexOf('/'))))
				.map(({ path }) => path);
			expect(asked.length).toBeGreaterThan(0);
			expect(new Set(asked).size).toBe(asked.length);
		},
		LIMIT_MS,
	);
});
