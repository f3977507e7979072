/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CleanUp, cleanUpAll } from '../test/harness/cleanUp.ts';
import { watchProject } from '../test/harness/n8n/hotReload.ts';
import {
	communityPackageFolder,
	installNodePackage,
	readPackageJson,
} from '../test/harness/n8n/nodePackage.ts';
import { createRestClient, owner } from '../test/harness/n8n/restClient.ts';
import { startN8n } from '../test/harness/n8n/server.ts';
import { PROJECT_FOLDER, importExample, installedN8n } from '../test/harness/n8n/stage.ts';
import { step } from '../test/harness/progress.ts';
import { freePort } from '../test/harness/services/loopback.ts';
import { realService, simulatedService } from '../test/harness/services/videoService.ts';
import { Interrupted, aborted, interruptSignal } from './interruption.ts';

const USAGE = `npm run dev -- [options]

  --port <n>         the editor's port (default 5678, or a free one when that is taken)
  --job-seconds <n>  how long the simulator's jobs take (default 12)
  --help             print this

Opens an n8n whose node is compiled and reloaded on every change. Its workflows are kept in
.cache/n8n-dev. The credential uses the simulator, or CometAPI when COMETAPI_KEY is set.
`;

const USER_FOLDER = join(PROJECT_FOLDER, '.cache', 'n8n-dev');
const USUAL_PORT = 5678;

interface Options {
	port: number | undefined;
	jobSeconds: number;
}

const print = (line: string) => process.stdout.write(`${line}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
	const signal = interruptSignal();
	const cleanUp: CleanUp = [];
	try {
		const options = readOptions();
		if (options === undefined) {
			process.stdout.write(USAGE);
			return 0;
		}
		await develop(options, cleanUp, signal);
		return 0;
	} catch (error) {
		if (signal.reason instanceof Interrupted) return 130;
		process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
		return 1;
	} finally {
		await cleanUpAll(cleanUp);
	}
}

async function develop({ port, jobSeconds }: Options, cleanUp: CleanUp, signal: AbortSignal) {
	const { COMETAPI_KEY: realKey = '' } = process.env;
	const service = realKey ? realService(realKey) : await simulatedService(jobSeconds);
	cleanUp.push(service.close);

	const installation = await installedN8n(signal, step);
	const { name } = await readPackageJson(PROJECT_FOLDER);
	const packageFolder = communityPackageFolder(USER_FOLDER, name);
	await rm(packageFolder, { recursive: true, force: true });
	await installNodePackage(USER_FOLDER, PROJECT_FOLDER, signal);

	let isUp = false;
	const server = await step(`n8n ${installation.version} runs`, async () => {
		return await startN8n({
			installation,
			userFolder: USER_FOLDER,
			port: port ?? (await portOfEditor()),
			env: { N8N_DEV_RELOAD: 'true' },
			log: (line) => {
				if (isUp) print(`n8n | ${line}`);
			},
			signal,
		});
	});
	isUp = true;
	cleanUp.push(server.stop);
	const client = createRestClient(server.url);
	await client.logIn();
	const workflowId = await importExample(client, service);
	await watchProject({ packageFolder, cleanUp, print: (line) => print(`dev | ${line}`) });

	print(`
The editor:   ${server.url}/workflow/${workflowId}
Log in with:  ${owner.email}
Password:     ${owner.password}
Videos from:  ${service.simulator ? `the simulator, ${service.simulator.url}` : 'CometAPI: each one costs money'}
A change in nodes, credentials or icons is compiled and loaded at once. Ctrl-C ends it.
`);
	const exit = await Promise.race([server.exited, aborted(signal)]);
	if (exit) throw new Error('n8n ended by itself');
}

async function portOfEditor(): Promise<number> {
	return (await isFree(USUAL_PORT)) ? USUAL_PORT : await freePort();
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	return await new Promise((resolve) => {
		server.once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}

function readOptions(): Options | undefined {
	const { values } = parseArgs({
		options: {
			port: { type: 'string' },
			'job-seconds': { type: 'string', default: '12' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return undefined;
	const jobSeconds = Number(values['job-seconds']);
	const port = values.port === undefined ? undefined : Number(values.port);
	if (!(jobSeconds >= 0)) throw new Error("--job-seconds is a number, e.g. '12'");
	if (port !== undefined && !(port > 0)) throw new Error("--port is a number, e.g. '5678'");
	return { port, jobSeconds };
}
