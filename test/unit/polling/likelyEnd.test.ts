/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { nextPollDelayMs } from '../../../nodes/CometApiVideo/polling/schedule';
import type { JobEnd } from '../../../nodes/CometApiVideo/polling/durations';
import { likelyDelayMs } from '../../../nodes/CometApiVideo/polling/likelyEnd';

const usualDelayMs = (elapsedMs: number) => Math.min(10_000, Math.max(2_000, elapsedMs * 0.08));
const endsAt = (...seconds: number[]): JobEnd[] =>
	seconds.map((second) => ({ afterMs: second * 1000 - 1_000, byMs: second * 1000 }));
const ABOUT_2_MINUTES = endsAt(100, 106, 112, 117, 123, 129, 135, 142);

/** How often a job is asked for between two ages, and the longest delay then. */
function pollsBetween(ends: JobEnd[], fromS: number, toS: number) {
	let atMs = 0;
	let polls = 0;
	let longestMs = 0;
	while (atMs < toS * 1000) {
		const delayMs = likelyDelayMs(ends, atMs, usualDelayMs) ?? usualDelayMs(atMs);
		atMs += delayMs;
		if (atMs < fromS * 1000 || atMs >= toS * 1000) continue;
		polls++;
		longestMs = Math.max(longestMs, delayMs);
	}
	return { polls, longestMs };
}

describe('the delay before a poll, given when earlier jobs ended', () => {
	test('is none of its own when nothing is known, or the job has outlasted them all', () => {
		expect(likelyDelayMs([], 0, usualDelayMs)).toBeUndefined();
		expect(likelyDelayMs(ABOUT_2_MINUTES, 200_000, usualDelayMs)).toBeUndefined();
	});

	test('leaves a few looks before the likely time, none later than half of it', () => {
		const before = pollsBetween(ABOUT_2_MINUTES, 0, 90);
		expect(before.polls).toBeGreaterThanOrEqual(2);
		expect(before.polls).toBeLessThanOrEqual(5);
		expect(before.longestMs).toBeLessThanOrEqual(65_000);
		expect(pollsBetween([], 0, 90).polls).toBeGreaterThan(25);
	});

	test('comes closer than usual where ends are likely', () => {
		const within = pollsBetween(ABOUT_2_MINUTES, 100, 142);
		expect(within.polls).toBeGreaterThan(1.4 * pollsBetween([], 100, 142).polls);
		expect(within.longestMs).toBeLessThan(usualDelayMs(100_000));
	});

	test('is the usual one behind the likely time', () => {
		const behind = pollsBetween(ABOUT_2_MINUTES, 180, 300);
		expect(Math.abs(behind.polls - pollsBetween([], 180, 300).polls)).toBeLessThanOrEqual(1);
		expect(behind.longestMs).toBeLessThanOrEqual(10_000);
	});

	test('leaves out the time between two populations, and asks closely at both', () => {
		const ends = endsAt(28, 29, 30, 31, 290, 300, 305, 310);
		expect(pollsBetween(ends, 26, 33).polls).toBeGreaterThanOrEqual(3);
		expect(pollsBetween(ends, 285, 315).polls).toBeGreaterThanOrEqual(4);
		const between = pollsBetween(ends, 40, 240).polls;
		expect(between).toBeLessThan(0.7 * pollsBetween([], 40, 240).polls);
	});

	test('is at least 1 s and never beyond the last end, for whatever is remembered', () => {
		const end = fc
			.tuple(fc.integer({ min: 0, max: 3_600_000 }), fc.integer({ min: 0, max: 600_000 }))
			.map(([afterMs, width]) => ({ afterMs, byMs: afterMs + width }));
		const age = fc.integer({ min: -60_000, max: 4_000_000 });
		fc.assert(
			fc.property(fc.array(end, { maxLength: 8 }), age, (ends, elapsedMs) => {
				const delayMs = likelyDelayMs(ends, elapsedMs, usualDelayMs) ?? 1_000;
				expect(delayMs).toBeGreaterThanOrEqual(1_000);
				// The last end may be mirrored: twice as far away as the first one.
				const lastMs = Math.max(0, ...ends.map(({ byMs }) => byMs));
				expect(delayMs).toBeLessThanOrEqual(1_000 + 2 * 1.08 * lastMs);
			}),
		);
	});
});

describe('what is known of earlier jobs', () => {
	const timing = { elapsedMs: 6_000, polls: 3, random: 0.5, earlierEnds: ABOUT_2_MINUTES };

	test("yields to the user's fixed interval", () => {
		expect(nextPollDelayMs({ ...timing, readings: [], pollIntervalS: 7 })).toBe(7_000);
	});

	test('yields to progress that can be believed, and to no other', () => {
		const tell = (percents: number[]) => {
			const readings = percents.map((percent, index) => ({
				elapsedMs: (index + 1) * 2_000,
				percent,
			}));
			return nextPollDelayMs({ ...timing, readings, pollIntervalS: 0 });
		};
		const untold = tell([]);
		const unknown = { ...timing, earlierEnds: undefined };
		expect(untold).not.toBe(nextPollDelayMs({ ...unknown, readings: [], pollIntervalS: 0 }));
		// Done at 20 s.
		expect(tell([10, 20, 30])).toBeCloseTo(8_400, 3);
		expect(tell([99, 99, 99])).toBe(untold);
	});
});
