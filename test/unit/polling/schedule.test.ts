/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { nextPollDelayMs } from '../../../nodes/CometApiVideo/polling/schedule';

const random = fc.double({ min: 0, max: 1, noNaN: true });
const elapsedMs = fc.integer({ min: -60_000, max: 86_400_000 });
const polls = fc.integer({ min: 0, max: 10_000 });
const automatic = { pollIntervalS: 0, readings: [] };

describe('the delay before a poll', () => {
	test.each([
		{ random: 0, least: 5_500, most: 6_099 },
		{ random: 0.5, least: 6_100, most: 6_100 },
		{ random: 1, least: 6_101, most: 6_500 },
	])('the first one is about 6 s (random $random)', ({ random: drawn, least, most }) => {
		const delay = nextPollDelayMs({ ...automatic, elapsedMs: 0, polls: 0, random: drawn });
		expect(delay).toBeGreaterThanOrEqual(least);
		expect(delay).toBeLessThanOrEqual(most);
	});

	test('stays within 2 to 10 s, give or take the spread', () => {
		fc.assert(
			fc.property(elapsedMs, polls, random, (elapsed, count, drawn) => {
				const timing = { ...automatic, elapsedMs: elapsed, polls: count };
				const mean = nextPollDelayMs({ ...timing, random: 0.5 });
				expect(mean).toBeGreaterThanOrEqual(1_950);
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
			expect(latest - earliest).toBeGreaterThanOrEqual(150);
		}
	});

	test("the user's fixed interval is kept to the letter", () => {
		const interval = fc.integer({ min: 1, max: 3_600 });
		fc.assert(
			fc.property(interval, elapsedMs, polls, random, (pollIntervalS, elapsed, count, drawn) => {
				const timing = {
					pollIntervalS,
					readings: [],
					elapsedMs: elapsed,
					polls: count,
					random: drawn,
				};
				expect(nextPollDelayMs(timing)).toBe(pollIntervalS * 1000);
			}),
		);
	});
});

describe('the forecast from progress', () => {
	const WITHOUT = { ...automatic, random: 0.5 };

	/** Answers that come every 2 s. */
	const readingsOf = (percents: number[]) =>
		percents.map((percent, index) => ({ elapsedMs: (index + 1) * 2_000, percent }));

	/** The delay after the last of these answers, and the one without them. */
	function delays(percents: number[], drawn = 0.5) {
		const readings = readingsOf(percents);
		const timing = { ...WITHOUT, elapsedMs: readings.length * 2_000, polls: readings.length };
		return {
			told: nextPollDelayMs({ ...timing, readings, random: drawn }),
			untold: nextPollDelayMs({ ...timing, random: drawn }),
		};
	}

	test.each([
		{ name: 'three rising answers', percents: [10, 11, 13] },
		{ name: 'three rising answers after ones that stood still', percents: [0, 0, 1, 2, 3] },
		{ name: 'three rising answers after ones that ran backwards', percents: [5, 3, 6, 7, 8] },
	])('is believed after $name', ({ percents }) => {
		const { told, untold } = delays(percents);
		expect(told).toBeGreaterThan(2 * untold);
	});

	test.each([
		{ name: 'no answer', percents: [] },
		{ name: 'one answer', percents: [50] },
		{ name: 'two rising answers', percents: [10, 40] },
		{ name: 'a rise of less than 3 percent', percents: [10, 11, 12] },
		{ name: 'a rise of less than 3 percent in many answers', percents: [1, 1.5, 2, 2.5, 3, 3.9] },
		{ name: 'coarse progress', percents: [0, 0, 0, 50, 50] },
		{ name: 'coarse progress that has just jumped', percents: [0, 0, 0, 50] },
		{ name: 'progress stuck at 99', percents: [99, 99, 99, 99] },
		{ name: 'progress that got stuck', percents: [10, 30, 50, 99, 99] },
		{ name: 'progress that runs backwards', percents: [90, 80, 70, 60] },
		{ name: 'progress that has just turned back', percents: [10, 20, 30, 29] },
		{ name: 'progress that rises again after a fall', percents: [10, 20, 30, 29, 31] },
		{ name: 'a rise that does not make good a fall', percents: [50, 10, 20, 30] },
	])('is not believed after $name', ({ percents }) => {
		for (const drawn of [0, 0.5, 1]) {
			const { told, untold } = delays(percents, drawn);
			expect(told).toBe(untold);
		}
	});

	/** Linear progress told at a tenth, two and three tenths of the job. */
	function delayAt(endMs: number, elapsedMs: number, drawn: number) {
		const readings = [10, 20, 30].map((percent) => ({
			elapsedMs: (endMs * percent) / 100,
			percent,
		}));
		return nextPollDelayMs({ ...WITHOUT, elapsedMs, polls: 3, readings, random: drawn });
	}

	test.each([
		{ endMs: 20_000, elapsedMs: 6_000, mean: 8_400 },
		{ endMs: 60_000, elapsedMs: 18_000, mean: 25_200 },
		{ endMs: 60_000, elapsedMs: 40_000, mean: 12_000 },
		{ endMs: 60_000, elapsedMs: 51_000, mean: 5_400 },
		{ endMs: 300_000, elapsedMs: 90_000, mean: 30_000 },
		{ endMs: 7_200_000, elapsedMs: 2_160_000, mean: 30_000 },
	])(
		'approaches an end at $endMs ms from $elapsedMs ms by $mean ms, give or take 5 %',
		({ endMs, elapsedMs, mean }) => {
			expect(delayAt(endMs, elapsedMs, 0.5)).toBeCloseTo(mean, 3);
			expect(delayAt(endMs, elapsedMs, 0)).toBeCloseTo(0.95 * mean, 3);
			expect(delayAt(endMs, elapsedMs, 1)).toBeCloseTo(1.05 * mean, 3);
		},
	);

	test.each([7_900, 5_000, 2_000, 1_001])(
		'meets an end that is %i ms away within 1 s after it',
		(leftMs) => {
			for (const drawn of [0, 0.5, 1]) {
				const late = delayAt(60_000, 60_000 - leftMs, drawn) - leftMs;
				expect(late).toBeGreaterThanOrEqual(0);
				expect(late).toBeLessThanOrEqual(1_000);
			}
			const earliest = delayAt(60_000, 60_000 - leftMs, 0);
			expect(delayAt(60_000, 60_000 - leftMs, 1) - earliest).toBeGreaterThan(900);
		},
	);

	test.each([500, 0, -5_000])('asks every second when the end is %i ms away', (leftMs) => {
		for (const drawn of [0, 0.5]) {
			expect(delayAt(60_000, 60_000 - leftMs, drawn)).toBe(1_000);
		}
	});
});
