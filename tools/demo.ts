/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import axios from 'axios';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type CleanUp, cleanUpAll } from '../test/harness/cleanUp.ts';
import {
	type Execution,
	type OutputItem,
	outputItems,
	owner,
} from '../test/harness/n8n/restClient.ts';
import { lastLines } from '../test/harness/n8n/server.ts';
import { EXAMPLE, PROJECT_FOLDER, type Stage, setStage } from '../test/harness/n8n/stage.ts';
import { step } from '../test/harness/progress.ts';
import {
	type Service,
	realService,
	simulatedService,
} from '../test/harness/services/videoService.ts';
import { Interrupted, aborted, interruptSignal } from './interruption.ts';

const USAGE = `npm run demo -- [options]

  --open             leave n8n running afterwards and print its address and log-in
  --job-seconds <n>  how long the simulator's job takes (default 5)
  --check            verify the item and the file, always against the simulator (for CI)
  --yes              with COMETAPI_KEY set: make a real video, which costs money
  --help             print this

With COMETAPI_KEY set the video is made by CometAPI instead of the simulator.
`;

const COST = `COMETAPI_KEY is set, so this makes a real video: 1 second at 480p with grok-imagine-video.
The provider's list price is $0.05 per second at 480p, so about $0.05; CometAPI's price may differ.
`;

const FREE = `The video comes from a simulator of CometAPI on this machine, so it costs nothing and needs no key.
`;

const SAMPLE = join(PROJECT_FOLDER, 'test', 'simulator', 'media', 'sample.mp4');
const OUTPUT_FOLDER = join(PROJECT_FOLDER, 'demo-output');
const SIMULATOR_SLACK_MS = 60_000;

const finishedVideo = z.object({
	request_id: z.string(),
	status: z.literal('done'),
	video: z.object({ url: z.string().url() }),
});

interface Options {
	open: boolean;
	check: boolean;
	yes: boolean;
	jobSeconds: number;
}

process.exitCode = await main();

async function main(): Promise<number> {
	let options: Options | undefined;
	try {
		options = readOptions();
	} catch (error) {
		process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
		return 1;
	}
	if (options === undefined) {
		process.stdout.write(USAGE);
		return 0;
	}
	const { COMETAPI_KEY: realKey = '' } = process.env;
	const isReal = realKey !== '' && !options.check;
	process.stderr.write(isReal ? COST : FREE);
	if (isReal && !options.yes) {
		process.stderr.write('Nothing was sent. Add --yes to go on: npm run demo -- --yes\n');
		return 1;
	}
	const service = isReal ? realService(realKey) : await simulatedService(options.jobSeconds);
	return await runDemo(service, options);
}

async function runDemo(service: Service, options: Options): Promise<number> {
	const signal = interruptSignal();
	const cleanUp: CleanUp = [service.close];
	let stage: Stage | undefined;
	try {
		stage = await setStage(service, cleanUp, { signal, step });
		await makeVideo(stage, service, options, signal);
		if (options.open) await leaveOpen(stage, signal);
		return 0;
	} catch (error) {
		if (signal.aborted) process.stderr.write('\nInterrupted; ending n8n.\n');
		else process.stderr.write(`\n${messageOf(error)}\n`);
		// The log tells the request id of a real job, which may be paid for.
		if (stage && !(signal.aborted && service.simulator)) {
			process.stderr.write(`\nThe last lines of n8n's log:\n${lastLines(stage.server.log)}\n`);
		}
		return signal.reason instanceof Interrupted ? 130 : 1;
	} finally {
		await cleanUpAll(cleanUp);
	}
}

async function makeVideo(stage: Stage, service: Service, options: Options, signal: AbortSignal) {
	const limitMs = service.simulator ? options.jobSeconds * 1000 + SIMULATOR_SLACK_MS : undefined;
	const execution = await step('The workflow is executed', async (update) => {
		return await execute(stage, service, { signal, limitMs, update });
	});
	const item = onlyItem(execution);
	const note = service.simulator
		? ' (simulated: its provider_cost_usd is an example, nothing was charged)'
		: '';
	process.stdout.write(`\nThe node's output${note}:\n${JSON.stringify(item.json, null, 2)}\n\n`);

	const { request_id: requestId, video } = finishedVideo.parse(item.json);
	const bytes = await fetchVideo(video.url, service, signal);
	const path = await saveVideo(requestId, bytes);
	const what = service.simulator ? "the simulator's sample video" : 'the video';
	process.stdout.write(`Saved ${what}: ${relative(process.cwd(), path)} (${bytes.length} bytes)\n`);
	if (options.check) await checkBytes(bytes);
}

interface ExecuteOptions {
	signal: AbortSignal;
	limitMs: number | undefined;
	update: (text: string) => void;
}

async function execute(
	{ client, workflowId }: Stage,
	{ simulator }: Service,
	{ signal, limitMs, update }: ExecuteOptions,
): Promise<Execution> {
	const id = await client.runWorkflow(workflowId, EXAMPLE.triggerName);
	const onPoll = () => {
		const polls = simulator?.requestsTo('status').length;
		const seen = polls === undefined ? '' : `; the simulator has seen ${polls} polls`;
		update(`n8n executes the workflow and waits for the video${seen}`);
	};
	let isOver = false;
	try {
		const execution = await client.waitForExecution(id, { signal, limitMs, onPoll });
		isOver = true;
		return execution;
	} finally {
		// Else n8n's orderly shutdown waits for it.
		if (!isOver) await client.stopExecution(id).catch(() => {});
	}
}

function onlyItem(execution: Execution): OutputItem {
	const { error } = execution.data.resultData;
	if (execution.status !== 'success') {
		const reason = [error?.message, error?.description].filter(Boolean).join('\n');
		throw new Error(`The execution ended as '${execution.status}'. ${reason}`);
	}
	const [item, ...others] = outputItems(execution, EXAMPLE.nodeName);
	if (item === undefined || others.length > 0) {
		throw new Error(
			`Expected one item of '${EXAMPLE.nodeName}', got ${others.length + (item ? 1 : 0)}`,
		);
	}
	return item;
}

async function fetchVideo(url: string, { simulator }: Service, signal: AbortSignal) {
	const response = await axios.get<ArrayBuffer>(url, {
		responseType: 'arraybuffer',
		signal,
		...(simulator && { proxy: false as const }),
	});
	return Buffer.from(response.data);
}

async function saveVideo(requestId: string, bytes: Buffer): Promise<string> {
	await mkdir(OUTPUT_FOLDER, { recursive: true });
	await writeFile(join(OUTPUT_FOLDER, '.gitignore'), '*\n');
	const path = join(OUTPUT_FOLDER, `${requestId.replace(/[^\w-]/g, '_')}.mp4`);
	await writeFile(path, bytes);
	return path;
}

async function checkBytes(bytes: Buffer) {
	if (!bytes.equals(await readFile(SAMPLE))) {
		throw new Error("The saved MP4 differs from the simulator's sample.mp4");
	}
	process.stdout.write(
		"Checked: the item's status is done, its MP4 is the simulator's, byte for byte\n",
	);
}

async function leaveOpen({ server, workflowId }: Stage, signal: AbortSignal) {
	process.stdout.write(`
The editor is open:  ${server.url}/workflow/${workflowId}
Log in with:         ${owner.email}
Password:            ${owner.password}
Ctrl-C ends it and removes its data.
`);
	const exit = await Promise.race([server.exited, aborted(signal)]);
	if (exit) throw new Error('n8n ended by itself');
}

function readOptions(): Options | undefined {
	const { values } = parseArgs({
		options: {
			open: { type: 'boolean', default: false },
			check: { type: 'boolean', default: false },
			yes: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
			'job-seconds': { type: 'string', default: '5' },
		},
	});
	if (values.help) return undefined;
	const jobSeconds = Number(values['job-seconds']);
	if (!(jobSeconds >= 0 && jobSeconds <= 600)) {
		throw new Error(`--job-seconds is a number from 0 to 600, not '${values['job-seconds']}'`);
	}
	return { open: values.open, check: values.check, yes: values.yes, jobSeconds };
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
