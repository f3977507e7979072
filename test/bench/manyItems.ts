// What thousands of items of one run cost n8n's process, beside n8n's own part of it.
import { startSimulator } from '../simulator/simulator.ts';
import type { ManyItemsCost, ManyItemsOrder } from './manyItemsProbe.ts';
import { runProbe } from './probe.ts';
import { sample, type Figure, type Settings } from './report.ts';

const JOB_SECONDS = 3_600;

/** How much more an item may cost among the most than among the fewest. */
const WANTED_GROWTH = 1.5;

/** A run of more items is measured once. */
const MOST_REPEATED = 3_000;

const GROUP = 'Many items of one run, without waiting for their videos';

/** The ways in which all items of a run may go, beside n8n's own part. */
const WAYS = { submit: 'CPU', fail: 'CPU when all are refused' } as const;

export async function measureManyItems({ isQuick, tell }: Settings): Promise<Figure[]> {
	const counts = isQuick ? [1_000, 3_000] : [1_000, 3_000, 10_000];
	const fewest = counts.at(0) ?? 0;
	const most = counts.at(-1) ?? 0;
	const figures: Figure[] = [];
	const growths: Figure[] = [];
	for (const [what, name] of Object.entries(WAYS) as Array<[keyof typeof WAYS, string]>) {
		const msPerItem: number[] = [];
		for (const count of counts) {
			const repetitions = isQuick || count > MOST_REPEATED ? 1 : 3;
			const node: ManyItemsCost[] = [];
			const n8n: ManyItemsCost[] = [];
			for (let times = 1; times <= repetitions; times++) {
				tell(`${count} items, ${what}, round ${times} of ${repetitions}`);
				node.push(await play({ count, what }));
				if (what === 'submit') n8n.push(await play({ count, what: 'n8n' }));
			}
			const figure = (of: string, unit: string, read: (cost: ManyItemsCost) => number): Figure => ({
				...{ group: GROUP, name: `${count} items: ${of}`, unit },
				value: sample(node.map(read)),
				...(n8n.length > 0 && {
					rivals: { 'n8n alone, without a request': sample(n8n.map(read)) },
				}),
			});
			const cpu = figure(name, 'ms per item', ({ cpuSeconds }) => (cpuSeconds / count) * 1000);
			msPerItem.push(cpu.value.median);
			figures.push(cpu);
			if (what === 'submit')
				figures.push(figure('longest block', 's', (cost) => cost.longestBlockS));
		}
		const growth = (msPerItem.at(-1) ?? Number.NaN) / (msPerItem[0] ?? Number.NaN);
		growths.push({
			...{ group: GROUP, unit: 'times', value: sample([growth]), wanted: WANTED_GROWTH },
			name: `${name}: an item among ${most} in terms of one among ${fewest}`,
		});
	}
	tell(`Stop of ${most} waiting items`);
	const stop = await play({ count: most, what: 'stop' });
	const name = `Stop of ${most} waiting items`;
	return [
		...figures,
		...growths,
		{ ...{ group: GROUP, name, unit: 's' }, value: sample([stop.seconds]) },
	];
}

async function play(order: ManyItemsOrder): Promise<ManyItemsCost> {
	const simulator = await startSimulator({ plan: () => ({ seconds: JOB_SECONDS, shape: 'flat' }) });
	try {
		return await runProbe<ManyItemsCost>('manyItemsProbe', simulator, order);
	} finally {
		await simulator.close();
	}
}
