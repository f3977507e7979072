import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
} from 'n8n-workflow';

import { checkMaxWait, checkPollInterval } from '../checks';
import { stopped, toNodeError, unexpected, VideoError } from '../errors';
import { PENDING, toJson } from '../output';
import { joinBatch, type Batch } from './batch';

/** The parameters that every operation has. */
export interface WaitSettings {
	isOn: boolean;
	maxWaitS: number;
	/** 0 is automatic. */
	pollIntervalS: number;
	returnsOnTimeout: boolean;
	includesRaw: boolean;
}

/** One item on its way through the node. */
export interface ItemRun {
	context: IExecutePaginationFunctions;
	/** Base URL, proxy, time-out and the like, as the engine prepared them. */
	request: IHttpRequestOptions;
	batch: Batch;
	signal: AbortSignal | undefined;
	itemIndex: number;
	runIndex: number;
}

/** What an operation does with an item: read its parameters, which may throw, then the work itself. */
export interface Operation<Order> {
	read(item: ItemRun): Order;
	perform(item: ItemRun, order: Order): Promise<IDataObject>;
}

/**
 * Takes one item through an operation. Nothing is sent before all items of the run are known and
 * have parameters that can be sent, and whatever happens on the way, the request id goes out with it.
 */
export async function runItem<Order>(
	context: IExecutePaginationFunctions,
	requestData: DeclarativeRestApiSettings.ResultOptions,
	operation: Operation<Order>,
): Promise<INodeExecutionData[]> {
	const item = openItem(context, requestData);
	const reading = attempt(() => operation.read(item));
	if ('error' in reading && !context.continueOnFail()) item.batch.isSpoiled = true;

	if (!context.continueOnFail() && !(await item.batch.isComplete())) return [];
	try {
		if ('error' in reading) throw reading.error;
		// Another item's parameters end this run: nobody will see what this one returns.
		if (item.batch.isSpoiled) return [];
		if (item.signal?.aborted) throw stopped();
		const json = await operation.perform(item, reading.value);
		return [{ json, pairedItem: { item: item.itemIndex } }];
	} catch (caught) {
		const error = caught instanceof VideoError ? caught : unexpected(caught, ownId(item));
		if (context.continueOnFail()) return [toErrorItem(item, error)];
		// n8n shows an error when all items have ended, and by then all their ids are known.
		await item.batch.othersHaveEnded();
		throw toNodeError(context.getNode(), error, item, otherIds(item));
	} finally {
		item.batch.itemHasEnded();
	}
}

export function readWaitSettings({ context }: ItemRun): WaitSettings {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	return {
		isOn: context.getNodeParameter('waitForCompletion', false) === true,
		maxWaitS: checkMaxWait(options.maxWait ?? 900),
		pollIntervalS: checkPollInterval(options.pollInterval ?? 0),
		returnsOnTimeout: options.onTimeout === 'return',
		includesRaw: options.includeRawResponse === true,
	};
}

function openItem(
	context: IExecutePaginationFunctions,
	requestData: DeclarativeRestApiSettings.ResultOptions,
): ItemRun {
	const itemIndex = context.getItemIndex();
	return {
		context,
		request: requestData.options as IHttpRequestOptions,
		signal: context.getExecutionCancelSignal(),
		itemIndex,
		runIndex: Number(context.evaluateExpression('{{ $runIndex }}', itemIndex)),
		batch: joinBatch(context),
	};
}

/**
 * The item of a node that continues on fail. It must not be one with n8n's own `error`, for which
 * n8n throws all fields away; to reach the error output, it may have no key beside `error`.
 */
function toErrorItem(
	item: ItemRun,
	{ message, description, facts }: VideoError,
): INodeExecutionData {
	const { requestId, job, wait } = facts;
	const error = {
		message: `${message}. ${description}`,
		...(requestId !== undefined && { request_id: requestId }),
		...(job && { status: job.status }),
		...(job?.failure && { failure: { ...job.failure } }),
		...(wait && { wait: { ...wait } }),
	};
	const toErrorOutput = item.context.getNode().onError === 'continueErrorOutput';
	const fields =
		toErrorOutput || requestId === undefined ? {} : toJson(requestId, job ?? PENDING, wait);
	return { json: { ...fields, error }, pairedItem: { item: item.itemIndex } };
}

function ownId({ batch, itemIndex }: ItemRun): string | undefined {
	return batch.requestIds.get(itemIndex);
}

function otherIds({ batch, itemIndex }: ItemRun): string[] {
	return [...batch.requestIds].filter(([index]) => index !== itemIndex).map(([, id]) => id);
}

function attempt<T>(read: () => T): { value: T } | { error: unknown } {
	try {
		return { value: read() };
	} catch (error) {
		return { error };
	}
}
