// What Stop costs, and the end of all items at once: it may grow with their number, not faster.
import { startSimulator } from '../simulator/simulator.ts';
import type { EndingCost, EndingOrder } from './endingProbe.ts';
import { runProbe } from './probe.ts';
import { sample, type Figure, type Settings } from './report.ts';

const FEW = 1_000;
const MANY = 5_000;
/** Five times as many items, and what chance adds. */
const WANTED_TIMES = 7;

const WAYS = [
	{ by: 'stop', title: 'Stop' },
	{ by: 'refusal', title: 'a key revoked while they wait' },
] as const;

export async function measureEndings({ isQuick, tell }: Settings): Promise<Figure[]> {
	const repetitions = isQuick ? 1 : 3;
	const figures: Figure[] = [];
	for (const { by, title } of WAYS) {
		const few: EndingCost[] = [];
		const many: EndingCost[] = [];
		for (let times = 1; times <= repetitions; times++) {
			tell(`${title}, round ${times} of ${repetitions}`);
			few.push(await play({ by, count: FEW }));
			many.push(await play({ by, count: MANY }));
		}
		figures.push(...figuresOf(title, few, many));
	}
	return figures;
}

function figuresOf(title: string, few: EndingCost[], many: EndingCost[]): Figure[] {
	const group = `The end of ${FEW} and ${MANY} waiting items by ${title}`;
	const PARTS = [
		['CPU', 's', ({ cpuSeconds }: EndingCost) => cpuSeconds],
		['Heap, above that of the wait', 'MB', (cost: EndingCost) => cost.heapBytes / 1e6],
		['Longest block of the event loop', 'ms', (cost: EndingCost) => cost.longestBlockMs],
		['Time', 's', ({ seconds }: EndingCost) => seconds],
		['Error message', 'bytes', ({ messageBytes }: EndingCost) => messageBytes],
	] as const;
	return PARTS.flatMap(([name, unit, of]): Figure[] => {
		const [ofFew, ofMany] = [sample(few.map(of)), sample(many.map(of))];
		const times = sample(many.map((cost) => of(cost) / ofFew.median));
		const growth = { group, name: `${name}, ${MANY} items in terms of ${FEW}`, unit: 'times' };
		return [
			{ group, name: `${name}, ${FEW} items`, unit, value: ofFew },
			{ group, name: `${name}, ${MANY} items`, unit, value: ofMany },
			{ ...growth, value: times, wanted: WANTED_TIMES },
		];
	});
}

async function play(order: EndingOrder): Promise<EndingCost> {
	let accepted = 0;
	const simulator = await startSimulator({
		plan: ({ body }) => {
			const isMeasured = /^Candle \d+$/.test(String(body.prompt));
			if (isMeasured) accepted++;
			return { seconds: isMeasured ? Infinity : 0, shape: 'flat' };
		},
	});
	try {
		if (order.by === 'refusal') {
			simulator.inject({
				route: 'status',
				when: () => accepted === order.count,
				times: Infinity,
				fault: { kind: 'status', status: 401 },
			});
		}
		return await runProbe<EndingCost>('endingProbe', simulator, order);
	} finally {
		await simulator.close();
	}
}
