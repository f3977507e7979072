/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { rm } from 'node:fs/promises';
import {
	startSimulator,
	type JobPlan,
	type Simulator,
	type Submission,
} from '../../simulator/simulator.ts';
import type { CleanUp } from '../cleanUp.ts';
import { CURRENT_N8N, ensureN8n, type Installation } from './installation.ts';
import { installNodePackage } from './nodePackage.ts';
import { type Credential, createRestClient, type RestClient } from './restClient.ts';
import { createUserFolder, type N8nServer, startN8n } from './server.ts';
import { importExample, PROJECT_FOLDER } from './stage.ts';

/** A real n8n with the packed node installed, and a simulator that its credential points to. */
export interface SimulatedStage {
	installation: Installation;
	server: N8nServer;
	client: RestClient;
	/** Of the example, ready to be executed. */
	workflowId: string;
	simulator: Simulator;
	credential: Credential;
	/** n8n again, at the same address and with what it left behind, after it was ended. */
	restart(env?: Record<string, string>): Promise<SimulatedStage>;
}

interface SimulatedStageOptions {
	/** How the jobs go; read anew for each. */
	plan: (submission: Submission) => JobPlan;
	/** Of n8n; without it the current one. */
	version?: string;
	/** Further environment of n8n. */
	env?: Record<string, string>;
}

/** Whatever it starts is in `cleanUp` at once, also when a later part fails. */
export async function setSimulatedStage(
	cleanUp: CleanUp,
	{ plan, version = CURRENT_N8N, env = {} }: SimulatedStageOptions,
): Promise<SimulatedStage> {
	const simulator = await startSimulator({ plan });
	cleanUp.push(simulator.close);
	const installation = await ensureN8n(version);
	const userFolder = await createUserFolder();
	cleanUp.push(async () => {
		await rm(userFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	});
	await installNodePackage(userFolder, PROJECT_FOLDER);
	const start = async (port?: number, own: Record<string, string> = {}) => {
		const environment = { ...environmentOf(version), ...env, ...own };
		const server = await startN8n({
			...{ installation, userFolder, env: environment },
			...(port !== undefined && { port }),
		});
		cleanUp.push(server.stop);
		const client = createRestClient(server.url);
		await client.logIn();
		return { server, client };
	};
	const { server, client } = await start();
	const { credential, workflowId } = await importExample(client, {
		apiKey: simulator.apiKey,
		baseUrl: simulator.url,
	});
	const stage: SimulatedStage = {
		...{ installation, server, client, workflowId, simulator, credential },
		restart: async (own) => ({ ...stage, ...(await start(server.port, own)) }),
	};
	return stage;
}

// n8n 1 does not start when it is told of a module that came later, and without a pool it writes the
// status of an execution before its data.
function environmentOf(version: string): Record<string, string> {
	if (!version.startsWith('1.')) return {};
	return { N8N_DISABLED_MODULES: '', DB_SQLITE_POOL_SIZE: '2' };
}
