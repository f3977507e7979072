// What becomes of many items when the API takes few jobs at a time and answers 429 to the rest.
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import type { BatchCost, BatchOrder } from './batchProbe.ts';
import { runProbe } from './probe.ts';
import { sample, type Figure, type Settings } from './report.ts';

const JOB_SECONDS = 5;
const MAX_RUNNING_JOBS = 10;
const RIVAL_INTERVAL_S = 5;

interface Outcome {
	/** Of the ideal time, in which every place is taken at once. */
	ofIdeal: number;
	meanRefusals: number;
	mostRefusals: number;
}

export async function measureRateLimit({ isQuick, tell }: Settings): Promise<Figure[]> {
	const count = isQuick ? 20 : 200;
	const repetitions = isQuick ? 1 : 3;
	tell(`${count} items, ${repetitions} times, and the rival; all at once, since they mostly wait`);
	const [rival, ...outcomes] = await Promise.all([
		play(count, RIVAL_INTERVAL_S),
		...Array.from({ length: repetitions }, async () => await play(count)),
	]);

	const group = `${count} items of ${JOB_SECONDS} s where ${MAX_RUNNING_JOBS} may run, all of which finish`;
	const figure = (name: string, unit: string, wanted: number | undefined, key: keyof Outcome) => ({
		group,
		name,
		unit,
		value: sample(outcomes.map((outcome) => outcome[key])),
		...(wanted !== undefined && { wanted }),
		rivals: { 'each item backing off alone, 5 s polls': sample([rival[key]]) },
	});
	return [
		figure('Time in terms of the ideal', 'times', 1.25, 'ofIdeal'),
		figure('Refused submits, mean', 'per item', 12, 'meanRefusals'),
		figure('Refused submits, most', 'of one item', 12, 'mostRefusals'),
	];
}

async function play(count: number, bareIntervalS?: number): Promise<Outcome> {
	let warmUpJobs = 0;
	const simulator = await startSimulator({
		maxRunningJobs: MAX_RUNNING_JOBS,
		plan: ({ body }) => {
			if (isMeasured(body)) return { seconds: JOB_SECONDS, shape: 'flat' };
			warmUpJobs++;
			return { seconds: 0, shape: 'flat' };
		},
	});
	try {
		const order: BatchOrder = { counts: [count], bareIntervalS };
		const { seconds } = await runProbe<BatchCost>('batchProbe', simulator, order);
		const jobs = simulator.jobs.length - warmUpJobs;
		if (jobs !== count) throw new Error(`${jobs} jobs for ${count} items`);
		const idealS = (count / MAX_RUNNING_JOBS) * JOB_SECONDS;
		const refusals = refusalsByPrompt(simulator);
		const all = [...refusals.values()];
		return {
			ofIdeal: (seconds[0] ?? Number.NaN) / idealS,
			meanRefusals: all.reduce((sum, refused) => sum + refused, 0) / count,
			mostRefusals: Math.max(0, ...all),
		};
	} finally {
		await simulator.close();
	}
}

function isMeasured(body: unknown): boolean {
	return /^Candle \d+$/.test(String(Object(body).prompt));
}

function refusalsByPrompt(simulator: Simulator): Map<string, number> {
	const refusals = new Map<string, number>();
	for (const { status, body } of simulator.requestsTo('submit')) {
		if (status !== 429) continue;
		const prompt = String(Object(body).prompt);
		refusals.set(prompt, (refusals.get(prompt) ?? 0) + 1);
	}
	return refusals;
}
