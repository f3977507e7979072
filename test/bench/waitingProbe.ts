/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
// What many waiting items cost this process. Their jobs never end; the simulator is elsewhere.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { logLines, start, type Credential } from '../engine/engine.ts';
import { until } from '../engine/scene.ts';
import { bareGraph } from './bareNode.ts';
import { answer, AUTOMATIC, heapBytes, itemsFor } from './probed.ts';

// The polls of all items have begun by then.
const SETTLING_MS = 7_000;

export interface WaitingOrder {
	count: number;
	windowMs: number;
	/** The rival instead, which polls at this fixed interval. */
	bareIntervalS?: number;
}

export interface WaitingCost {
	/** Between the submit and the first poll. */
	bytesPerItem: number;
	/** At the end of the window, in which everything but the heap was measured. */
	bytesPerPolledItem: number;
	cpuSeconds: number;
	delayP99Ms: number;
	/** Epoch ms. */
	window: { from: number; to: number };
}

async function measure({
	count,
	windowMs,
	bareIntervalS,
	credential,
}: WaitingOrder & { credential: Credential }): Promise<WaitingCost> {
	let bareAccepted = 0;
	const graph =
		bareIntervalS === undefined
			? { video: AUTOMATIC }
			: bareGraph({
					credential,
					pollIntervalS: bareIntervalS,
					onAccepted: () => void bareAccepted++,
				});
	logLines.length = 0;
	const items = itemsFor(count);
	const before = heapBytes();
	const { finished, stop } = await start(graph, items, credential);
	const acceptedInLog = () => logLines.filter((line) => line.includes('accepted')).length;
	await until(() => (bareIntervalS === undefined ? acceptedInLog() : bareAccepted) === count);
	const acceptedAt = Date.now();
	const waiting = heapBytes();

	await sleep(acceptedAt + SETTLING_MS - Date.now());
	const delay = monitorEventLoopDelay({ resolution: 1 });
	const from = Date.now();
	const cpuBefore = process.cpuUsage();
	delay.enable();
	await sleep(windowMs);
	delay.disable();
	const { user, system } = process.cpuUsage(cpuBefore);
	const to = Date.now();
	const polled = heapBytes();
	stop();
	await finished.catch(() => {});
	return {
		bytesPerItem: (waiting - before) / count,
		bytesPerPolledItem: (polled - before) / count,
		cpuSeconds: (user + system) / 1e6,
		delayP99Ms: delay.percentile(99) / 1e6,
		window: { from, to },
	};
}

await answer(measure);
