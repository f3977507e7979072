import type { IExecuteData, IExecutePaginationFunctions } from 'n8n-workflow';

import { pause } from './pause';
import { SubmitQueue } from './submitQueue';

// The engine starts all items in one go. Should a later n8n pause in between, this much is waited.
const LATECOMER_MS = 1_000;
const LATECOMER_STEP_MS = 50;

/** The items of one run of the node, which must know of each other before the first one pays. */
export class Batch {
	readonly queue: SubmitQueue;
	/** Aborts on Stop, and when n8n has given this run up. */
	readonly signal: AbortSignal;
	/** Request ids known so far, by item. */
	readonly requestIds = new Map<number, string>();
	private readonly items = new Set<number>();
	private readonly checked: Gate;
	private readonly ended: Gate;
	private readonly dropping = new AbortController();
	private hasBadItem = false;
	readonly size: number;
	private readonly together: number;

	/**
	 * @param size items of the run
	 * @param together how many of them n8n starts in one go
	 */
	constructor(size: number, together: number, stop: AbortSignal | undefined) {
		this.size = size;
		this.together = together;
		this.checked = new Gate(together);
		this.ended = new Gate(size);
		this.signal = AbortSignal.any([this.dropping.signal, ...(stop ? [stop] : [])]);
		this.queue = new SubmitQueue({
			sleep: async (ms, wake) => await pause(ms, this.signal, wake),
			isStopped: () => this.signal.aborted,
			now: Date.now,
			random: Math.random,
		});
	}

	/** Ends items that are still at work though nobody waits for them any more. */
	drop(): void {
		this.dropping.abort();
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
			if (this.items.size >= this.together) return true;
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

/**
 * The batch of this item's run. A retry of the run starts with an item that is in already.
 *
 * @param isAgentCall each call of an agent is a run by itself
 */
export function joinBatch(context: IExecutePaginationFunctions, isAgentCall: boolean): Batch {
	const batch = isAgentCall
		? new Batch(1, 1, context.getExecutionCancelSignal())
		: findBatch(context);
	batch.add(context.getItemIndex());
	return batch;
}

function findBatch(context: IExecutePaginationFunctions): Batch {
	const executeData = context.getExecuteData();
	const known = batches.get(executeData);
	if (known && !known.has(context.getItemIndex())) return known;
	known?.drop();
	const batch = openBatch(context);
	batches.set(executeData, batch);
	return batch;
}

function openBatch(context: IExecutePaginationFunctions): Batch {
	const { data } = context.getExecuteData();
	const items = (data.main ?? data.ai_tool)?.[0]?.length ?? 1;
	const size = context.getNode().executeOnce ? 1 : items;
	const interval = context.getNodeParameter('requestOptions.batching.batch.batchInterval', 0);
	const together = Number(interval) > 0 ? 1 : size;
	const batch = new Batch(size, together, context.getExecutionCancelSignal());
	// Not there before n8n 2. Without it, what n8n has given up ends with the wait for its video.
	context.onExecutionFinish?.(() => batch.drop());
	return batch;
}
