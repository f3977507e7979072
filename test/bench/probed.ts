/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
// What every probe shares: n8n's engine, in a process of its own.
import { rmSync } from 'node:fs';

import type { INodeExecutionData } from 'n8n-workflow';

import { execute, type Credential, type Finished, type Graph } from '../engine/engine.ts';
import { createNode } from '../engine/scene.ts';

/** The node as a user leaves it: it waits, and decides by itself when to ask. */
export const AUTOMATIC = createNode({
	prompt: '={{ $json.prompt }}',
	options: { pollInterval: 0 },
});

/** A node that does nothing before another one is measured. */
const SUBMIT_ONLY = createNode({ waitForCompletion: false });

export function itemsFor(count: number): INodeExecutionData[] {
	return Array.from({ length: count }, (_, index) => ({ json: { prompt: `Candle ${index}` } }));
}

/** Runs a graph that must succeed. */
export async function executeAll(
	graph: Graph,
	items: INodeExecutionData[],
	credential: Credential,
): Promise<Finished> {
	const finished = await execute(graph, items, credential);
	if (finished.status !== 'success') {
		throw new Error(`The execution ended as ${finished.status}: ${finished.error?.message}`);
	}
	return finished;
}

/** n8n is a server that has been running for a while. */
export async function warmUp(credential: Credential): Promise<void> {
	for (let times = 0; times < 3; times++) {
		await executeAll({ video: SUBMIT_ONLY }, itemsFor(20), credential);
	}
}

/** Of what is in use, in bytes. At one go, since requests that leave meanwhile would count as well. */
export function heapBytes(): number {
	globalThis.gc?.();
	globalThis.gc?.();
	return process.memoryUsage().heapUsed;
}

/** Runs the probe that was ordered and prints what it measured. */
export async function answer<Order extends { credential: Credential }>(
	probe: (order: Order) => Promise<object>,
): Promise<void> {
	try {
		const order = JSON.parse(String(process.argv[2])) as Order;
		await warmUp(order.credential);
		process.stdout.write(JSON.stringify(await probe(order)));
	} finally {
		rmSync(String(process.env.N8N_USER_FOLDER), { recursive: true, force: true });
	}
}
