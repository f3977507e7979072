/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';

import type { Job, JobPlan, Simulator, Submission } from '../../simulator/simulator.ts';
import { type CleanUp, cleanUpAll } from '../cleanUp.ts';
import { until } from '../until.ts';
import { type Execution, type RestClient, type Workflow, withCredential } from './restClient.ts';
import { setSimulatedStage, type SimulatedStage } from './simulatedStage.ts';
import { NODE_TYPE } from './stage.ts';
import { START } from './workflow.ts';

/** One n8n for all tests of a block, and what each of them paid. */
export interface ServerScene {
	readonly stage: SimulatedStage;
	readonly client: RestClient;
	readonly simulator: Simulator;
	/** How the jobs of this test go; by default each takes 0.2 s. */
	plan: (submission: Submission) => JobPlan;
	/** The jobs of this test, in the order of their acceptance. */
	paidJobs(): Job[];
	/** The request ids of this test's jobs, which must be so many, with no submit beside theirs. */
	paidIds(count: number): string[];
	/** Resolves when n8n's log has the request id of this test's first job, with that id. */
	loggedId(): Promise<string>;
	save(workflow: Workflow): Promise<string>;
	update(workflowId: string, workflow: Workflow): Promise<void>;
	/** Starts a new workflow. */
	start(workflow: Workflow): Promise<string>;
	/** Runs a new workflow to its end. */
	execute(workflow: Workflow): Promise<Execution>;
	/** The execution that something else than this test starts, to its end. */
	onlyExecution(workflowId: string): Promise<Execution>;
	/** The editor's "Retry execution", to its end. */
	retry(failed: Execution, options?: { loadWorkflow: boolean }): Promise<Execution>;
}

const START_LIMIT_MS = 180_000;
/** For a job that ends only when the test ends it. */
export const FOREVER: JobPlan = { seconds: 600 };
const QUICK = () => ({ seconds: 0.2 });

const submits = (simulator: Simulator) =>
	simulator.requestsTo('submit').length + simulator.requestsTo('edit').length;

/**
 * To be called within the block that describes an n8n.
 *
 * @param prepare starts what n8n needs, and resolves with further environment of n8n
 */
export function useServer(
	version: string,
	prepare: (cleanUp: CleanUp) => Promise<Record<string, string>> = async () => ({}),
): ServerScene {
	const cleanUp: CleanUp = [];
	let stage: SimulatedStage;
	let paidBefore = 0;
	let sentBefore = 0;

	beforeAll(async () => {
		const plan = (submission: Submission) => scene.plan(submission);
		const env = await prepare(cleanUp);
		stage = await setSimulatedStage(cleanUp, { plan, version, env });
	}, START_LIMIT_MS);

	afterAll(async () => await cleanUpAll(cleanUp));

	beforeEach(() => {
		scene.plan = QUICK;
		paidBefore = stage.simulator.jobs.length;
		sentBefore = submits(stage.simulator);
	});

	const prepared = (workflow: Workflow) => withCredential(workflow, NODE_TYPE, stage.credential);

	const scene: ServerScene = {
		get stage() {
			return stage;
		},
		get client() {
			return stage.client;
		},
		get simulator() {
			return stage.simulator;
		},
		plan: QUICK,
		paidJobs: () => stage.simulator.jobs.slice(paidBefore),
		paidIds(count) {
			const ids = scene.paidJobs().map(({ requestId }) => requestId);
			expect(ids).toHaveLength(count);
			expect(submits(stage.simulator) - sentBefore).toBe(count);
			return ids;
		},
		async loggedId() {
			await until(() => scene.paidJobs().length > 0);
			const requestId = String(scene.paidJobs()[0]?.requestId);
			await until(() => stage.server.log.some((line) => line.includes(requestId)));
			return requestId;
		},
		async save(workflow) {
			return (await stage.client.createWorkflow(prepared(workflow))).id;
		},
		async update(workflowId, workflow) {
			await stage.client.updateWorkflow(workflowId, prepared(workflow));
		},
		async start(workflow) {
			return await stage.client.runWorkflow(await scene.save(workflow), START);
		},
		async execute(workflow) {
			return await stage.client.waitForExecution(await scene.start(workflow));
		},
		async onlyExecution(workflowId) {
			await until(async () => (await stage.client.listExecutions(workflowId)).length > 0);
			const [id = ''] = await stage.client.listExecutions(workflowId);
			return await stage.client.waitForExecution(id);
		},
		async retry({ id }, options) {
			return await stage.client.waitForExecution(await stage.client.retryExecution(id, options));
		},
	};
	return scene;
}
