import type { IExecuteData, IExecutePaginationFunctions } from 'n8n-workflow';

import { pause } from './pause';
import { SubmitQueue } from './submitQueue';

// The engine starts all items in one go. Should a later n8n pause in between, this much is waited.
const LATECOMER_MS = 1_000;
const LATECOMER_STEP_MS = 50;

/** The items of one run of the node, which must know of each other before the first one pays. */
export class Batch {
	readonly queue: SubmitQueue;
	/** Request ids known so far, by item. */
	readonly requestIds = new Map<number, string>();
	private readonly items = new Set<number>();
	private readonly checked: Gate;
	private readonly ended: Gate;
	private hasBadItem = false;
	private readonly size: number;

	constructor(size: number, signal: AbortSignal | undefined) {
		this.size = size;
		this.checked = new Gate(size);
		this.ended = new Gate(size);
		this.queue = new SubmitQueue({
			sleep: async (ms, wake) => await pause(ms, signal, wake),
			isStopped: () => signal?.aborted ?? false,
			now: Date.now,
			random: Math.random,
		});
	}

	has(itemIndex: number): boolean {
		return this.items.has(itemIndex);
	}

	add(itemIndex: number): void {
		this.items.add(itemIndex);
	}

	/**
	 * Resolves when every item of the run has been added: true, or false when that does not happen,
	 * since an expression of a later item failed and the engine has dropped this run.
	 */
	async isComplete(): Promise<boolean> {
		await Promise.resolve();
		for (let waitedMs = 0; waitedMs < LATECOMER_MS; waitedMs += LATECOMER_STEP_MS) {
			if (this.items.size >= this.size) return true;
			await pause(LATECOMER_STEP_MS);
		}
		return false;
	}

	/**
	 * Says whether an item's parameters can be sent.
	 *
	 * @returns when all have said so: whether those of all can
	 */
	async checkIn(isGood: boolean): Promise<boolean> {
		this.hasBadItem ||= !isGood;
		await this.checked.pass();
		return !this.hasBadItem;
	}

	itemHasEnded(): void {
		void this.ended.pass();
	}

	/** Resolves when all items have ended, the caller's among them. */
	async allHaveEnded(): Promise<void> {
		await this.ended.opened;
	}
}

/** Opens for good when so many have come to it. */
class Gate {
	readonly opened: Promise<void>;
	private open: () => void = () => {};
	private missing: number;

	constructor(size: number) {
		this.missing = size;
		this.opened = new Promise((resolve) => (this.open = resolve));
	}

	async pass(): Promise<void> {
		if (--this.missing <= 0) this.open();
		await this.opened;
	}
}

const batches = new WeakMap<IExecuteData, Batch>();

/** The batch of this item's run. A retry of the run starts with an item that is in already. */
export function joinBatch(context: IExecutePaginationFunctions): Batch {
	const executeData = context.getExecuteData();
	const itemIndex = context.getItemIndex();
	let batch = batches.get(executeData);
	if (!batch || batch.has(itemIndex)) {
		batch = new Batch(countItems(context), context.getExecutionCancelSignal());
		batches.set(executeData, batch);
	}
	batch.add(itemIndex);
	return batch;
}

/** Items that the engine starts together; those of n8n's own Batching come one by one. */
function countItems(context: IExecutePaginationFunctions): number {
	const { data, node } = context.getExecuteData();
	const isCalledByAnAgent = node.name !== context.getNode().name;
	if (isCalledByAnAgent || context.getNode().executeOnce || startsSpaced(context)) return 1;
	return (data.main ?? data.ai_tool)?.[0]?.length ?? 1;
}

function startsSpaced(context: IExecutePaginationFunctions): boolean {
	const interval = context.getNodeParameter('requestOptions.batching.batch.batchInterval', 0);
	return Number(interval) > 0;
}
