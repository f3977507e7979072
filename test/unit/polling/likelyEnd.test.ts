/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
	likelyDelayMs,
	likelyEndOf,
	type LikelyEnd,
} from '../../../nodes/CometApiVideo/polling/likelyEnd';
import { nextPollDelayMs } from '../../../nodes/CometApiVideo/polling/schedule';

const usualDelayMs = (elapsedMs: number) => Math.min(10_000, Math.max(2_000, elapsedMs * 0.08));
const ABOUT_2_MINUTES: LikelyEnd = { medianMs: 120_000, spread: 0.1 };

/** How often a job is asked for between two ages, from its first poll on, and the longest delay then. */
function pollsBetween(likely: LikelyEnd | undefined, fromS: number, toS: number) {
	let atMs = 6_000;
	let polls = 0;
	let longestMs = 0;
	while (atMs < toS * 1000) {
		const delayMs = likely ? likelyDelayMs(likely, atMs, usualDelayMs) : usualDelayMs(atMs);
		atMs += delayMs;
		if (atMs < fromS * 1000 || atMs >= toS * 1000) continue;
		polls++;
		longestMs = Math.max(longestMs, delayMs);
	}
	return { polls, longestMs };
}

describe('the delay before a poll, given when other jobs ended', () => {
	test('leaves a few looks before the likely time', () => {
		const before = pollsBetween(ABOUT_2_MINUTES, 6, 90);
		expect(before.polls).toBeGreaterThanOrEqual(3);
		expect(before.polls).toBeLessThanOrEqual(6);
		expect(pollsBetween(undefined, 6, 90).polls).toBeGreaterThan(25);
	});

	test('is shorter than usual where ends are likely', () => {
		const within = pollsBetween(ABOUT_2_MINUTES, 105, 140);
		expect(within.polls).toBeGreaterThan(1.4 * pollsBetween(undefined, 105, 140).polls);
		expect(within.longestMs).toBeLessThan(usualDelayMs(100_000));
	});

	test('is about the usual one behind the likely time', () => {
		const behind = pollsBetween(ABOUT_2_MINUTES, 220, 400);
		expect(Math.abs(behind.polls - pollsBetween(undefined, 220, 400).polls)).toBeLessThanOrEqual(1);
		expect(behind.longestMs).toBeLessThanOrEqual(10_100);
	});

	test('is at least 1 s, and beyond the usual one no longer than 0.8 of the age, whatever ended', () => {
		const endMs = fc.integer({ min: 1, max: 3_600_000 });
		const age = fc.integer({ min: -60_000, max: 4_000_000 });
		fc.assert(
			fc.property(fc.array(endMs, { minLength: 3, maxLength: 8 }), age, (ends, elapsedMs) => {
				const likely = likelyEndOf(ends);
				if (!likely) throw new Error('Three ends are enough');
				const delayMs = likelyDelayMs(likely, elapsedMs, usualDelayMs);
				expect(delayMs).toBeGreaterThanOrEqual(1_000);
				expect(delayMs).toBeLessThanOrEqual(Math.max(usualDelayMs(elapsedMs), 0.8 * elapsedMs));
			}),
		);
	});
});

describe('the likely end of a job', () => {
	const timing = { elapsedMs: 10_000, polls: 3, random: 0.5, likelyEnd: ABOUT_2_MINUTES };

	test("yields to the user's fixed interval", () => {
		expect(nextPollDelayMs({ ...timing, readings: [], pollIntervalS: 7 })).toBe(7_000);
	});

	test('yields to progress that can be believed, and to no other', () => {
		const after = (percents: number[]) => {
			const readings = percents.map((percent, index) => ({
				elapsedMs: index * 4_000 + 2_000,
				percent,
			}));
			return nextPollDelayMs({ ...timing, readings, pollIntervalS: 0 });
		};
		expect(after([])).toBe(8_000);
		// Done at 38 s.
		expect(after([0, 11, 22])).toBeCloseTo(0.6 * 28_364, -1);
		expect(after([99, 99, 99])).toBe(8_000);
	});
});
