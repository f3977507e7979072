/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
// Many waits at once in a time that passes only while all of them sleep.
import { setImmediate as allHaveHadTheirTurn } from 'node:timers/promises';

import type { JobDurations } from '../../nodes/CometApiVideo/polling/durations.ts';

type Wait = typeof import('../../nodes/CometApiVideo/polling/pollUntilDone.ts');

export interface Cost {
	lagS: number;
	polls: number;
}

export interface Workload {
	/** How long each job takes, in the order in which they start. */
	seconds: number[];
	/** How many run at once: each place takes the next job when it has learned of an end. */
	places: number;
	/** Undefined: every job is the first of its kind. */
	memory?: JobDurations | undefined;
	random: () => number;
	/** Progress told of a job of which that share is made, 0 to 1. */
	progress?: (share: number) => number;
}

/** What each job cost, in the order in which they started. */
export async function waitForAll(
	pollUntilDone: Wait['pollUntilDone'],
	{ seconds, places, memory, random, progress }: Workload,
): Promise<Cost[]> {
	const clock = new VirtualClock();
	const costs: Cost[] = [];
	let next = 0;
	const work = async () => {
		while (next < seconds.length) {
			const index = next++;
			costs[index] = await waitForOne(Number(seconds[index]) * 1000);
		}
	};
	const all = Promise.all(Array.from({ length: Math.min(places, seconds.length) }, work));
	await clock.runUntil(all);
	return costs;

	async function waitForOne(takesMs: number): Promise<Cost> {
		const acceptedAtMs = clock.nowMs;
		const timedJob = memory?.start('video');
		const end = await pollUntilDone(
			{
				poll: async () => {
					const share = (clock.nowMs - acceptedAtMs) / takesMs;
					const job = {
						status: share < 1 ? ('pending' as const) : ('done' as const),
						statusIsKnown: true,
						video: { url: 'https://example.com/a.mp4' },
						...(progress && { progress: progress(Math.min(1, share)) }),
					};
					return { kind: 'job', job, raw: {} };
				},
				sleep: async (ms) => await clock.sleep(ms),
				isStopped: () => false,
				now: () => clock.nowMs,
				random,
				timedJob,
			},
			{
				acceptedAtMs,
				deadlineMs: Infinity,
				pollIntervalS: 0,
				pollAtOnce: false,
				untilFinished: true,
			},
		);
		return { lagS: (end.waitedMs - takesMs) / 1000, polls: end.polls };
	}
}

class VirtualClock {
	nowMs = 0;
	/** A heap, soonest first. */
	private readonly sleepers: Array<{ untilMs: number; wake: () => void }> = [];

	async sleep(ms: number): Promise<void> {
		await new Promise<void>((wake) => this.push({ untilMs: this.nowMs + ms, wake }));
	}

	async runUntil(done: Promise<unknown>): Promise<void> {
		let isDone = false;
		void done.finally(() => (isDone = true));
		for (;;) {
			await allHaveHadTheirTurn();
			const sleeper = this.pop();
			if (isDone || !sleeper) break;
			this.nowMs = sleeper.untilMs;
			sleeper.wake();
		}
		await done;
	}

	private push(sleeper: { untilMs: number; wake: () => void }): void {
		const heap = this.sleepers;
		let index = heap.push(sleeper) - 1;
		while (index > 0) {
			const above = (index - 1) >> 1;
			if (this.untilMs(above) <= sleeper.untilMs) break;
			this.swap(index, above);
			index = above;
		}
	}

	private pop(): { wake: () => void; untilMs: number } | undefined {
		const heap = this.sleepers;
		if (heap.length === 0) return undefined;
		this.swap(0, heap.length - 1);
		const soonest = heap.pop();
		for (let index = 0; ; ) {
			const left = 2 * index + 1;
			const below = this.untilMs(left + 1) < this.untilMs(left) ? left + 1 : left;
			if (this.untilMs(below) >= this.untilMs(index)) return soonest;
			this.swap(index, below);
			index = below;
		}
	}

	private untilMs(index: number): number {
		return this.sleepers[index]?.untilMs ?? Infinity;
	}

	private swap(one: number, other: number): void {
		const heap = this.sleepers;
		const [first, second] = [heap[one], heap[other]];
		if (first && second) [heap[one], heap[other]] = [second, first];
	}
}

/** Repeatable random numbers, 0 to 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Draws how long a job takes, in s. */
export type Draw = (random: () => number) => number;

export const evenly =
	(seconds: number, share = 0.2): Draw =>
	(random) =>
		seconds * (1 - share + 2 * share * random());

export const logNormal =
	(median: number, sigma: number): Draw =>
	(random) => {
		const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
		return median * Math.exp(sigma * normal);
	};

export const mixed =
	(one: Draw, other: Draw, shareOfOne: number): Draw =>
	(random) =>
		(random() < shareOfOne ? one : other)(random);

export function drawn(draw: Draw, count: number, random: () => number): number[] {
	return Array.from({ length: count }, () => draw(random));
}

export function meanCost(costs: Cost[]): Cost {
	const mean = (of: (cost: Cost) => number) =>
		costs.reduce((sum, cost) => sum + of(cost), 0) / costs.length;
	return { lagS: mean(({ lagS }) => lagS), polls: mean(({ polls }) => polls) };
}
