/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import axios from 'axios';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobPlan, Submission } from '../../simulator/simulator.ts';
import type { CleanUp } from '../cleanUp.ts';
import { freePort, LOOPBACK } from '../services/loopback.ts';
import { type Postgres, startPostgres } from '../services/postgres.ts';
import { type Program, startProgram } from '../services/program.ts';
import { startRedis } from '../services/redis.ts';
import { installNodePackage } from './nodePackage.ts';
import { type Execution, type Workflow, withCredential } from './restClient.ts';
import { createUserFolder, n8nEnvironment } from './server.ts';
import { setSimulatedStage, type SimulatedStage } from './simulatedStage.ts';
import { NODE_TYPE, PROJECT_FOLDER } from './stage.ts';
import { node, type WorkflowNode } from './workflow.ts';

/** n8n's main process in queue mode, which `restart` starts anew; it has no worker yet. */
export interface QueueStage extends SimulatedStage {
	database: Postgres;
	startWorker(options?: WorkerOptions): Promise<Worker>;
}

export interface Worker extends Program {
	/** Of its health route, and of its metrics where N8N_METRICS is on. */
	readonly url: string;
}

interface WorkerOptions {
	/** Executions at a time; without it n8n's own default. */
	concurrency?: number;
	env?: Record<string, string>;
}

interface QueueStageOptions {
	/** How the jobs go; asked anew for each. */
	plan: (submission: Submission) => JobPlan;
	/** Further environment of main and workers. */
	env?: Record<string, string>;
}

// As n8n's own defaults, but for a minute and a half until it notices that a worker is gone.
export const NOTICED_SOONER = {
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
	QUEUE_WORKER_STALLED_INTERVAL: '3000',
};

export const WEBHOOK = 'Webhook';
const WEBHOOK_TYPE = 'n8n-nodes-base.webhook';

/**
 * Main and workers as on machines of their own: each has its own user folder with the node
 * installed, and they share the database, Redis and the encryption key.
 */
export async function setQueueStage(
	cleanUp: CleanUp,
	{ plan, env = {} }: QueueStageOptions,
): Promise<QueueStage> {
	const database = await startPostgres(cleanUp);
	const shared = {
		EXECUTIONS_MODE: 'queue',
		N8N_ENCRYPTION_KEY: randomUUID(),
		...database.env,
		...(await startRedis(cleanUp)),
		...env,
	};
	const stage = await setSimulatedStage(cleanUp, { plan, env: shared });
	const startWorker = async ({ concurrency, env: own = {} }: WorkerOptions = {}) => {
		const userFolder = await createUserFolder();
		cleanUp.push(async () => await rm(userFolder, { recursive: true, force: true, maxRetries: 5 }));
		await installNodePackage(userFolder, PROJECT_FOLDER);
		const port = await freePort();
		const flags = concurrency === undefined ? [] : [`--concurrency=${concurrency}`];
		const program = await startProgram(
			cleanUp,
			process.execPath,
			[stage.installation.n8nBin, 'worker', ...flags],
			{
				cwd: userFolder,
				env: {
					...(await n8nEnvironment(userFolder, port)),
					N8N_WORKER_SERVER_ADDRESS: LOOPBACK,
					QUEUE_HEALTH_CHECK_ACTIVE: 'true',
					QUEUE_HEALTH_CHECK_PORT: String(port),
					...shared,
					...own,
				},
				readyLine: /n8n worker is now ready/,
			},
		);
		return { ...program, url: `http://${LOOPBACK}:${port}` };
	};
	return { ...stage, database, startWorker };
}

/** The first node of a workflow in production: every request to it starts an execution. */
export function webhook(name = WEBHOOK): WorkflowNode {
	const path = randomUUID();
	const parameters = { httpMethod: 'POST', path, responseMode: 'onReceived' };
	return node(name, [WEBHOOK_TYPE, 2], parameters, { webhookId: path });
}

export interface Production {
	workflowId: string;
	/** The items of the webhook have this as their `body`. */
	start(body: object): Promise<void>;
	/** Its executions, oldest first. */
	executions(): Promise<Execution[]>;
}

/** Puts a workflow that begins with `webhook()` into production. */
export async function publish(
	{ client, server, credential }: SimulatedStage,
	workflow: Workflow,
): Promise<Production> {
	const saved = withCredential(workflow, NODE_TYPE, credential);
	const { id: workflowId } = await client.createWorkflow(saved);
	await client.activateWorkflow(workflowId);
	const trigger = workflow.nodes.find(({ type }) => type === WEBHOOK_TYPE);
	const url = `${server.url}/webhook/${Object(trigger?.['parameters'])['path']}`;
	// n8n registers the webhook some moments after it has answered.
	while (!(await isRegistered(url))) await sleep(100);
	return {
		workflowId,
		start: async (body) => void (await axios.post(url, body, { proxy: false })),
		async executions() {
			const ids = await client.listExecutions(workflowId);
			return await Promise.all(ids.reverse().map(async (id) => await client.getExecution(id)));
		},
	};
}

// Asked with another method, n8n says which one it would take.
async function isRegistered(url: string): Promise<boolean> {
	const answer = await axios.get<unknown>(url, { proxy: false, validateStatus: () => true });
	return JSON.stringify(answer.data).includes('Did you mean to make a POST request');
}
