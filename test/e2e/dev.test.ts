/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { cp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { readExample, withParameters } from '../harness/n8n/exampleFile.ts';
import { cacheFolder, CURRENT_N8N, shortHash } from '../harness/n8n/installation.ts';
import {
	createRestClient,
	type Execution,
	type RestClient,
	withCredential,
} from '../harness/n8n/restClient.ts';
import { createUserFolder } from '../harness/n8n/server.ts';
import { EXAMPLE, importExample, NODE_TYPE, PROJECT_FOLDER } from '../harness/n8n/stage.ts';
import { npmEnvironment } from '../harness/services/command.ts';
import { freePort } from '../harness/services/loopback.ts';
import { startProgram } from '../harness/services/program.ts';
import { until } from '../harness/until.ts';

const NOT_COPIED = ['.git', 'node_modules', 'demo-output'];
const START_LIMIT_MS = 180_000;

describe(`npm run dev, n8n ${CURRENT_N8N}`, () => {
	const cleanUp: CleanUp = [];
	let project: string;
	let client: RestClient;
	let workflowId: string;
	let simulatorUrl: string;

	beforeAll(async () => {
		project = await createUserFolder();
		cleanUp.push(async () => await rm(project, { recursive: true, force: true, maxRetries: 5 }));
		await cp(PROJECT_FOLDER, project, {
			recursive: true,
			filter: (path) => !NOT_COPIED.includes(basename(path)),
		});
		await symlink(join(PROJECT_FOLDER, 'node_modules'), join(project, 'node_modules'));
		const kept = join(cacheFolder(), `dev-${shortHash(project)}`);
		cleanUp.push(async () => await rm(kept, { recursive: true, force: true, maxRetries: 5 }));

		const port = String(await freePort());
		const env = { ...npmEnvironment(), COMETAPI_KEY: '' };
		const { log } = await startProgram(
			cleanUp,
			process.execPath,
			['tools/dev.ts', '--port', port, '--job-seconds', '0.2'],
			{ cwd: project, env, readyLine: /Ctrl-C ends it/ },
		);
		const printed = log.join('\n');
		const [, url = '', id = ''] = /The editor: +(\S+)\/workflow\/(\S+)/.exec(printed) ?? [];
		const [, password] = /Password: +(\S+)/.exec(printed) ?? [];
		client = createRestClient(url, password);
		await client.logIn();
		workflowId = id;
		simulatorUrl = /the simulator, (\S+)/.exec(printed)?.[1] ?? '';
	}, START_LIMIT_MS);

	afterAll(async () => await cleanUpAll(cleanUp));

	const execute = async (id: string): Promise<Execution> =>
		await client.waitForExecution(await client.runWorkflow(id, EXAMPLE.triggerName));

	test('opens with a workflow of one video, ready to be executed', async () => {
		expect(await execute(workflowId)).toMatchObject({ status: 'success' });
	});

	test('tells of a video that fails by "[fail]" what any n8n tells', async () => {
		const example = await readExample('text-to-video');
		const prompt = '[fail] a candle';
		const failing = withParameters(example, EXAMPLE.nodeName, { prompt });
		const simulator = { apiKey: 'test-key', baseUrl: simulatorUrl };
		const { credential } = await importExample(client, simulator);
		const { id } = await client.createWorkflow(withCredential(failing, NODE_TYPE, credential));

		const { data } = await execute(id);

		expect(data.resultData.error).toMatchObject({
			description: expect.stringContaining('internal_error'),
			context: { data: { status: 'failed', failure: { code: 'internal_error' } } },
		});
	});

	test('shows a changed description within seconds', async () => {
		const file = join(project, 'nodes/CometApiVideo/CometApiVideo.node.ts');
		const source = await readFile(file, 'utf8');
		await writeFile(file, source.replace(/displayName: '[^']+'/, "displayName: 'Changed'"));

		await until(async () => (await client.getNodeType(NODE_TYPE))?.['displayName'] === 'Changed');
	});
});
