// How long the built node, or its rival, takes for batches of items.
import type { Credential } from '../engine/engine.ts';
import { bareGraph } from './bareNode.ts';
import { answer, AUTOMATIC, executeAll, itemsFor } from './probed.ts';

export interface BatchOrder {
	/** Items of each run, one run after the other. */
	counts: number[];
	/** The rival instead, which polls at this fixed interval. */
	bareIntervalS?: number;
}

export interface BatchCost {
	/** Of each run. */
	seconds: number[];
}

await answer(
	async ({ counts, bareIntervalS, credential }: BatchOrder & { credential: Credential }) => {
		const graph =
			bareIntervalS === undefined
				? { video: AUTOMATIC }
				: bareGraph({ credential, pollIntervalS: bareIntervalS });
		const cost: BatchCost = { seconds: [] };
		for (const count of counts) {
			const items = itemsFor(count);
			const startedAt = performance.now();
			await executeAll(graph, items, credential);
			cost.seconds.push((performance.now() - startedAt) / 1000);
		}
		return cost;
	},
);
