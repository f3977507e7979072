import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
} from 'n8n-workflow';

import { stopped, toNodeError, unexpected, VideoError } from '../errors';
import { toJson } from '../output';
import { joinBatch, type Batch } from './batch';
import { untilStopped } from './pause';
import { PENDING } from './videoJob';

/** One item on its way through the node. */
export interface ItemRun {
	context: IExecutePaginationFunctions;
	/** Base URL, proxy, time-out and the like, as the engine prepared them. */
	request: IHttpRequestOptions;
	batch: Batch;
	/** Aborts on Stop, and when n8n has given this run up. */
	signal: AbortSignal;
	itemIndex: number;
	runIndex: number;
	/** An agent calls its tool on its own behalf, with one item and at times several calls at once. */
	isAgentCall: boolean;
}

/** What an operation does with an item: read its parameters, which may throw, then the work itself. */
export interface Operation<Order> {
	read(item: ItemRun): Promise<Order>;
	perform(item: ItemRun, order: Order): Promise<INodeExecutionData>;
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
	const continues = context.continueOnFail();
	if (!continues && !(await item.batch.isComplete())) return [];

	const reading = await attempt(async () => await read(item, operation));
	if (!continues && !(await item.batch.checkIn('value' in reading)) && 'value' in reading) {
		// Another item's parameters end this run: nobody will see what this one returns.
		item.batch.itemHasEnded();
		return [];
	}
	const work =
		'value' in reading ? await attempt(() => perform(item, operation, reading.value)) : reading;
	item.batch.itemHasEnded();
	if ('value' in work) return [{ ...work.value, pairedItem: { item: item.itemIndex } }];

	const error = work.error instanceof VideoError ? work.error : unexpected(work.error, ownId(item));
	if (continues) return [toErrorItem(item, error)];
	// n8n shows an error when all items have ended, and by then all their ids are known.
	await item.batch.allHaveEnded();
	throw toNodeError(context.getNode(), error, item, otherIds(item));
}

async function read<Order>(item: ItemRun, operation: Operation<Order>): Promise<Order> {
	const order = await untilStopped(operation.read(item), item.signal);
	if (order === undefined) throw stopped();
	return order;
}

async function perform<Order>(
	item: ItemRun,
	operation: Operation<Order>,
	order: Order,
): Promise<INodeExecutionData> {
	if (item.signal.aborted) throw stopped();
	return await operation.perform(item, order);
}

function openItem(
	context: IExecutePaginationFunctions,
	requestData: DeclarativeRestApiSettings.ResultOptions,
): ItemRun {
	const itemIndex = context.getItemIndex();
	const isAgentCall = context.getExecuteData().node.name !== context.getNode().name;
	const runIndex = Number(context.evaluateExpression('{{ $runIndex }}', itemIndex));
	const batch = joinBatch(context, isAgentCall);
	const request = requestData.options as IHttpRequestOptions;
	return { context, request, batch, signal: batch.signal, itemIndex, runIndex, isAgentCall };
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
		...(requestId !== undefined && { status: (job ?? PENDING).status }),
		...(job?.failure && { failure: { ...job.failure } }),
		...(wait && { wait: { ...wait } }),
	};
	const pairedItem = { item: item.itemIndex };
	if (item.context.getNode().onError === 'continueErrorOutput') {
		// n8n adds the fields of the input item, but not its files; wired back, they are wanted again.
		return { json: { error }, binary: item.context.getInputData().binary, pairedItem };
	}
	const fields = requestId === undefined ? {} : toJson(requestId, job ?? PENDING, wait);
	return { json: { ...fields, error }, pairedItem };
}

function ownId({ batch, itemIndex }: ItemRun): string | undefined {
	return batch.requestIds.get(itemIndex);
}

function otherIds({ batch, itemIndex }: ItemRun): string[] {
	return [...batch.requestIds].filter(([index]) => index !== itemIndex).map(([, id]) => id);
}

async function attempt<T>(task: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
	try {
		return { value: await task() };
	} catch (error) {
		return { error };
	}
}
