/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { CURRENT_N8N, ensureN8n } from '../harness/n8n/installation.ts';
import { createRestClient, outputItems } from '../harness/n8n/restClient.ts';
import { createUserFolder, startN8n } from '../harness/n8n/server.ts';
import { EXAMPLE, importExample, PROJECT_FOLDER } from '../harness/n8n/stage.ts';
import { npm, npmEnvironment, run } from '../harness/services/command.ts';
import { simulatedService } from '../harness/services/videoService.ts';

const CLAIM = '<!-- claim: install-with-npm -->';

/** The commands below "n8n installed with npm" in the README. */
async function readCommands(): Promise<string> {
	const readme = await readFile(join(PROJECT_FOLDER, 'README.md'), 'utf8');
	const [, commands] = /```sh\n([^`]+)```/.exec(readme.split(CLAIM)[1] ?? '') ?? [];
	if (commands === undefined) throw new Error(`The README has no commands after ${CLAIM}`);
	return commands;
}

describe(`n8n ${CURRENT_N8N}`, () => {
	const cleanUp: CleanUp = [];
	let home: string;

	beforeAll(async () => {
		home = await createUserFolder();
		cleanUp.push(async () => await rm(home, { recursive: true, force: true, maxRetries: 5 }));
	});

	afterAll(async () => await cleanUpAll(cleanUp));

	test('the commands of the README install the node, and it makes a video', async () => {
		const clone = join(home, 'clone');
		await mkdir(clone);
		await npm(['pack', '--ignore-scripts', '--pack-destination', clone], { cwd: PROJECT_FOLDER });
		const env = { ...npmEnvironment(), HOME: home };
		await run('sh', ['-ec', await readCommands()], { cwd: clone, env });

		const service = await simulatedService(0.2);
		cleanUp.push(service.close);
		const installation = await ensureN8n(CURRENT_N8N);
		const server = await startN8n({ installation, userFolder: home });
		cleanUp.push(server.stop);
		const client = createRestClient(server.url);
		await client.logIn();
		const workflowId = await importExample(client, service);
		const execution = await client.waitForExecution(
			await client.runWorkflow(workflowId, EXAMPLE.triggerName),
		);
		expect(execution.data.resultData.error?.message).toBeUndefined();
		expect(outputItems(execution, EXAMPLE.nodeName)[0]?.json).toMatchObject({ status: 'done' });
	});
});
