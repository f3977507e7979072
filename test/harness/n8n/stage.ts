/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CleanUp } from '../cleanUp.ts';
import type { Step } from '../progress.ts';
import type { Service } from '../services/videoService.ts';
import { type Installation, ensureN8n } from './installation.ts';
import { installNodePackage } from './nodePackage.ts';
import { type RestClient, createRestClient, parseWorkflow, withCredential } from './restClient.ts';
import { type N8nServer, createUserFolder, startN8n } from './server.ts';

export const PROJECT_FOLDER = join(import.meta.dirname, '..', '..', '..');
/** As n8n itself proposes it. */
export const CREDENTIAL_NAME = 'CometAPI Video account';
export const CREDENTIAL_TYPE = 'cometApiVideoApi';
export const NODE_TYPE = 'n8n-nodes-cometapi-video.cometApiVideo';

/** What examples/text-to-video.json calls its nodes. */
export const EXAMPLE = {
	file: join(PROJECT_FOLDER, 'examples', 'text-to-video.json'),
	triggerName: 'Start',
	nodeName: 'CometAPI Video',
} as const;

/** A new n8n with the node installed, and the example ready to be executed. */
export interface Stage {
	installation: Installation;
	server: N8nServer;
	client: RestClient;
	workflowId: string;
}

export async function installedN8n(
	signal: AbortSignal,
	step: Step,
	version?: string,
): Promise<Installation> {
	return await step('n8n is installed', async (update) => {
		return await ensureN8n(version, { onProgress: update, signal });
	});
}

interface StageOptions {
	signal: AbortSignal;
	step: Step;
	/** Of n8n; without it the current one. */
	version?: string | undefined;
	/** Further environment of n8n. */
	env?: Record<string, string> | undefined;
}

/** Sets the stage; whatever it starts is in `cleanUp` at once, also when a later part fails. */
export async function setStage(
	service: Service,
	cleanUp: CleanUp,
	{ signal, step, version, env = {} }: StageOptions,
): Promise<Stage> {
	const installation = await installedN8n(signal, step, version);
	const userFolder = await createUserFolder();
	cleanUp.push(async () => {
		await rm(userFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	});
	await step('The node is packed and installed in n8n', async () => {
		await installNodePackage(userFolder, PROJECT_FOLDER, signal);
	});
	const server = await step(`n8n ${installation.version} runs`, async () => {
		const environment = { ...environmentOf(installation.version), ...env };
		return await startN8n({ installation, userFolder, env: environment, signal });
	});
	cleanUp.push(server.stop);
	const client = createRestClient(server.url);
	const workflowId = await step('Credential and example workflow are imported', async () => {
		await client.logIn();
		return await importExample(client, service);
	});
	return { installation, server, client, workflowId };
}

// n8n 1 does not start when it is told of a module that came later, and without a pool it writes the
// status of an execution before its data.
function environmentOf(version: string): Record<string, string> {
	if (!version.startsWith('1.')) return {};
	return { N8N_DISABLED_MODULES: '', DB_SQLITE_POOL_SIZE: '2' };
}

/** Saves the service's credential, and the example workflow unless one of its name is there. */
export async function importExample(client: RestClient, service: Service): Promise<string> {
	const credential = await client.saveCredential(
		CREDENTIAL_NAME,
		CREDENTIAL_TYPE,
		service.credentialData,
	);
	const example = parseWorkflow(await readFile(EXAMPLE.file, 'utf8'));
	const existing = (await client.listWorkflows()).find(({ name }) => name === example.name);
	if (existing) return existing.id;
	return (await client.createWorkflow(withCredential(example, NODE_TYPE, credential))).id;
}
