/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
// What one run of many items costs this process. The simulator is elsewhere.
import { createRequire } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import type { INodeProperties } from 'n8n-workflow';

import { execute, logLines, start, type Credential, type Graph } from '../engine/engine.ts';
import { createNode, until } from '../engine/scene.ts';
import { answer, itemsFor } from './probed.ts';

type Node = typeof import('../../nodes/CometApiVideo/CometApiVideo.node');

const { CometApiVideo } = createRequire(import.meta.url)(
	'../../dist/nodes/CometApiVideo/CometApiVideo.node.js',
) as Node;

const PROMPT = '={{ $json.prompt }}';
const SUBMIT_ONLY = createNode({ prompt: PROMPT, waitForCompletion: false });
const REFUSED = createNode({ prompt: PROMPT, duration: 99 }, { onError: 'continueRegularOutput' });
const WAITING = createNode({ prompt: PROMPT, options: { pollInterval: 60 } });

export interface ManyItemsOrder {
	count: number;
	/**
	 * `fail`: each is refused, and the node continues. `n8n`: the node's fields, with hooks that return an
	 * item at once. `stop`: from Stop to the end of the wait.
	 */
	what: 'submit' | 'fail' | 'n8n' | 'stop';
}

export interface ManyItemsCost {
	cpuSeconds: number;
	seconds: number;
	longestBlockS: number;
}

async function measure({
	count,
	what,
	credential,
}: ManyItemsOrder & { credential: Credential }): Promise<ManyItemsCost> {
	const items = itemsFor(count);
	const waiting = what === 'stop' ? await start({ video: WAITING }, items, credential) : undefined;
	if (waiting) {
		const accepted = () => logLines.filter((line) => line.includes('accepted a video')).length;
		logLines.length = 0;
		await until(() => accepted() >= count);
	}
	const delay = monitorEventLoopDelay({ resolution: 1 });
	delay.enable();
	// Its timer starts with the next turn.
	await sleep(20);
	const cpuBefore = process.cpuUsage();
	const startedAt = performance.now();
	if (waiting) {
		waiting.stop();
		await waiting.finished.catch(() => {});
	} else {
		const graph: Graph = { video: what === 'fail' ? REFUSED : SUBMIT_ONLY };
		if (what === 'n8n') graph.description = { properties: hollow() };
		const { status, error } = await execute(graph, items, credential);
		if (status !== 'success') throw new Error(`Ended as ${status}: ${error?.message}`);
	}
	const seconds = (performance.now() - startedAt) / 1000;
	const { user, system } = process.cpuUsage(cpuBefore);
	// A block that ends with the run is told a turn later.
	await sleep(50);
	delay.disable();
	return { cpuSeconds: (user + system) / 1e6, seconds, longestBlockS: delay.max / 1e9 };
}

function hollow(): INodeProperties[] {
	return withoutHooks(new CometApiVideo().description.properties) as INodeProperties[];
}

function withoutHooks(part: unknown): unknown {
	if (Array.isArray(part)) return part.map(withoutHooks);
	if (typeof part !== 'object' || part === null) return part;
	return Object.fromEntries(
		Object.entries(part).map(([name, value]) => [
			name,
			name === 'pagination' ? async () => [{ json: {} }] : withoutHooks(value),
		]),
	);
}

await answer(measure);
