// How long many items take, beside the same items one after another.
import { startSimulator } from '../simulator/simulator.ts';
import type { BatchCost, BatchOrder } from './batchProbe.ts';
import { runProbe } from './probe.ts';
import { mapSample, sample, type Figure, type Settings } from './report.ts';

const JOB_SECONDS = 5;
const WANTED_OF_ONE: Record<number, number> = { 100: 1.2, 1_000: 2 };

export async function measureBatches({ isQuick, tell }: Settings): Promise<Figure[]> {
	const repetitions = isQuick ? 1 : 3;
	const singles = isQuick ? 1 : 3;
	const counts = isQuick ? [100, 1_000] : [10, 100, 1_000];
	const oneS: number[] = [];
	const manyS = counts.map((): number[] => []);
	for (let times = 1; times <= repetitions; times++) {
		tell(`round ${times} of ${repetitions}`);
		const seconds = await runBatches([...Array<number>(singles).fill(1), ...counts]);
		oneS.push(...seconds.splice(0, singles));
		for (const [index, taken] of seconds.entries()) manyS[index]?.push(taken);
	}

	const group = `Items of ${JOB_SECONDS} s jobs over HTTP, beside one after another (extrapolated from ${singles} in a row)`;
	const one = sample(oneS);
	const inARow = (count: number) => ({ 'one after another': mapSample(one, (s) => s * count) });
	return [
		{ group, name: '1 item', unit: 's', value: one, rivals: inARow(1) },
		...counts.flatMap((count, index): Figure[] => {
			const value = sample(manyS[index] ?? []);
			const ofOne = {
				group,
				name: `${count} items in terms of one`,
				unit: 'times',
				value: mapSample(value, (seconds) => seconds / one.median),
				wanted: WANTED_OF_ONE[count],
				rivals: { 'one after another': sample([count]) },
			};
			return [
				{ group, name: `${count} items`, unit: 's', value, rivals: inARow(count) },
				...(ofOne.wanted === undefined ? [] : [ofOne]),
			];
		}),
	];
}

async function runBatches(counts: number[]): Promise<number[]> {
	const simulator = await startSimulator({ plan: () => ({ seconds: JOB_SECONDS, shape: 'flat' }) });
	try {
		const order: BatchOrder = { counts };
		return (await runProbe<BatchCost>('batchProbe', simulator, order)).seconds;
	} finally {
		await simulator.close();
	}
}
