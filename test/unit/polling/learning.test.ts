/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { Clock } from '../../../nodes/CometApiVideo/clock';
import { JobDurations } from '../../../nodes/CometApiVideo/polling/durations';
import { pollUntilDone } from '../../../nodes/CometApiVideo/polling/pollUntilDone';
import {
	drawn,
	evenly,
	logNormal,
	meanCost,
	seededRandom,
	waitForAll,
	type Cost,
	type Draw,
	type Workload,
} from '../../bench/virtualTime.ts';

// Of a figure measured with so few jobs.
const CHANCE = 0.05;

const run = async (workload: Workload) => await waitForAll({ pollUntilDone, Clock }, workload);

interface Comparison {
	draw: Draw;
	count: number;
	places?: number;
	/** Jobs of the same kind before. */
	before: number;
}

/** Mean lag and polls with a memory, as shares of those without one. */
async function compare({ draw, count, places, before }: Comparison) {
	const random = seededRandom(7);
	const memory = new JobDurations();
	await run({ seconds: drawn(draw, before, random), places, memory, random });
	const seconds = drawn(draw, count, random);
	const learned = meanCost(await run({ seconds, places, memory, random }));
	const untaught = meanCost(await run({ seconds, places, random }));
	return { lag: learned.lagS / untaught.lagS, polls: learned.polls / untaught.polls };
}

describe('one job after another, against the schedule without a memory', () => {
	test.each([
		{ name: '45 s +-20 %', draw: evenly(45), lag: 0.6, polls: 0.6 },
		{ name: '120 s +-20 %', draw: evenly(120), lag: 0.6, polls: 0.45 },
		{ name: '900 s +-20 %', draw: evenly(900), lag: 0.6, polls: 0.55 },
		{ name: '45 s sigma 0.25', draw: logNormal(45, 0.25), lag: 0.75, polls: 0.7 },
		{ name: '300 s sigma 0.25', draw: logNormal(300, 0.25), lag: 0.85, polls: 0.55 },
		{ name: '120 s sigma 0.5', draw: logNormal(120, 0.5), lag: 1, polls: 0.6 },
		{ name: '12 s +-20 %', draw: evenly(12), lag: 0.6, polls: 1 },
		{ name: '5 s +-20 %', draw: evenly(5), lag: 1, polls: 1.02 },
	])('$name: at most $lag of the lag at $polls of the polls', async ({ draw, lag, polls }) => {
		const share = await compare({ draw, count: 600, before: 16 });
		expect(share.lag).toBeLessThanOrEqual(lag * (1 + CHANCE));
		expect(share.polls).toBeLessThanOrEqual(polls * (1 + CHANCE));
	});
});

describe('many jobs at once', () => {
	const draw = evenly(120);

	test('1,000: 0.6 of both the next time', async () => {
		const share = await compare({ draw, count: 1_000, places: 1_000, before: 1_000 });
		expect(share.polls).toBeLessThanOrEqual(0.6);
		expect(share.lag).toBeLessThanOrEqual(0.6);
	});

	test('a queue of 200 at 10 places: the later ones learn from the first', async () => {
		const share = await compare({ draw, count: 200, places: 10, before: 0 });
		expect(share.polls).toBeLessThanOrEqual(0.5);
		expect(share.lag).toBeLessThanOrEqual(0.7);
	});
});

describe('a provider that suddenly takes another time', () => {
	test.each([0.5, 2])('times %d: noticed at the first job, normal at the ninth', async (factor) => {
		const random = seededRandom(5);
		const seconds = 120;
		const runs: Cost[][] = [];
		while (runs.length < 60) {
			const all = [
				...drawn(evenly(seconds), 16, random),
				...drawn(evenly(seconds * factor), 25, random),
			];
			runs.push(await run({ seconds: all, memory: new JobDurations(), random }));
		}
		const meanOf = (from: number, to: number) =>
			meanCost(runs.flatMap((costs) => costs.slice(from, to)));
		const [first, ninth, settled] = [meanOf(16, 17), meanOf(24, 25), meanOf(25, 41)];
		expect(first.lagS).toBeLessThanOrEqual(seconds / 4);
		expect(ninth.lagS).toBeLessThanOrEqual(1.4 * settled.lagS);
		expect(ninth.polls).toBeLessThanOrEqual(1.3 * settled.polls);
	});
});

test('no bias builds up over many jobs', async () => {
	const random = seededRandom(3);
	const memory = new JobDurations();
	const medians: number[] = [];
	for (let round = 0; round < 40; round++) {
		await run({ seconds: drawn(evenly(120), 8, random), memory, random });
		medians.push(Number(memory.likelyEnd('video')?.medianMs));
	}
	const mean = medians.reduce((sum, ms) => sum + ms, 0) / medians.length;
	expect(Math.abs(mean / 120_000 - 1)).toBeLessThan(0.03);
});
