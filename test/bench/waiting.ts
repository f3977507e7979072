// Memory, CPU and responsiveness of n8n while many items wait.
import { startSimulator } from '../simulator/simulator.ts';
import { runProbe } from './probe.ts';
import { sample, type Figure, type Settings } from './report.ts';
import type { WaitingCost, WaitingOrder } from './waitingProbe.ts';

const COUNT = 1_000;
// As often as the node asks for jobs as young as these.
const RIVAL_INTERVAL_S = 2;

interface Cost extends WaitingCost {
	polls: number;
}

export async function measureWaiting({ isQuick, tell }: Settings): Promise<Figure[]> {
	const repetitions = isQuick ? 1 : 3;
	const windowMs = isQuick ? 3_000 : 8_000;
	const costs: Cost[] = [];
	const rivals: Cost[] = [];
	for (let times = 1; times <= repetitions; times++) {
		tell(`round ${times} of ${repetitions}`);
		costs.push(await play({ count: COUNT, windowMs }));
		rivals.push(await play({ count: COUNT, windowMs, bareIntervalS: RIVAL_INTERVAL_S }));
	}

	const figure = (
		name: string,
		unit: string,
		wanted: number | undefined,
		of: (cost: Cost) => number,
	): Figure => ({
		group: `${COUNT} waiting items, beside a bare loop of n8n's HTTP helper with ${RIVAL_INTERVAL_S} s polls`,
		name,
		unit,
		value: sample(costs.map(of)),
		...(wanted !== undefined && { wanted }),
		rivals: { 'bare loop': sample(rivals.map(of)) },
	});
	return [
		figure('Heap per item before its first poll', 'kB', 20, (cost) => cost.bytesPerItem / 1000),
		figure('Heap per item after some polls', 'kB', 20, (cost) => cost.bytesPerPolledItem / 1000),
		figure('CPU per 1,000 polls', 's', undefined, (cost) => (cost.cpuSeconds / cost.polls) * 1000),
		figure(
			'Polls in the meantime',
			'per s',
			undefined,
			({ polls, window }) => (polls / (window.to - window.from)) * 1000,
		),
		figure('Event-loop delay, p99', 'ms', undefined, (cost) => cost.delayP99Ms),
	];
}

async function play(order: WaitingOrder): Promise<Cost> {
	const simulator = await startSimulator({ plan: () => ({ seconds: Infinity, shape: 'flat' }) });
	try {
		const cost = await runProbe<WaitingCost>('waitingProbe', simulator, order);
		const { from, to } = cost.window;
		const isInWindow = ({ at }: { at: number }) => at >= from && at < to;
		return { ...cost, polls: simulator.requestsTo('status').filter(isInWindow).length };
	} finally {
		await simulator.close();
	}
}
