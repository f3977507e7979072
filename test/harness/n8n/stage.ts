/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Credential, type RestClient, parseWorkflow, withCredential } from './restClient.ts';

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

/** Saves the credential, and the example workflow unless one of its name is there. */
export async function importExample(
	client: RestClient,
	data: { apiKey: string; baseUrl: string },
): Promise<{ credential: Credential; workflowId: string }> {
	const credential = await client.saveCredential(CREDENTIAL_NAME, CREDENTIAL_TYPE, data);
	const example = parseWorkflow(await readFile(EXAMPLE.file, 'utf8'));
	const { id: workflowId } =
		(await client.listWorkflows()).find(({ name }) => name === example.name) ??
		(await client.createWorkflow(withCredential(example, NODE_TYPE, credential)));
	return { credential, workflowId };
}
