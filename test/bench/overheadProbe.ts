/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
// How long the node itself is at work before its submit leaves and after the last answer has come.
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Credential, Graph, StandIn } from '../engine/engine.ts';
import { createNode } from '../engine/scene.ts';
import { bareGraph } from './bareNode.ts';
import { answer, executeAll, itemsFor } from './probed.ts';

const POLL_INTERVAL_S = 1;
// Far enough apart for executions not to get into each other's way.
const APART_MS = 30;

export interface OverheadOrder {
	executions: number;
}

/** Times of executions of one item, in ms. */
export interface Times {
	/** From the node's start until its POST leaves. */
	before: number[];
	/** From the end of the answer that says done until the next node starts with the item. */
	after: number[];
}

export interface Overhead {
	node: Times;
	bare: Times;
}

interface Marks {
	startedAt: number;
	postedAt: number;
	answeredAt: number;
	outAt: number;
}

const current = new AsyncLocalStorage<Marks>();
const marksOf = new WeakMap<ClientRequest, Marks>();

subscribe('http.client.request.start', (message) => {
	const { request } = message as { request: ClientRequest };
	const marks = current.getStore();
	if (!marks) return;
	if (request.method === 'POST') marks.postedAt = performance.now();
	marksOf.set(request, marks);
});

subscribe('http.client.response.finish', (message) => {
	const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
	const marks = marksOf.get(request);
	if (marks) response.prependListener('end', () => (marks.answeredAt = performance.now()));
});

const mark =
	(key: 'startedAt' | 'outAt'): StandIn =>
	(items) => {
		const marks = current.getStore();
		if (marks) marks[key] = performance.now();
		return [items];
	};

/** The same workflow with a node in front and one behind, which note when they run. */
function marked(graph: Graph, name: string): Graph {
	return {
		...graph,
		standIns: {
			...graph.standIns,
			Start: { run: mark('startedAt') },
			After: { run: mark('outAt') },
		},
		connections: [
			['Start', 0, name],
			[name, 0, 'After'],
		],
	};
}

async function timeOne(graph: Graph, credential: Credential, times: Times): Promise<void> {
	const marks = { startedAt: 0, postedAt: 0, answeredAt: 0, outAt: 0 };
	await current.run(marks, async () => await executeAll(graph, itemsFor(1), credential));
	times.before.push(marks.postedAt - marks.startedAt);
	times.after.push(marks.outAt - marks.answeredAt);
}

async function measure({
	executions,
	credential,
}: OverheadOrder & { credential: Credential }): Promise<Overhead> {
	const options = { pollInterval: POLL_INTERVAL_S };
	const node = marked({ video: createNode({ prompt: '={{ $json.prompt }}', options }) }, 'Video');
	const bare = marked(bareGraph({ credential, pollIntervalS: POLL_INTERVAL_S }), 'Bare');
	const overhead: Overhead = { node: { before: [], after: [] }, bare: { before: [], after: [] } };
	const running: Array<Promise<void>> = [];
	for (let execution = 0; execution < executions; execution++) {
		running.push(timeOne(node, credential, overhead.node));
		await sleep(APART_MS);
		running.push(timeOne(bare, credential, overhead.bare));
		await sleep(APART_MS);
	}
	await Promise.all(running);
	return overhead;
}

await answer(measure);
