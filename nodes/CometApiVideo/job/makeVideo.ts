import { createHash } from 'node:crypto';
import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';

import { fateUnknown, isProvidersOwnFailure, stopped } from '../errors';
import { digestImage } from '../media/image';
import { concludeWait, toItem, waitUntilFinished } from './follow';
import { runItem, type ItemRun, type Operation } from './itemRun';
import { hasId, Ledger, type AcceptedEntry, type Wish } from './ledger';
import { untilStopped } from './pause';
import { readSettings, type Settings } from './settings';
import { submitVideo, type Submission } from './submit';
import { PENDING } from './videoJob';

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
		const { entry, raw } = earlier
			? { entry: earlier, raw: undefined }
			: await submitVideo(item, submission, { ledger, wish }, settings.maxWaitS);
		item.batch.requestIds.set(item.itemIndex, entry.requestId);
		const job = { ...PENDING, model: submission.model };
		const output = settings.waits
			? await follow(item, { entry, isNew: earlier === undefined }, settings, ledger)
			: await toItem(item, { requestId: entry.requestId, job, raw }, settings);
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
	const { queue } = item.batch;
	queue.jobStarted();
	const end = await waitUntilFinished(item, requestId, settings, { acceptedAtMs, isNew }).finally(
		() => queue.jobEnded(),
	);
	// So that the retry which the user asked n8n for makes a new video.
	if (end.lastJob && isProvidersOwnFailure(end.lastJob)) ledger.close(entry);
	return await concludeWait(item, requestId, end, settings);
}

async function toWish(item: ItemRun, { fields, image }: Submission): Promise<Wish> {
	const { context, runIndex, itemIndex, isAgentCall, signal } = item;
	const digest = image && (await untilStopped(digestImage(context.helpers, image), signal));
	if (signal.aborted) throw stopped();
	return {
		slot: { run: runIndex, item: itemIndex },
		parameters: hash(parametersOfVideo(context.getNode().parameters)),
		body: hash({ ...fields, ...(digest && { image: digest }) }),
		isAgentCall,
	};
}

// Who changes these wants no new video: they only say how to wait and what to put out.
const NOT_OF_THE_VIDEO = [
	'waitForCompletion',
	'downloadVideo',
	'outputDataFieldName',
	'requestOptions',
	'options',
];

function parametersOfVideo(parameters: INodeParameters): unknown {
	const ofVideo = Object.entries(parameters).filter(([name]) => !NOT_OF_THE_VIDEO.includes(name));
	const { customBodyFields, user } = Object(parameters.options) as INodeParameters;
	return [ofVideo, customBodyFields, user];
}

function hash(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
