import { createHash } from 'node:crypto';
import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import { fateUnknown, isProvidersOwnFailure } from '../errors';
import { digestImage, imageLane } from '../media/image';
import { PENDING, toJson } from '../output';
import { concludeWait, waitUntilFinished } from './follow';
import { runItem, type ItemRun, type Operation } from './itemRun';
import { hasId, Ledger, type AcceptedEntry, type Wish } from './ledger';
import { readSettings, type Settings } from './settings';
import { submitVideo, type Submission } from './submit';

interface Order {
	submission: Submission;
	settings: Settings;
}

/**
 * The pagination hook of an operation that makes a video: one submit for one wanted video, whatever
 * is retried, then the wait.
 *
 * @param readSubmission checks and completes the body that the engine's routing has put together
 */
export function makeVideo(readSubmission: (item: ItemRun) => Promise<Submission>) {
	const operation: Operation<Order> = {
		read: async (item) => ({
			settings: readSettings(item),
			submission: await readSubmission(item),
		}),
		perform: submitAndFollow,
	};
	return async function (
		this: IExecutePaginationFunctions,
		requestData: DeclarativeRestApiSettings.ResultOptions,
	): Promise<INodeExecutionData[]> {
		return await runItem(this, requestData, operation);
	};
}

async function submitAndFollow(
	item: ItemRun,
	{ submission, settings }: Order,
): Promise<INodeExecutionData> {
	const ledger = new Ledger(item.context.getContext('node'));
	const wish = await toWish(item, submission);
	try {
		const earlier = ledger.take(wish);
		if (earlier && !hasId(earlier)) throw fateUnknown();
		const entry =
			earlier ?? (await submitVideo(item, submission, { ledger, wish }, settings.maxWaitS));
		item.batch.requestIds.set(item.itemIndex, entry.requestId);
		const output = settings.waits
			? await follow(item, { entry, isNew: earlier === undefined }, settings, ledger)
			: { json: toJson(entry.requestId, { ...PENDING, model: submission.model }) };
		entry.delivered = true;
		return output;
	} finally {
		ledger.release();
	}
}

async function follow(
	item: ItemRun,
	{ entry, isNew }: { entry: AcceptedEntry; isNew: boolean },
	settings: Settings,
	ledger: Ledger,
): Promise<INodeExecutionData> {
	const { requestId, acceptedAtMs } = entry;
	item.batch.queue.jobStarted();
	const end = await waitUntilFinished(item, requestId, settings, { acceptedAtMs, isNew });
	item.batch.queue.jobEnded();
	// So that the retry which the user asked n8n for makes a new video.
	if (end.lastJob && isProvidersOwnFailure(end.lastJob)) ledger.close(entry);
	return await concludeWait(item, requestId, end, settings);
}

async function toWish(item: ItemRun, { fields, image }: Submission): Promise<Wish> {
	const { context, runIndex, itemIndex } = item;
	const node = context.getNode();
	const digest = image && (await imageLane.run(() => digestImage(context.helpers, image)));
	return {
		slot: { run: runIndex, item: itemIndex },
		parameters: hash(node.parameters),
		body: hash({ ...fields, ...(digest && { image: digest }) }),
		isToolCall: node.type.endsWith('Tool'),
	};
}

function hash(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
