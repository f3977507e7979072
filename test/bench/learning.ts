/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
// What it is worth to know how long earlier jobs of a kind took, in virtual time.
import { createRequire } from 'node:module';

import { sample, type Figure, type Settings } from './report.ts';
import {
	drawn,
	evenly,
	logNormal,
	meanCost,
	mixed,
	seededRandom,
	waitForAll,
	type Cost,
	type Draw,
	type Workload,
} from './virtualTime.ts';

const load = createRequire(import.meta.url);
const { pollUntilDone } = load(
	'../../dist/nodes/CometApiVideo/polling/pollUntilDone.js',
) as typeof import('../../nodes/CometApiVideo/polling/pollUntilDone.ts');
const { JobDurations } = load(
	'../../dist/nodes/CometApiVideo/polling/durations.js',
) as typeof import('../../nodes/CometApiVideo/polling/durations.ts');
// So many jobs fill the memory twice.
const WARM_UP = 16;
const STEADY_AFTER = 8;

interface Scenario {
	name: string;
	draw: Draw;
	lag?: number;
	polls?: number;
	progress?: (share: number) => number;
}

const ONE_AFTER_ANOTHER: Scenario[] = [
	...[5, 12, 45, 120, 300, 900].flatMap((seconds): Scenario[] => [
		{
			name: `${seconds} s +-20 %`,
			draw: evenly(seconds),
			...(seconds >= 45 && { lag: 0.5, polls: 0.5 }),
		},
		{
			name: `${seconds} s log-normal 0.25`,
			draw: logNormal(seconds, 0.25),
			...(seconds >= 45 && { lag: 1, polls: 0.6 }),
		},
		{
			name: `${seconds} s log-normal 0.5`,
			draw: logNormal(seconds, 0.5),
			...(seconds <= 300 && { lag: 1.1 }),
			...(seconds >= 12 && { polls: 1.1 }),
		},
	]),
	{ name: '45 or 120 s', draw: mixed(evenly(45), evenly(120), 0.5), lag: 1, polls: 1 },
	{ name: '30 or at times 300 s', draw: mixed(evenly(30), evenly(300), 0.8), lag: 1, polls: 1 },
	...[45, 120, 300].map((seconds) => ({
		name: `${seconds} s +-20 % with steady progress`,
		draw: evenly(seconds),
		progress: (share: number) => Math.floor(share * 100),
	})),
];

/** What a job costs with a memory and without, in one repetition. */
interface Pair {
	learned: Cost;
	today: Cost;
}

export async function measureLearning({ isQuick, tell }: Settings): Promise<Figure[]> {
	const repetitions = isQuick ? 3 : 5;
	const times = async <T>(measure: (random: () => number) => Promise<T>): Promise<T[]> => {
		const measured: T[] = [];
		while (measured.length < repetitions)
			measured.push(await measure(seededRandom(measured.length)));
		return measured;
	};

	tell('one job after another');
	const figures: Figure[] = [];
	const jobs = isQuick ? 1_500 : 4_000;
	for (const { name, draw, lag, polls, progress } of ONE_AFTER_ANOTHER) {
		const pairs = await times(async (random) => {
			const memory = new JobDurations();
			const load = { places: 1, random, ...(progress && { progress }) };
			await waitAll({ ...load, seconds: drawn(draw, WARM_UP, random), memory });
			return await compare({ ...load, seconds: drawn(draw, jobs, random) }, memory);
		});
		figures.push(...figuresOf('one after another', name, pairs, lag, polls));
	}

	tell('many at once');
	for (const count of [1, 10, 100, 300, 1_000]) {
		const rounds = Math.ceil((isQuick ? 1_000 : 3_000) / count);
		const both = await times(async (random) => {
			const cold: Pair[] = [];
			const warm: Pair[] = [];
			for (let round = 0; round < rounds; round++) {
				const memory = new JobDurations();
				const load = () => ({ places: count, random, seconds: drawn(evenly(120), count, random) });
				cold.push(await compare(load(), memory));
				for (let times = 0; times < WARM_UP / count; times++) {
					await waitAll({ ...load(), memory });
				}
				warm.push(await compare(load(), memory));
			}
			return { cold: meanPair(cold), warm: meanPair(warm) };
		});
		const name = `${count} of 120 s +-20 %`;
		const [cold, warm] = [both.map((one) => one.cold), both.map((one) => one.warm)];
		figures.push(...figuresOf('at once, the first of their kind', name, cold));
		figures.push(...figuresOf('at once, later ones', name, warm, 0.6, 0.6));
	}

	tell('a queue');
	for (const seconds of [45, 120]) {
		const pairs = await times(
			async (random) =>
				await compare(
					{ places: 10, random, seconds: drawn(evenly(seconds), 200, random) },
					new JobDurations(),
				),
		);
		const name = `200 of ${seconds} s +-20 % at 10 places, the first of their kind`;
		figures.push(...figuresOf('a queue', name, pairs, 0.75, 0.75));
	}

	tell('sudden changes');
	for (const seconds of [12, 45, 120, 300]) {
		for (const factor of [0.5, 2]) {
			const changes = await times((random) => change(seconds, factor, isQuick ? 100 : 400, random));
			const name = `${seconds} s become ${seconds * factor} s`;
			const group = 'Learned pace after a sudden change, +-20 %, virtual time';
			const of = (pick: (of: Change) => number) => sample(changes.map(pick));
			figures.push(
				{
					group,
					name: `Lag of the first, ${name}`,
					unit: 'of the old median',
					value: of(({ first }) => first.lagS / seconds),
					wanted: 0.25,
					rivals: { longest: of(({ longestS }) => longestS / seconds) },
				},
				{
					group,
					name: `Lag of the ninth, ${name}`,
					unit: 'of the settled lag',
					value: of(({ ninth, settled }) => ninth.lagS / settled.lagS),
					wanted: 1.25,
				},
				{
					group,
					name: `Polls of the ninth, ${name}`,
					unit: 'of the settled polls',
					value: of(({ ninth, settled }) => ninth.polls / settled.polls),
					wanted: 1.25,
				},
			);
		}
	}
	return figures;
}

interface Change {
	first: Cost;
	longestS: number;
	ninth: Cost;
	/** Of jobs that have always been so. */
	settled: Cost;
}

async function change(
	seconds: number,
	factor: number,
	times: number,
	random: () => number,
): Promise<Change> {
	const firsts: Cost[] = [];
	const ninths: Cost[] = [];
	const settled: Cost[] = [];
	while (firsts.length < times) {
		const costs = await waitAll({
			places: 1,
			random,
			memory: new JobDurations(),
			seconds: [
				...drawn(evenly(seconds), WARM_UP, random),
				...drawn(evenly(seconds * factor), STEADY_AFTER + 1 + WARM_UP, random),
			],
		});
		firsts.push(...costs.slice(WARM_UP, WARM_UP + 1));
		ninths.push(...costs.slice(WARM_UP + STEADY_AFTER, WARM_UP + STEADY_AFTER + 1));
		settled.push(...costs.slice(-WARM_UP));
	}
	return {
		first: meanCost(firsts),
		longestS: Math.max(...firsts.map(({ lagS }) => lagS)),
		ninth: meanCost(ninths),
		settled: meanCost(settled),
	};
}

async function waitAll(workload: Workload): Promise<Cost[]> {
	return await waitForAll(pollUntilDone, workload);
}

async function compare(workload: Workload, memory: Workload['memory']): Promise<Pair> {
	const learned = meanCost(await waitAll({ ...workload, memory }));
	return { learned, today: meanCost(await waitAll(workload)) };
}

function meanPair(pairs: Pair[]): Pair {
	return {
		learned: meanCost(pairs.map(({ learned }) => learned)),
		today: meanCost(pairs.map(({ today }) => today)),
	};
}

function figuresOf(
	how: string,
	name: string,
	pairs: Pair[],
	lag?: number,
	polls?: number,
): Figure[] {
	const figure = (what: string, of: (cost: Cost) => number, wanted?: number): Figure => ({
		group: `Learned pace beside the one without a memory, ${how}, virtual time`,
		name: `${what}, ${name}`,
		unit: 'ratio',
		value: sample(pairs.map(({ learned, today }) => of(learned) / of(today))),
		...(wanted !== undefined && { wanted }),
		rivals: {
			with: sample(pairs.map(({ learned }) => of(learned))),
			without: sample(pairs.map(({ today }) => of(today))),
		},
	});
	return [figure('Lag', ({ lagS }) => lagS, lag), figure('Polls', (cost) => cost.polls, polls)];
}
