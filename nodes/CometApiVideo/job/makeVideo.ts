import { createHash } from 'node:crypto';
import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import { fateUnknown, isProvidersOwnFailure } from '../errors';
import { PENDING, toJson } from '../output';
import { concludeWait, waitUntilFinished } from './follow';
import {
	readWaitSettings,
	runItem,
	type ItemRun,
	type Operation,
	type WaitSettings,
} from './itemRun';
import { hasId, Ledger, type AcceptedEntry, type Wish } from './ledger';
import { submitVideo } from './submit';

interface Order {
	body: IDataObject;
	settings: WaitSettings;
}

/**
 * The pagination hook of an operation that makes a video: one submit for one wanted video, whatever
 * is retried, then the wait.
 *
 * @param readBody checks and completes the body that the engine's routing has put together
 */
export function makeVideo(readBody: (item: ItemRun) => IDataObject) {
	const operation: Operation<Order> = {
		read: (item) => ({ body: readBody(item), settings: readWaitSettings(item) }),
		perform: submitAndFollow,
	};
	return async function (
		this: IExecutePaginationFunctions,
		requestData: DeclarativeRestApiSettings.ResultOptions,
	): Promise<INodeExecutionData[]> {
		return await runItem(this, requestData, operation);
	};
}

async function submitAndFollow(item: ItemRun, { body, settings }: Order): Promise<IDataObject> {
	const ledger = new Ledger(item.context.getContext('node'));
	const wish = toWish(item, body);
	try {
		const earlier = ledger.take(wish);
		if (earlier && !hasId(earlier)) throw fateUnknown();
		const entry = earlier ?? (await submitVideo(item, body, { ledger, wish }, settings.maxWaitS));
		item.batch.requestIds.set(item.itemIndex, entry.requestId);
		const json = settings.isOn
			? await follow(item, { entry, isNew: earlier === undefined }, settings, ledger)
			: toJson(entry.requestId, { ...PENDING, model: String(body.model) });
		entry.delivered = true;
		return json;
	} finally {
		ledger.release();
	}
}

async function follow(
	item: ItemRun,
	{ entry, isNew }: { entry: AcceptedEntry; isNew: boolean },
	settings: WaitSettings,
	ledger: Ledger,
): Promise<IDataObject> {
	const { requestId, acceptedAtMs } = entry;
	item.batch.queue.jobStarted();
	const end = await waitUntilFinished(item, requestId, settings, { acceptedAtMs, isNew });
	item.batch.queue.jobEnded();
	// So that the retry which the user asked n8n for makes a new video.
	if (end.lastJob && isProvidersOwnFailure(end.lastJob)) ledger.close(entry);
	return concludeWait(end, requestId, settings);
}

function toWish({ context, runIndex, itemIndex }: ItemRun, body: IDataObject): Wish {
	const node = context.getNode();
	return {
		slot: { run: runIndex, item: itemIndex },
		parameters: hash(node.parameters),
		body: hash(body),
		isToolCall: node.type.endsWith('Tool'),
	};
}

function hash(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
