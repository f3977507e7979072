/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

import { describe, expect, test } from '@jest/globals';
import { sleep, type INode } from 'n8n-workflow';

import type { Simulator, SimulatorOptions } from '../simulator/simulator.ts';
import { logLines, start } from './engine.ts';
import { AT_ONCE_TICKS, createNode, itemsOf, ticksUntil, until, withScene } from './scene.ts';

/** How many requests this process has begun, by the simulator's host. */
const begun = new Map<string, number>();
subscribe('http.client.request.created', (message) => {
	const { request } = message as { request: ClientRequest };
	const host = String(request.getHeader('host'));
	begun.set(host, (begun.get(host) ?? 0) + 1);
});

/** Every request that the node has begun has arrived, so that a later one is begun later. */
function noneIsOnItsWay({ url, requests }: Simulator): boolean {
	return begun.get(new URL(url).host) === requests.length;
}

/** Stops an execution when the simulator has seen something, and measures what comes after. */
async function stopWhen(
	options: SimulatorOptions,
	node: INode,
	{
		prepare,
		seen,
		items = 1,
	}: {
		prepare?: (simulator: Simulator) => void;
		seen: (simulator: Simulator) => boolean;
		items?: number;
	},
	check: (simulator: Simulator, requestsAtStop: number) => Promise<void> | void,
): Promise<void> {
	await withScene(options, async ({ simulator, start }) => {
		prepare?.(simulator);
		const { finished, stop } = await start(
			node,
			itemsOf(...Array.from({ length: items }, () => ({}))),
		);
		await until(() => seen(simulator) && noneIsOnItsWay(simulator));
		const requestsAtStop = simulator.requests.length;
		stop();
		expect(await ticksUntil(finished)).toBeLessThan(AT_ONCE_TICKS);
		const { status } = await finished;
		expect(status).toBe('canceled');
		await sleep(1_500);
		expect(simulator.requests).toHaveLength(requestsAtStop);
		await check(simulator, requestsAtStop);
	});
}

const polled = (simulator: Simulator) => simulator.requestsTo('status').length > 0;
const submitted = (simulator: Simulator) => simulator.requestsTo('submit').length > 0;
const LONG = { plan: () => ({ seconds: 60 }) };

describe('Stop ends the node at once and sends nothing more', () => {
	test.concurrent('between two polls', async () => {
		await stopWhen(LONG, createNode(), { seen: polled }, (simulator) => {
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('while a poll hangs, which it cuts off', async () => {
		const prepare = (simulator: Simulator) =>
			void simulator.inject({ route: 'status', fault: { kind: 'hang' } });
		await stopWhen(LONG, createNode(), { prepare, seen: polled }, (simulator) => {
			expect(simulator.requestsTo('status')[0]?.abortedByClient).toBe(true);
		});
	});

	test.concurrent('while a submit is in flight, whose id still gets into the log', async () => {
		const prepare = (simulator: Simulator) =>
			void simulator.inject({ route: 'submit', fault: { kind: 'delay', ms: 500 } });
		await stopWhen(LONG, createNode(), { prepare, seen: submitted }, (simulator) => {
			const [job] = simulator.jobs;
			expect(simulator.requestsTo('submit')[0]?.abortedByClient).not.toBe(true);
			expect(logLines.filter((line) => line.includes(String(job?.requestId)))).toHaveLength(1);
		});
	});

	test.concurrent('while items wait for a place: 50 items, not one POST more', async () => {
		const options = { plan: () => ({ seconds: 60 }), maxRunningJobs: 2 };
		// The two places, and the rest of the lane that was refused with them.
		const seen = (simulator: Simulator) => simulator.requestsTo('submit').length >= 16;
		await stopWhen(options, createNode(), { seen, items: 50 }, (simulator) => {
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent(
		'and so does a retry that n8n still starts, also with continue on fail',
		async () => {
			for (const onError of ['stopWorkflow', 'continueRegularOutput'] as const) {
				const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100, onError };
				const node = createNode({}, settings);
				await stopWhen(LONG, node, { seen: polled }, (simulator) => {
					expect(simulator.jobs).toHaveLength(1);
				});
			}
		},
	);
});

describe('After Stop no submit leaves that had not left', () => {
	/** Submits whose connection the simulator saw after Stop. */
	async function stopAfter(
		ms: number,
		{ items, readMs }: { items: number; readMs?: () => number },
	): Promise<{ before: number; after: number; jobs: number }> {
		const result = { before: 0, after: 0, jobs: 0 };
		await withScene({ plan: () => ({ seconds: 60 }) }, async ({ simulator, credential }) => {
			simulator.inject({ route: 'submit', times: Infinity, fault: { kind: 'delay', ms: 300 } });
			const inputs = itemsOf(...Array.from({ length: items }, () => ({})));
			const slow = { ...credential, readMs };
			const { finished, stop } = await start({ video: createNode() }, inputs, slow);
			await sleep(ms);
			const stoppedAt = Date.now();
			stop();
			expect((await finished).status).toBe('canceled');
			await sleep(1_500);
			const submits = simulator.requestsTo('submit');
			result.before = submits.filter(({ at }) => at <= stoppedAt).length;
			result.after = submits.length - result.before;
			result.jobs = simulator.jobs.length;
		});
		return result;
	}

	test.concurrent.each([0, 20, 100, 400])('of 300 items, %i ms after the start', async (ms) => {
		const { after } = await stopAfter(ms, { items: 300 });
		expect(after).toBeLessThanOrEqual(16);
	});

	test.concurrent.each([1, 40])('while n8n reads the credential for %i items', async (items) => {
		let reads = 0;
		// The routing's own read is quick; those of the requests come after Stop.
		const readMs = () => (reads++ === 0 ? 0 : 700);
		expect(await stopAfter(300, { items, readMs })).toEqual({ before: 0, after: 0, jobs: 0 });
	});
});
