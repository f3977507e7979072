// Polls and lag with a memory of when earlier jobs ended, beside those without, in virtual time.
import { Clock, JobDurations, pollUntilDone } from './builtNode.ts';
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

// So many jobs fill the memory twice.
const WARM_UP = 16;

/** Shares of the lag and the polls without a memory that may be left. */
interface Wanted {
	lag: number;
	polls: number;
}

/** Four fifths of what a memory of eight spans, which took three times the code, saved. */
const SAVING: Record<number, { even: Wanted; logNormal: Wanted }> = {
	45: { even: { lag: 0.59, polls: 0.59 }, logNormal: { lag: 0.76, polls: 0.68 } },
	120: { even: { lag: 0.58, polls: 0.46 }, logNormal: { lag: 0.76, polls: 0.53 } },
	300: { even: { lag: 0.6, polls: 0.5 }, logNormal: { lag: 0.86, polls: 0.58 } },
	900: { even: { lag: 0.6, polls: 0.57 }, logNormal: { lag: 0.9, polls: 0.66 } },
};

const ONE_AFTER_ANOTHER: Array<{ name: string; draw: Draw; wanted?: Wanted }> = [
	...[5, 12, 45, 120, 300, 900].flatMap((seconds) => [
		{ name: `${seconds} s +-20 %`, draw: evenly(seconds), wanted: SAVING[seconds]?.even },
		{
			name: `${seconds} s log-normal 0.25`,
			draw: logNormal(seconds, 0.25),
			wanted: SAVING[seconds]?.logNormal,
		},
		{ name: `${seconds} s log-normal 0.5`, draw: logNormal(seconds, 0.5) },
	]),
	{ name: '45 or 120 s', draw: mixed(evenly(45), evenly(120), 0.5) },
	{ name: '30 or at times 300 s', draw: mixed(evenly(30), evenly(300), 0.8) },
];

export async function measureLearning({ isQuick, tell }: Settings): Promise<Figure[]> {
	const repetitions = isQuick ? 3 : 5;
	const jobs = isQuick ? 2_000 : 6_000;
	const figures: Figure[] = [];
	const compare = async (
		name: string,
		wanted: Wanted | undefined,
		of: Omit<Workload, 'random'>,
	) => {
		const shares: Array<Wanted & { lagS: number; pollsEach: number }> = [];
		while (shares.length < repetitions) {
			const random = seededRandom(shares.length);
			const both = await costs({ ...of, random });
			const [learned, untaught] = [meanCost(both.learned), meanCost(both.untaught)];
			shares.push({
				...{ lag: learned.lagS / untaught.lagS, polls: learned.polls / untaught.polls },
				...{ lagS: untaught.lagS, pollsEach: untaught.polls },
			});
		}
		const group = 'Lag and polls with a memory, as shares of those without one, virtual time';
		figures.push(
			{
				...{ group, name: `Lag, ${name}`, unit: 'ratio', value: sample(shares.map((s) => s.lag)) },
				...(wanted && { wanted: wanted.lag }),
				rivals: { 'without, s': sample(shares.map((s) => s.lagS)) },
			},
			{
				...{ group, name: `Polls, ${name}`, unit: 'ratio' },
				value: sample(shares.map((s) => s.polls)),
				...(wanted && { wanted: wanted.polls }),
				rivals: { without: sample(shares.map((s) => s.pollsEach)) },
			},
		);
	};

	tell('one job after another');
	for (const { name, draw, wanted } of ONE_AFTER_ANOTHER) {
		await compare(name, wanted, { seconds: drawn(draw, WARM_UP + jobs, seededRandom(99)) });
	}
	tell('many at once, and a queue');
	const draw = evenly(120);
	for (const places of [10, 1_000]) {
		const rounds = Math.ceil(jobs / places);
		const seconds = drawn(draw, rounds * places, seededRandom(98));
		await compare(
			`120 s +-20 % at ${places} places`,
			{ lag: 0.65, polls: 0.5 },
			{ seconds, places },
		);
	}
	tell('sudden changes');
	for (const seconds of [45, 300]) {
		for (const factor of [0.5, 2]) figures.push(...(await change(seconds, factor, repetitions)));
	}
	return figures;
}

async function costs(workload: Workload): Promise<{ learned: Cost[]; untaught: Cost[] }> {
	const { places = WARM_UP } = workload;
	const learned = await waitAll({ ...workload, memory: new JobDurations() });
	const untaught = await waitAll(workload);
	return { learned: learned.slice(places), untaught: untaught.slice(places) };
}

async function waitAll(workload: Workload): Promise<Cost[]> {
	return await waitForAll({ pollUntilDone, Clock }, workload);
}

async function change(seconds: number, factor: number, repetitions: number): Promise<Figure[]> {
	const JOBS = 200;
	const measured: Array<{ first: Cost; ninth: Cost; settled: Cost }> = [];
	while (measured.length < repetitions) {
		const random = seededRandom(measured.length);
		const runs: Cost[][] = [];
		while (runs.length < JOBS) {
			const before = drawn(evenly(seconds), WARM_UP, random);
			const after = drawn(evenly(seconds * factor), 9 + WARM_UP, random);
			const memory = new JobDurations();
			runs.push((await waitAll({ random, memory, seconds: [...before, ...after] })).slice(WARM_UP));
		}
		const meanOf = (from: number, to: number) =>
			meanCost(runs.flatMap((run) => run.slice(from, to)));
		measured.push({ first: meanOf(0, 1), ninth: meanOf(8, 9), settled: meanOf(9, 9 + WARM_UP) });
	}
	const figure = (what: string, unit: string, wanted: number, values: number[]): Figure => ({
		group: 'After a sudden change, +-20 %, virtual time',
		name: `${what}, ${seconds} s become ${seconds * factor} s`,
		...{ unit, wanted, value: sample(values) },
	});
	return [
		figure(
			...(['Lag of the first', 'of the old median', 0.25] as const),
			measured.map(({ first }) => first.lagS / seconds),
		),
		figure(
			...(['Lag of the ninth', 'of the settled lag', 1.25] as const),
			measured.map(({ ninth, settled }) => ninth.lagS / settled.lagS),
		),
		figure(
			...(['Polls of the ninth', 'of the settled polls', 1.25] as const),
			measured.map(({ ninth, settled }) => ninth.polls / settled.polls),
		),
	];
}
