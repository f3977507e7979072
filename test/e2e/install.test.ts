/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { CURRENT_N8N, ensureN8n } from '../harness/n8n/installation.ts';
import { createRestClient, outputItems } from '../harness/n8n/restClient.ts';
import { createUserFolder, startN8n } from '../harness/n8n/server.ts';
import { EXAMPLE, importExample, PROJECT_FOLDER } from '../harness/n8n/stage.ts';
import { npm, npmEnvironment, run } from '../harness/services/command.ts';
import { simulatedService } from '../harness/services/videoService.ts';

/** The commands that stand in the README below a claim. */
async function commandsBelow(claim: string): Promise<string> {
	const readme = await readFile(join(PROJECT_FOLDER, 'README.md'), 'utf8');
	const [, commands] =
		/```sh\n([^`]+)```/.exec(readme.split(`<!-- claim: ${claim} -->`)[1] ?? '') ?? [];
	if (commands === undefined) throw new Error(`The README has no commands below ${claim}`);
	return commands;
}

/** What npm takes for a project of its own, in whose node_modules it would install. */
const HOMES: Array<[text: string, fill: (home: string) => Promise<unknown>]> = [
	['an empty home', async () => {}],
	['a home with a package.json', async (home) => await writeFile(join(home, 'package.json'), '{}')],
	['a home with node_modules', async (home) => await mkdir(join(home, 'node_modules'))],
];

/** Runs in this home what `docker` is told to run in the container's. */
const DOCKER = `#!/bin/sh -e
case $1 in
	exec) [ "$4" != -w ] && shift 4 || { cd "$5"; shift 6; }; "$@" ;;
	cp) cp "$2" "\${3#n8n:}" ;;
esac
`;

describe.each(HOMES)(`n8n ${CURRENT_N8N} in %s`, (_text, fill) => {
	const cleanUp: CleanUp = [];
	let home: string;
	let clone: string;

	beforeEach(async () => {
		home = await createUserFolder();
		cleanUp.push(async () => await rm(home, { recursive: true, force: true, maxRetries: 5 }));
		clone = join(home, 'clone');
		await mkdir(clone);
		await npm(['pack', '--ignore-scripts', '--pack-destination', clone], { cwd: PROJECT_FOLDER });
		await fill(home);
	});

	afterEach(async () => await cleanUpAll(cleanUp));

	const type = async (commands: string) => {
		const { PATH, ...others } = npmEnvironment();
		const env = { ...others, PATH: [home, PATH].join(delimiter), HOME: home };
		await run('sh', ['-ec', commands], { cwd: clone, env });
	};

	const makesVideo = async () => {
		const service = await simulatedService(0.2);
		cleanUp.push(service.close);
		const installation = await ensureN8n(CURRENT_N8N);
		const server = await startN8n({ installation, userFolder: home });
		cleanUp.push(server.stop);
		const client = createRestClient(server.url);
		await client.logIn();
		const { workflowId } = await importExample(client, service.credentialData);
		const execution = await client.waitForExecution(
			await client.runWorkflow(workflowId, EXAMPLE.triggerName),
		);
		expect(execution.data.resultData.error?.message).toBeUndefined();
		expect(outputItems(execution, EXAMPLE.nodeName)[0]?.json).toMatchObject({ status: 'done' });
	};

	test('the commands of the README install the node, and it makes a video', async () => {
		await type(await commandsBelow('install-with-npm'));

		await makesVideo();
	});

	test('the commands for Docker install the node, and it makes a video', async () => {
		await writeFile(join(home, 'docker'), DOCKER, { mode: 0o755 });
		const commands = await commandsBelow('install-with-docker');
		await type(commands.replaceAll('/home/node', home));

		await makesVideo();
	});
});
