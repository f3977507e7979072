// What thousands of items of one run cost n8n's process, beside n8n's own part of it.
import { startSimulator } from '../simulator/simulator.ts';
import type { ManyItemsCost, ManyItemsOrder } from './manyItemsProbe.ts';
import { runProbe } from './probe.ts';
import { sample, type Figure, type Sample, type Settings } from './report.ts';

const JOB_SECONDS = 3_600;

/** How much more an item may cost among the most than among the fewest. */
const WANTED_GROWTH = 1.5;

export async function measureManyItems({ isQuick, tell }: Settings): Promise<Figure[]> {
	const repetitions = isQuick ? 1 : 3;
	const counts = isQuick ? [1_000, 3_000] : [1_000, 3_000, 10_000];
	const most = counts.at(-1) ?? 0;
	const group = 'Many items of one run, without waiting for their videos';
	const figures: Figure[] = [];
	const msPerItem: Sample[] = [];
	for (const count of counts) {
		const node: ManyItemsCost[] = [];
		const n8n: ManyItemsCost[] = [];
		for (let times = 1; times <= repetitions; times++) {
			tell(`${count} items, round ${times} of ${repetitions}`);
			node.push(await play({ count, what: 'submit' }));
			n8n.push(await play({ count, what: 'n8n' }));
		}
		const of = (costs: ManyItemsCost[], read: (cost: ManyItemsCost) => number) =>
			sample(costs.map(read));
		const cpu = ({ cpuSeconds }: ManyItemsCost) => (cpuSeconds / count) * 1000;
		const block = ({ longestBlockS }: ManyItemsCost) => longestBlockS;
		msPerItem.push(of(node, cpu));
		figures.push(
			{
				...{ group, name: `${count} items: CPU`, unit: 'ms per item' },
				value: of(node, cpu),
				rivals: { 'n8n alone, without a request': of(n8n, cpu) },
			},
			{
				...{ group, name: `${count} items: longest block`, unit: 's' },
				value: of(node, block),
				rivals: { 'n8n alone, without a request': of(n8n, block) },
			},
		);
	}
	const [fewest, ...more] = msPerItem.map(({ median }) => median);
	const growth = (more.at(-1) ?? Number.NaN) / (fewest ?? Number.NaN);
	tell(`Stop of ${most} waiting items`);
	const stop = await play({ count: most, what: 'stop' });
	return [
		...figures,
		{
			...{ group, name: `An item among ${most} in terms of one among ${counts[0]}`, unit: 'times' },
			...{ value: sample([growth]), wanted: WANTED_GROWTH },
		},
		{
			...{ group, name: `Stop of ${most} waiting items`, unit: 's' },
			value: sample([stop.seconds]),
		},
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
