import type {
	IContextObject,
	IExecuteData,
	IExecutePaginationFunctions,
	INode,
	NodeApiError,
} from 'n8n-workflow';

import { Clock } from '../clock';
import { toNodeError, unexpected, type KnownVideo, type VideoError } from '../errors';
import type { Item } from '../item';
import { pause } from '../pause';
import { SubmitQueue } from '../payment/submitQueue';
import { Semaphore } from '../semaphore';
import { Latch } from './latch';
import { Nap, takeAsleep, type AsleepItems } from './nap';
import { canSleep, giveBackSettings, putToSleep, withLatestJobs } from './sleep';

// The engine starts all items in one go. Should a later n8n pause in between, this much is waited.
const LATECOMER_MS = 10_000;

const READING_WIDTH = 8;

/** A run of the node, which n8n would give anew for each item. */
export interface Run {
	/** The node whose run this is. */
	node: INode;
	runIndex: number;
	/** Each call of an agent is a run by itself. */
	isAgentCall: boolean;
	/** Items of the run. */
	size: number;
	/** Keeps the ledger. */
	data: IContextObject;
	/** Its items before its execution slept. */
	slept: AsleepItems | undefined;
	/** Tries of Retry On Fail so far, this one among them. */
	tries: number;
}

/** The items of one run of the node, which must know of each other before the first one pays. */
export class Batch {
	readonly run: Run;
	private readonly startsOneByOne: boolean;
	readonly clock: Clock;
	readonly queue: SubmitQueue;
	readonly nap: Nap;
	/** Aborts on Stop, and when n8n has given this run up. */
	readonly signal: AbortSignal;
	/** Videos known so far, by item. */
	readonly videos = new Map<number, KnownVideo>();
	/** In which its items read files. */
	readonly reading = new Semaphore(READING_WIDTH);
	/** Items that were read and ask for a video that this execution has not submitted. */
	newVideos = 0;
	/** This run asks for videos that others have submitted. */
	onlyAsks = false;
	private madeBefore: number | undefined;
	private readonly failures = new Map<number, VideoError>();
	private shownError: NodeApiError | undefined;
	private readonly items = new Set<number>();
	private readonly arrived: Latch;
	private readonly checked: Latch;
	private readonly ended: Latch;
	private readonly dropping = new AbortController();
	private hasBadItem = false;
	private isChecked = false;

	/** @param together how many of its items n8n starts in one go */
	constructor(run: Run, together: number, context: IExecutePaginationFunctions) {
		const { size } = run;
		const stop = context.getExecutionCancelSignal();
		this.run = run;
		this.startsOneByOne = together < size;
		this.arrived = new Latch(together);
		this.checked = new Latch(together);
		this.ended = new Latch(size);
		this.signal = AbortSignal.any([this.dropping.signal, ...(stop ? [stop] : [])]);
		const isStopped = () => this.signal.aborted;
		const { node, runIndex, isAgentCall, data, tries } = run;
		this.nap = new Nap(
			() => this.started,
			(items, wakeAtMs) =>
				!isStopped() && putToSleep(context, data, { runIndex, items, size, tries }, wakeAtMs),
		);
		const isAlone = this.startsOneByOne || isAgentCall;
		if (isAlone || !canSleep(context, node)) this.nap.stayAwake();
		this.clock = new Clock({
			now: () => performance.now(),
			sleep: (ms, wake) => pause(ms, this.signal, wake),
			isStopped,
		});
		this.queue = new SubmitQueue({ clock: this.clock, isStopped, random: Math.random });
	}

	/** Ends items that are still at work though nobody waits for them any more. */
	drop(): void {
		this.nap.stayAwake();
		this.dropping.abort();
	}

	get isDropped(): boolean {
		return this.dropping.signal.aborted;
	}

	has(itemIndex: number): boolean {
		return this.items.has(itemIndex);
	}

	add(itemIndex: number): void {
		this.items.add(itemIndex);
		this.arrived.countDown();
	}

	/** Items that n8n has started. */
	get started(): number {
		return this.items.size;
	}

	/**
	 * Resolves when every item that n8n starts in one go is here.
	 *
	 * @returns false when that does not happen, or nobody waits for this run any more
	 */
	async allArrived(): Promise<boolean> {
		return await pause(LATECOMER_MS, this.signal, this.arrived.opened);
	}

	/**
	 * Says whether an item can be sent.
	 *
	 * @returns when all have said so: whether all can
	 */
	async allSendable(isSendable: boolean): Promise<boolean> {
		this.hasBadItem ||= !isSendable;
		this.checked.countDown();
		await this.checked.opened;
		this.isChecked = true;
		return !this.hasBadItem;
	}

	/**
	 * The videos that this run wants beyond those that were made before it, or undefined while that is
	 * not known: n8n starts its items one by one, or they do not wait for each other.
	 *
	 * @param countMade videos that this execution has made so far
	 */
	wantedVideos(countMade: () => number): { made: number; wanted: number } | undefined {
		if (this.startsOneByOne || !this.isChecked) return undefined;
		this.madeBefore ??= countMade();
		return { made: this.madeBefore, wanted: this.newVideos };
	}

	/** Ends a run of which not all items come: nothing is sent, and nobody waits for the others. */
	giveUp(): void {
		this.nap.stayAwake();
		this.hasBadItem = true;
		this.checked.open();
		this.ended.open();
	}

	/** Notes the request id of an item. */
	know({ itemIndex, reference }: Pick<Item, 'itemIndex' | 'reference'>, requestId: string): void {
		this.videos.set(itemIndex, {
			itemIndex,
			requestId,
			...(reference !== undefined && { reference }),
		});
	}

	/** @param failure why it has no video */
	itemHasEnded(itemIndex: number, failure?: VideoError): void {
		if (failure) this.failures.set(itemIndex, failure);
		const { requestId, reference } = failure?.facts ?? {};
		if (requestId !== undefined) this.know({ itemIndex, reference }, requestId);
		this.ended.countDown();
	}

	/** The error that n8n shows for the run: of its first failed item. Made once, however many failed. */
	toNodeError(): NodeApiError {
		if (this.shownError) return this.shownError;
		const { node, runIndex, size } = this.run;
		const itemIndex = [...this.failures.keys()].reduce((a, b) => Math.min(a, b), size);
		const failure = this.failures.get(itemIndex) ?? unexpected('no item failed');
		const others = [...this.videos.values()]
			.filter((video) => video.itemIndex !== itemIndex)
			.sort((a, b) => a.itemIndex - b.itemIndex);
		const place = { itemIndex, runIndex };
		this.shownError = toNodeError(node, failure, place, size, others, this.onlyAsks);
		return this.shownError;
	}

	/** Resolves when all items have ended, the caller's among them. */
	async allHaveEnded(): Promise<void> {
		await this.ended.opened;
	}
}

const batches = new WeakMap<IExecuteData, Batch>();

/** The batch of this item's run. A retry of the run starts with an item that is in already. */
export function joinBatch(context: IExecutePaginationFunctions): Batch {
	const executeData = context.getExecuteData();
	const known = batches.get(executeData);
	const batch = known?.has(context.getItemIndex()) === false ? known : openBatch(context, known);
	batch.add(context.getItemIndex());
	return batch;
}

function openBatch(context: IExecutePaginationFunctions, earlier: Batch | undefined): Batch {
	earlier?.drop();
	const executeData = context.getExecuteData();
	giveBackSettings(executeData.node);
	const node = context.getNode();
	const isAgentCall = executeData.node.name !== node.name;
	const data = dataOf(context);
	const asleep = takeAsleep(data, context.getExecutionId());
	const runIndex =
		asleep?.runIndex ??
		Number(context.evaluateExpression('{{ $runIndex }}', context.getItemIndex()));
	const tries = asleep?.tries ?? (earlier?.run.tries ?? 0) + 1;
	const common = { node, runIndex, isAgentCall, data, slept: asleep?.items, tries };
	if (isAgentCall) return new Batch({ ...common, size: 1 }, 1, context);
	const { main, ai_tool: ofTool } = executeData.data;
	const items = (main ?? ofTool)?.[0]?.length ?? 1;
	const size = node.executeOnce ? 1 : items;
	const interval = context.getNodeParameter('requestOptions.batching.batch.batchInterval', 0);
	const together = Number(interval) > 0 ? 1 : size;
	const batch = new Batch({ ...common, size }, together, context);
	batches.set(executeData, batch);
	// Not there before n8n 2. Without it, what n8n has given up ends with the wait for its video.
	context.onExecutionFinish?.(() => batch.drop());
	return batch;
}

/** The data of the execution; n8n's own Agents run a node without one. */
function dataOf(context: IExecutePaginationFunctions): IContextObject {
	let data: IContextObject;
	try {
		data = context.getContext('node');
	} catch {
		return {};
	}
	return withLatestJobs(context.getExecutionId(), context.getNode().name, data);
}
