// Waits in a time that passes only while they sleep.
import type { Clock } from '../../nodes/CometApiVideo/clock.ts';
import type { JobDurations, JobEnd } from '../../nodes/CometApiVideo/polling/durations.ts';
import type { LikelyEnd } from '../../nodes/CometApiVideo/polling/likelyEnd.ts';
import type { pollUntilDone } from '../../nodes/CometApiVideo/polling/pollUntilDone.ts';

/** The node's own code, which the bench takes as built, and the tests as it is written. */
export interface Node {
	pollUntilDone: typeof pollUntilDone;
	Clock: typeof Clock;
}

export interface Cost {
	lagS: number;
	polls: number;
}

export interface Workload {
	/** How long each job takes, in the order in which they start. */
	seconds: number[];
	/** How many run at once: each place takes the next job when it has learned of an end. */
	places?: number;
	/** Undefined: every job is the first of its kind. */
	memory?: JobDurations | undefined;
	random: () => number;
	/** Progress reported for a job of which that share is made, 0 to 1. */
	progress?: ((share: number) => number) | undefined;
	/** By default automatic. */
	pollIntervalS?: number;
}

export const KIND = 'video';

/** What each job cost, in the order in which they started. */
export async function waitForAll(
	node: Node,
	{ seconds, places = 1, memory, ...each }: Workload,
): Promise<Cost[]> {
	const running: Array<{ atMs: number; finish(): void }> = [];
	const costs: Cost[] = [];
	let nowMs = 0;
	for (const takesS of seconds) {
		if (running.length >= places) endNext();
		const finish = memory?.sample(KIND);
		const wait = await waitForOne(node, takesS * 1000, memory?.likelyEnd(KIND), each);
		costs.push(wait.cost);
		const atMs = nowMs + takesS * 1000 + wait.cost.lagS * 1000;
		running.push({ atMs, finish: () => finish?.(wait.jobEnd) });
		running.sort((a, b) => a.atMs - b.atMs);
	}
	while (running.length > 0) endNext();
	return costs;

	function endNext(): void {
		const next = running.shift();
		if (next) nowMs = next.atMs;
		next?.finish();
	}
}

async function waitForOne(
	{ pollUntilDone, Clock }: Node,
	takesMs: number,
	likelyEnd: LikelyEnd | undefined,
	{ random, progress, pollIntervalS = 0 }: Pick<Workload, 'random' | 'progress' | 'pollIntervalS'>,
): Promise<{ cost: Cost; jobEnd?: JobEnd }> {
	const clock = virtualClock(Clock);
	const end = await pollUntilDone(
		{
			poll: async () => {
				const share = clock.now() / takesMs;
				const job = {
					status: share < 1 ? ('pending' as const) : ('done' as const),
					statusIsKnown: true,
					video: { url: 'https://example.com/a.mp4' },
					...(progress && { progress: progress(Math.min(1, share)) }),
				};
				return { kind: 'job', job, raw: {} };
			},
			clock,
			isStopped: () => false,
			random,
		},
		{
			ageMs: 0,
			maxWaitMs: Infinity,
			pollIntervalS,
			pollAtOnce: false,
			untilFinished: true,
			likelyEnd,
		},
	);
	const cost = { lagS: (end.waitedMs - takesMs) / 1000, polls: end.polls };
	return { cost, ...(end.jobEnd && { jobEnd: end.jobEnd }) };
}

/** A clock that only its sleeps move. */
export function virtualClock(ClockType: typeof Clock): Clock {
	let nowMs = 0;
	return new ClockType({
		now: () => nowMs,
		sleep: async (ms, wake) => (wake ? await wake : (nowMs += ms)),
		isStopped: () => false,
	});
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
