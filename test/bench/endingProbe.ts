/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
// What it costs this process when many waiting items end at once. The simulator is elsewhere.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { logLines, start, type Credential } from '../engine/engine.ts';
import { createNode, until } from '../engine/scene.ts';
import { answer, heapBytes, itemsFor } from './probed.ts';

/** Few polls, so that what is measured is the end and not the wait. */
const NODE = createNode({ prompt: '={{ $json.prompt }}', options: { pollInterval: 20 } });
const SETTLING_MS = 2_000;
const SAMPLE_EVERY_MS = 5;

export interface EndingOrder {
	count: number;
	/** Stop, or the API refuses every poll when all items are accepted. */
	by: 'stop' | 'refusal';
}

export interface EndingCost {
	/** From Stop, or from the moment when the last item was accepted, to the end. */
	seconds: number;
	cpuSeconds: number;
	/** The highest in use, above that of the waiting items. */
	heapBytes: number;
	longestBlockMs: number;
	messageBytes: number;
}

async function measure({
	count,
	by,
	credential,
}: EndingOrder & { credential: Credential }): Promise<EndingCost> {
	logLines.length = 0;
	const { finished, stop } = await start({ video: NODE }, itemsFor(count), credential);
	const accepted = () => logLines.filter((line) => line.includes('accepted')).length;
	await until(() => accepted() === count);
	if (by === 'stop') await sleep(SETTLING_MS);

	const waiting = heapBytes();
	let highest = waiting;
	const look = () => void (highest = Math.max(highest, process.memoryUsage().heapUsed));
	const sampling = setInterval(look, SAMPLE_EVERY_MS);
	const delay = monitorEventLoopDelay({ resolution: 1 });
	delay.enable();
	const cpuBefore = process.cpuUsage();
	const startedAt = performance.now();
	if (by === 'stop') stop();
	const { error } = await finished;
	look();
	const seconds = (performance.now() - startedAt) / 1000;
	const { user, system } = process.cpuUsage(cpuBefore);
	// A block that ends with the run is told a turn later.
	await sleep(50);
	delay.disable();
	clearInterval(sampling);
	return {
		seconds,
		cpuSeconds: (user + system) / 1e6,
		heapBytes: highest - waiting,
		longestBlockMs: delay.max / 1e6,
		messageBytes: Buffer.byteLength(`${error?.message}${error?.description}`),
	};
}

await answer(measure);
