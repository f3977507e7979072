import type { JobEnd } from './durations';

// The pace follows the root of how likely the end is, which costs the least lag for the polls.
// These were found by `npm run bench -- --only learning`.
const CLOSENESS = 1.26;
// Counts, beside the earlier jobs, for one that ends at any other time.
const ANY_OTHER_TIME = 0.07;
// An end may be where up to so many neighbours away others were, and this share further.
const NEIGHBOURS = 2;
const MARGIN = 0.08;
// So that a provider which has become fast is noticed.
const LONGEST_SHARE_OF_LIKELY_END = 0.5;
const SHORTEST_MS = 1_000;
const STEPS_PER_DELAY = 20;

/** An end somewhere in this time, evenly. Ms since the job was accepted. */
interface Span {
	fromMs: number;
	toMs: number;
}

/**
 * The delay before the next poll of a job, in ms, given when others of its kind ended.
 *
 * @param usualDelayMs the delay at an age, in ms, when nothing is known
 * @returns undefined when the job has outlasted them all, or none is known
 */
export function likelyDelayMs(
	earlierEnds: readonly JobEnd[],
	elapsedMs: number,
	usualDelayMs: (elapsedMs: number) => number,
): number | undefined {
	const ahead = spansOf(earlierEnds).filter(({ toMs }) => toMs > elapsedMs);
	const middle = ahead[ahead.length >> 1];
	if (!middle) return undefined;
	const latestMs = elapsedMs + middle.toMs * LONGEST_SHARE_OF_LIKELY_END;
	let atMs = elapsedMs;
	for (let due = 0; due < 1 && atMs < latestMs; ) {
		atMs += usualDelayMs(atMs) / STEPS_PER_DELAY;
		due += pace(ahead, atMs) / STEPS_PER_DELAY;
	}
	return Math.max(SHORTEST_MS, Math.min(atMs, latestMs) - elapsedMs);
}

/** How many times as often as usual to ask at this age. */
function pace(spans: Span[], atMs: number): number {
	let densityPerMs = 0;
	let stillRunning = 0;
	for (const { fromMs, toMs } of spans) {
		if (atMs < fromMs) stillRunning++;
		else if (atMs < toMs) {
			densityPerMs += 1 / (toMs - fromMs);
			stillRunning += (toMs - atMs) / (toMs - fromMs);
		}
	}
	const likely = CLOSENESS * densityPerMs * atMs;
	return Math.sqrt((likely + ANY_OTHER_TIME) / (stillRunning + ANY_OTHER_TIME));
}

/** Where each end may as well have been, for a few ends tell little of the gaps between them. */
function spansOf(ends: readonly JobEnd[]): Span[] {
	const sorted = [...ends].sort((a, b) => a.afterMs + a.byMs - b.afterMs - b.byMs);
	const last = sorted.length - 1;
	/** Beyond either side the ends are thought mirrored. */
	const at = (index: number, side: keyof JobEnd): number => {
		const inside = sorted[index]?.[side];
		if (inside !== undefined) return inside;
		const edge = Math.min(last, Math.max(0, index));
		const mirrored = Math.min(last, Math.max(0, 2 * edge - index));
		return 2 * (sorted[edge]?.[side] ?? 0) - (sorted[mirrored]?.[side] ?? 0);
	};
	return sorted.map((_, index) => ({
		fromMs: Math.max(0, at(index - NEIGHBOURS, 'afterMs')) * (1 - MARGIN),
		toMs: at(index + NEIGHBOURS, 'byMs') * (1 + MARGIN),
	}));
}
