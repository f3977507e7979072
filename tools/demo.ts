/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Finished } from '../test/engine/engine.ts';
import '../test/engine/plainNode.js';
import { readExample } from '../test/harness/n8n/exampleFile.ts';
import { EXAMPLE, PROJECT_FOLDER } from '../test/harness/n8n/stage.ts';
import { step } from '../test/harness/progress.ts';
import { withoutProxy } from '../test/harness/services/loopback.ts';
import {
	type Service,
	realService,
	simulatedService,
} from '../test/harness/services/videoService.ts';
import { sampleMp4 } from '../test/simulator/simulator.ts';
import { numberFrom, print, runTool } from './tool.ts';

const USAGE = {
	name: 'demo',
	about: `Makes one video in n8n's engine: with CometAPI when COMETAPI_KEY is set, else with a simulator.`,
	options: {
		'job-seconds': { type: 'string', default: '5', help: "how long the simulator's job takes" },
		check: {
			type: 'boolean',
			help: 'verifies the item and the file, always against the simulator (for CI)',
		},
		yes: { type: 'boolean', help: 'with COMETAPI_KEY set: makes a real video, which costs money' },
	},
} as const;

const COST = `COMETAPI_KEY is set, so this makes a real video: 1 second at 480p with grok-imagine-video.
The provider's list price is $0.05 per second at 480p, so about $0.05; CometAPI's price may differ.
`;

const FREE = `The video comes from a simulator of CometAPI on this machine, so it costs nothing and needs no key.
`;

const OUTPUT_FOLDER = join(PROJECT_FOLDER, 'demo-output');

await runTool(USAGE, async ({ check, yes, ...values }, { signal, cleanUp }) => {
	const jobSeconds = numberFrom('job-seconds', values['job-seconds']);
	const { COMETAPI_KEY: realKey = '' } = process.env;
	const isReal = realKey !== '' && !check;
	process.stderr.write(isReal ? COST : FREE);
	if (isReal && !yes) {
		throw new Error('Nothing was sent. Add --yes to go on: npm run demo -- --yes');
	}
	const service = isReal ? realService(realKey) : await simulatedService(jobSeconds);
	cleanUp.push(service.close);

	const { json, binary } = await makeVideo(service, signal);
	const note = isReal
		? ''
		: ' (simulated: its provider_cost_usd is an example, nothing was charged)';
	print(`\nThe node's output${note}:\n${JSON.stringify(json, null, 2)}\n`);
	const bytes = Buffer.from(binary?.['data']?.data ?? '', 'base64');
	const path = await saveVideo(String(json['request_id']), bytes);
	const what = isReal ? 'the video' : "the simulator's sample video";
	print(`Saved ${what}: ${relative(process.cwd(), path)} (${bytes.length} bytes)`);
	if (check) checkVideo(json['status'], bytes);
	print('To run this workflow in the n8n editor: npm run dev');
});

/** Runs the example workflow in n8n's engine, with the built node. */
async function makeVideo(
	{ credentialData }: Service,
	signal: AbortSignal,
): Promise<INodeExecutionData> {
	process.env['NO_PROXY'] = withoutProxy();
	const { start, videoNode, logLines } = await step(
		"n8n's engine is loaded",
		async () => await import('../test/engine/engine.ts'),
	);
	process.once('beforeExit', (code) => {
		// By now also the answer to a submit that was under way when Ctrl-C was pressed.
		const ids = logLines.filter((line) => line.includes('request ID'));
		if (code !== 0 && ids.length > 0) process.stderr.write(`\nn8n's log:\n${ids.join('\n')}\n`);
		void rm(String(process.env['N8N_USER_FOLDER']), { recursive: true, force: true });
	});
	const { nodes } = await readExample('text-to-video');
	const example = nodes.find(({ name }) => name === EXAMPLE.nodeName);
	const video = videoNode(example?.['parameters'] as INodeParameters);
	return await step('The workflow is executed', async (update) => {
		update('n8n executes the workflow and waits for the video');
		signal.throwIfAborted();
		const { finished, stop } = await start({ video }, [{ json: {} }], credentialData);
		signal.addEventListener('abort', stop);
		return onlyItem(await finished.finally(() => signal.throwIfAborted()));
	});
}

function onlyItem({ status, outputs, error }: Finished): INodeExecutionData {
	const [item, ...others] = outputs[0] ?? [];
	if (status === 'success' && item !== undefined && others.length === 0) return item;
	const reason = [error?.message, error?.description].filter(Boolean).join('\n');
	throw new Error(`The execution ended as '${status}'. ${reason}`);
}

async function saveVideo(requestId: string, bytes: Buffer): Promise<string> {
	await mkdir(OUTPUT_FOLDER, { recursive: true });
	await writeFile(join(OUTPUT_FOLDER, '.gitignore'), '*\n');
	const path = join(OUTPUT_FOLDER, `${requestId.replace(/[^\w-]/g, '_')}.mp4`);
	await writeFile(path, bytes);
	return path;
}

function checkVideo(status: unknown, bytes: Buffer) {
	if (status !== 'done') throw new Error(`The item's status is ${String(status)}`);
	if (!bytes.equals(sampleMp4)) throw new Error("The saved MP4 differs from the simulator's");
	print("Checked: the item's status is done, its MP4 is the simulator's, byte for byte");
}
