import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
} from 'n8n-workflow';

import { notAllStarted, stopped, unexpected, VideoError, withVideo } from '../errors';
import type { Item } from '../item';
import { untilStopped } from '../pause';
import { joinBatch, type Batch, type Run } from './batch';
import {
	FallenAsleep,
	fallsAsleep,
	toError,
	toFailure,
	type Asleep,
	type AsleepFailure,
} from './nap';
import { toErrorItem } from './output';

/** n8n's own. */
const DEFAULT_TIMEOUT_MS = 300_000;

const LONGEST_TIMEOUT_MS = 86_400_000;

/** An item, and the other items of its run. */
export interface RunItem extends Item, Run {
	batch: Batch;
	/** The item before its run slept. */
	asleep: Asleep | undefined;
}

/** An operation's steps with an item: read its parameters, which may throw, then the work itself. */
export interface ItemTask<Input> {
	read(item: RunItem): Promise<Input>;
	perform(item: RunItem, input: Input): Promise<INodeExecutionData>;
	/** The item goes out. */
	deliver?(input: Input): void;
	/** Lets others have what `read` holds. */
	release?(input: Input): void;
}

/**
 * Takes one item through an operation. Nothing is sent before all items of the run are known and
 * can be sent, unless the node continues on fail.
 */
export function runItem<Input>(
	context: IExecutePaginationFunctions,
	requestData: DeclarativeRestApiSettings.ResultOptions,
	task: ItemTask<Input>,
): Promise<INodeExecutionData[]> {
	const item = openItem(context, requestData);
	const run = context.continueOnFail() ? runAlone : runTogether;
	const failure = item.asleep?.failure;
	return failure ? run(item, failedBefore(failure)) : run(item, task);
}

/** An item that had failed when its run fell asleep. */
function failedBefore(failure: AsleepFailure): ItemTask<AsleepFailure> {
	return {
		read: async () => failure,
		async perform() {
			throw toError(failure);
		},
	};
}

async function runAlone<Input>(
	item: RunItem,
	task: ItemTask<Input>,
): Promise<INodeExecutionData[]> {
	try {
		const input = await read(item, task);
		return [await perform(item, task, input)];
	} catch (error) {
		if (error instanceof FallenAsleep) return [];
		const failed = toVideoError(item, error);
		if (await fallsAsleep(item, { failure: toFailure(failed) })) return [];
		return [toErrorItem(item, failed, item.context)];
	}
}

async function runTogether<Input>(
	item: RunItem,
	task: ItemTask<Input>,
): Promise<INodeExecutionData[]> {
	const { batch, itemIndex } = item;
	const isComplete = await batch.allArrived();
	if (!isComplete) return endIncomplete(item);

	const reading = await attempt(read(item, task));
	const allSendable = await batch.allSendable('value' in reading);
	if (!allSendable) batch.nap.stayAwake();
	if ('error' in reading) return await failWithTheRun(item, reading.error);
	if (!allSendable) {
		task.release?.(reading.value);
		batch.itemHasEnded(itemIndex);
		// Another item's parameters end this run: nobody sees what this one returns.
		return [];
	}
	try {
		const output = await perform(item, task, reading.value);
		batch.itemHasEnded(itemIndex);
		return [output];
	} catch (error) {
		return await failWithTheRun(item, error);
	}
}

/** n8n shows an error when all items have ended, and by then all their ids are known. */
async function failWithTheRun(item: RunItem, error: unknown): Promise<INodeExecutionData[]> {
	const { batch, itemIndex } = item;
	if (!(error instanceof FallenAsleep)) {
		const failed = toVideoError(item, error);
		batch.itemHasEnded(itemIndex, failed);
		if (!(await fallsAsleep(item, { failure: toFailure(failed) }))) {
			await batch.allHaveEnded();
			throw batch.toNodeError();
		}
	}
	return [];
}

/** A thrown error would reach nobody and end the process once n8n has given the run up. */
function endIncomplete(item: RunItem): INodeExecutionData[] {
	const { batch, context, itemIndex } = item;
	batch.giveUp();
	const tellsWhenGivenUp = context.onExecutionFinish !== undefined;
	if (batch.isDropped || !tellsWhenGivenUp) return [];
	const error = batch.signal.aborted ? stopped() : notAllStarted(batch.started, item.size);
	batch.itemHasEnded(itemIndex, error);
	throw batch.toNodeError();
}

async function read<Input>(item: RunItem, task: ItemTask<Input>): Promise<Input> {
	const input = await untilStopped(task.read(item), item.signal);
	if (input === undefined) throw stopped(item.batch.videos.get(item.itemIndex));
	return input;
}

async function perform<Input>(
	item: RunItem,
	task: ItemTask<Input>,
	input: Input,
): Promise<INodeExecutionData> {
	try {
		if (item.signal.aborted) throw stopped(item.batch.videos.get(item.itemIndex));
		const slept = item.asleep?.output;
		if (slept) item.batch.know(item, String(slept.json.request_id));
		const performed = slept ?? (await task.perform(item, input));
		const output = { ...performed, pairedItem: { item: item.itemIndex } };
		if (await fallsAsleep(item, { output })) throw new FallenAsleep();
		task.deliver?.(input);
		return output;
	} finally {
		task.release?.(input);
	}
}

function openItem(
	context: IExecutePaginationFunctions,
	requestData: DeclarativeRestApiSettings.ResultOptions,
): RunItem {
	const batch = joinBatch(context);
	const options = requestData.options as IHttpRequestOptions;
	const { run, signal, clock, reading } = batch;
	const itemIndex = context.getItemIndex();
	const asleep = run.slept?.[itemIndex];
	const reference = asleep?.failure?.facts.reference;
	return {
		...{ ...run, context, batch, signal, clock, reading, itemIndex, asleep },
		...(reference !== undefined && { reference }),
		request: { ...options, timeout: toTimeoutMs(options.timeout) },
	};
}

/**
 * The time-out that n8n takes from its own field as it is: a timer fires at once for what is no
 * number, negative, or too large for it.
 */
function toTimeoutMs(value: unknown): number {
	const ms = Number(value);
	return ms > 0 ? Math.min(ms, LONGEST_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS;
}

/** Whatever fails after a video was submitted carries its ID. */
function toVideoError({ batch, itemIndex, reference }: RunItem, error: unknown): VideoError {
	const requestId = batch.videos.get(itemIndex)?.requestId;
	const known =
		error instanceof VideoError
			? error
			: unexpected(error, { requestId, isSubmitter: !batch.onlyAsks });
	const isLacking = requestId !== undefined && known.facts.requestId === undefined;
	const shown = isLacking ? withVideo(known, requestId) : known;
	if (reference !== undefined) shown.facts.reference = reference;
	return shown;
}

async function attempt<T>(work: Promise<T>): Promise<{ value: T } | { error: unknown }> {
	try {
		return { value: await work };
	} catch (error) {
		return { error };
	}
}
