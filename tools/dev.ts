/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { watchProject } from '../test/harness/n8n/hotReload.ts';
import {
	CURRENT_N8N,
	cacheFolder,
	ensureN8n,
	isInstalled,
	shortHash,
} from '../test/harness/n8n/installation.ts';
import { installNodePackage } from '../test/harness/n8n/nodePackage.ts';
import { createRestClient, owner } from '../test/harness/n8n/restClient.ts';
import { startN8n } from '../test/harness/n8n/server.ts';
import { PROJECT_FOLDER, importExample } from '../test/harness/n8n/stage.ts';
import { step } from '../test/harness/progress.ts';
import { freePort } from '../test/harness/services/loopback.ts';
import { realService, simulatedService } from '../test/harness/services/videoService.ts';
import { PROMPT_WORDS_HELP } from '../test/simulator/simulator.ts';
import { aborted, numberFrom, print, runTool } from './tool.ts';

// Not in the project, whose node_modules the node would find there, as in no user's n8n.
const USER_FOLDER = join(cacheFolder(), `dev-${shortHash(PROJECT_FOLDER)}`);
const USUAL_PORT = 5678;

const INSTALL = `n8n ${CURRENT_N8N} isn't on this machine yet. It will be installed once, into
${cacheFolder()}.
It takes 2.9 GB there and 2 to 10 minutes. Ctrl-C ends it.
`;

const USAGE = {
	name: 'dev',
	about: `Opens an n8n whose node is compiled and reloaded on every change. The credential uses the
simulator, or CometAPI when COMETAPI_KEY is set. The workflows are kept in
${USER_FOLDER}`,
	options: {
		port: {
			type: 'string',
			help: `the editor's (default ${USUAL_PORT}, or a free one if it's taken)`,
		},
		'job-seconds': { type: 'string', default: '12', help: "how long the simulator's jobs take" },
	},
} as const;

await runTool(USAGE, async (values, { signal, cleanUp }) => {
	const jobSeconds = numberFrom('job-seconds', values['job-seconds']);
	const port =
		values.port === undefined
			? await freePort(USUAL_PORT).catch(async () => await freePort())
			: numberFrom('port', values.port);
	const { COMETAPI_KEY: realKey = '' } = process.env;
	const service = realKey ? realService(realKey) : await simulatedService(jobSeconds);
	cleanUp.push(service.close);

	if (!(await isInstalled(CURRENT_N8N))) process.stderr.write(INSTALL);
	const installation = await step('n8n is installed', async (update) => {
		return await ensureN8n(CURRENT_N8N, { onProgress: update, signal });
	});
	await rm(join(USER_FOLDER, '.n8n', 'nodes'), { recursive: true, force: true });
	const packageFolder = await installNodePackage(USER_FOLDER, PROJECT_FOLDER, signal);

	let isUp = false;
	const server = await step(`n8n ${installation.version} runs`, async () => {
		return await startN8n({
			installation,
			userFolder: USER_FOLDER,
			port,
			env: { N8N_DEV_RELOAD: 'true' },
			log: (line) => {
				if (isUp) print(`n8n | ${line}`);
			},
			signal,
		});
	});
	isUp = true;
	cleanUp.push(server.stop);
	const password = await keptPassword();
	const client = createRestClient(server.url, password);
	await client.logIn();
	const { workflowId } = await importExample(client, service.credentialData);
	await watchProject({ packageFolder, cleanUp, print: (line) => print(`dev | ${line}`) });

	const { simulator } = service;
	print(`
The editor:   ${server.url}/workflow/${workflowId}
Log in with:  ${owner.email}
Password:     ${password}
Videos from:  ${simulator ? `the simulator, ${simulator.url}` : 'CometAPI: each one costs money'}
${simulator ? `\nWords in a prompt that change its job\n${PROMPT_WORDS_HELP}\n` : ''}
A change in nodes, credentials or icons is compiled and loaded at once. Ctrl-C ends it.
`);
	const exit = await Promise.race([server.exited, aborted(signal)]);
	if (exit) throw new Error('n8n ended by itself');
});

/** The one with which n8n's owner was set up at the first start. */
async function keptPassword(): Promise<string> {
	const file = join(USER_FOLDER, 'password');
	const options = { flag: 'wx', mode: 0o600 };
	await writeFile(file, owner.password, options).catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'EEXIST') throw error;
	});
	return await readFile(file, 'utf8');
}
