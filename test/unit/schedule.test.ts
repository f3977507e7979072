/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { nextPollDelayMs, submitBackoffMs } from '../../nodes/CometApiVideo/job/schedule';

const random = fc.double({ min: 0, max: 1, noNaN: true });
const elapsedMs = fc.integer({ min: -60_000, max: 86_400_000 });
const polls = fc.integer({ min: 0, max: 10_000 });
const automatic = { pollIntervalS: 0 };

describe('the delay before a poll', () => {
	test.each([
		{ random: 0, least: 2_500, most: 3_000 },
		{ random: 0.5, least: 3_000, most: 3_000 },
		{ random: 1, least: 3_000, most: 3_500 },
	])('the first one is about 3 s (random $random)', ({ random: drawn, least, most }) => {
		const delay = nextPollDelayMs({ ...automatic, elapsedMs: 0, polls: 0, random: drawn });
		expect(delay).toBeGreaterThanOrEqual(least);
		expect(delay).toBeLessThanOrEqual(most);
	});

	test('stays within 2 to 10 s, give or take the spread', () => {
		fc.assert(
			fc.property(elapsedMs, polls, random, (elapsed, count, drawn) => {
				const timing = { ...automatic, elapsedMs: elapsed, polls: count };
				const mean = nextPollDelayMs({ ...timing, random: 0.5 });
				expect(mean).toBeGreaterThanOrEqual(2_000);
				expect(mean).toBeLessThanOrEqual(10_000);
				const delay = nextPollDelayMs({ ...timing, random: drawn });
				expect(Math.abs(delay - mean)).toBeLessThanOrEqual(0.1 * mean + 1e-6);
			}),
		);
	});

	test('grows with the age of the job', () => {
		fc.assert(
			fc.property(elapsedMs, elapsedMs, random, (one, other, drawn) => {
				const [younger = 0, older = 0] = [one, other].sort((a, b) => a - b);
				const at = (elapsed: number) =>
					nextPollDelayMs({ ...automatic, elapsedMs: elapsed, polls: 1, random: drawn });
				expect(at(younger)).toBeLessThanOrEqual(at(older));
			}),
		);
		const minuteOld = nextPollDelayMs({ ...automatic, elapsedMs: 60e3, polls: 9, random: 0.5 });
		const hourOld = nextPollDelayMs({ ...automatic, elapsedMs: 3600e3, polls: 9, random: 0.5 });
		expect(hourOld).toBeGreaterThan(minuteOld);
	});

	test('items that started together drift apart', () => {
		for (const count of [0, 1, 50]) {
			const timing = { ...automatic, elapsedMs: count * 2_000, polls: count };
			const earliest = nextPollDelayMs({ ...timing, random: 0 });
			const latest = nextPollDelayMs({ ...timing, random: 1 });
			expect(latest - earliest).toBeGreaterThanOrEqual(300);
		}
	});

	test("the user's fixed interval is kept to the letter", () => {
		const interval = fc.integer({ min: 1, max: 3_600 });
		fc.assert(
			fc.property(interval, elapsedMs, polls, random, (pollIntervalS, elapsed, count, drawn) => {
				const timing = { pollIntervalS, elapsedMs: elapsed, polls: count, random: drawn };
				expect(nextPollDelayMs(timing)).toBe(pollIntervalS * 1000);
			}),
		);
	});
});

describe('the backoff of a refused submit', () => {
	test.each([
		[1, 1_000],
		[2, 2_000],
		[3, 4_000],
		[5, 16_000],
		[6, 30_000],
		[100, 30_000],
		[10_000, 30_000],
	])('after %i refusals in a row it is %i ms on average', (attempt, ms) => {
		expect(submitBackoffMs(attempt, 0.5)).toBe(ms);
	});

	test('has a random part, and stays within 0.5 and 45 s', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 5_000 }), random, (attempt, drawn) => {
				expect(submitBackoffMs(attempt, drawn)).toBeGreaterThanOrEqual(500);
				expect(submitBackoffMs(attempt, drawn)).toBeLessThanOrEqual(45_000);
				const spread = submitBackoffMs(attempt, 1) - submitBackoffMs(attempt, 0);
				expect(spread).toBeGreaterThanOrEqual(1_000);
			}),
		);
	});
});
