// What the node costs on top of n8n's HTTP helper.

import { startSimulator } from '../simulator/simulator.ts';
import type { Overhead, OverheadOrder, Times } from './overheadProbe.ts';
import { runProbe } from './probe.ts';
import { sample, type Figure, type Settings } from './report.ts';

// Shorter than the first poll's delay, so that one poll finds it done.
const JOB_SECONDS = 0.5;

export async function measureOverhead({ isQuick, tell }: Settings): Promise<Figure[]> {
	const repetitions = isQuick ? 1 : 5;
	const executions = isQuick ? 30 : 60;
	const overheads: Overhead[] = [];
	for (let times = 1; times <= repetitions; times++) {
		tell(`round ${times} of ${repetitions}`);
		overheads.push(await play({ executions }));
	}

	const group = `The node itself, beside a bare call of n8n's HTTP helper (medians of ${executions} executions)`;
	const median = (times: Times, when: keyof Times) => sample(times[when]).median;
	const parts = (['before', 'after'] as const).map(
		(when): Figure => ({
			group,
			name:
				when === 'before' ? 'From its start to the POST' : 'From the done answer to the item out',
			unit: 'ms',
			value: sample(overheads.map(({ node }) => median(node, when))),
			rivals: { 'bare call': sample(overheads.map(({ bare }) => median(bare, when))) },
		}),
	);
	const above = ({ node, bare }: Overhead) =>
		median(node, 'before') - median(bare, 'before') + median(node, 'after') - median(bare, 'after');
	return [
		...parts,
		{
			group,
			name: 'Both, above the bare call',
			unit: 'ms per item',
			value: sample(overheads.map(above)),
			wanted: 5,
		},
	];
}

async function play(order: OverheadOrder): Promise<Overhead> {
	const simulator = await startSimulator({ plan: () => ({ seconds: JOB_SECONDS, shape: 'flat' }) });
	try {
		return await runProbe<Overhead>('overheadProbe', simulator, order);
	} finally {
		await simulator.close();
	}
}
