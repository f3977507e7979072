import { createHash } from 'node:crypto';
import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';

import { outcomeUnknown, stopped } from '../errors';
import { readSettings, type Settings } from '../fields/settings';
import { digestBody } from '../files/requestBody';
import type { Item } from '../item';
import { untilStopped } from '../pause';
import { isOwnFailure } from '../payment/failures';
import { isAccepted, Ledger, type AcceptedEntry, type VideoKey } from '../payment/ledger';
import { submitVideo, type Submission } from '../payment/submit';
import { PENDING } from '../video';
import type { VideoApi } from '../videoApi';
import { publishAcceptance } from './acceptance';
import { concludeWait, toItem, waitUntilFinished } from './follow';
import { runItem, type ItemTask, type RunItem } from './runItem';

/** How an operation makes videos. */
export interface VideoMaker {
	api: VideoApi;
	/** Resource and operation, and the parameters and options that make the video. */
	identity: { operation: string; parameters: string[]; options: string[] };
	/** Checks and completes the body that the engine's routing has put together; throws InputError. */
	read(item: Item): Promise<Submission>;
	/** Seconds, unless the user sets another limit. */
	maxWaitS: number;
}

interface Input {
	submission: Submission;
	settings: Settings;
}

/**
 * The pagination hook of an operation that makes a video: one submit for one wanted video, whatever
 * is retried, then the wait.
 */
export function makeVideo(maker: VideoMaker) {
	const task: ItemTask<Input> = {
		read: async (item) => ({
			settings: readSettings(item, { waits: true, maxWaitS: maker.maxWaitS }),
			submission: await maker.read(item),
		}),
		perform: async (item, input) => await submitAndFollow(item, maker, input),
	};
	return async function (
		this: IExecutePaginationFunctions,
		requestData: DeclarativeRestApiSettings.ResultOptions,
	): Promise<INodeExecutionData[]> {
		return await runItem(this, requestData, task);
	};
}

async function submitAndFollow(
	item: RunItem,
	maker: VideoMaker,
	{ submission, settings }: Input,
): Promise<INodeExecutionData> {
	const { api } = maker;
	const ledger = new Ledger(item.context.getContext('node'));
	const key = await toVideoKey(item, maker, submission);
	try {
		const earlier = ledger.claim(key);
		if (earlier && !isAccepted(earlier)) throw outcomeUnknown();
		const { entry, raw } = earlier
			? { entry: earlier, raw: undefined }
			: await submitVideo(item, submission, key, settings.maxWaitS, {
					api,
					ledger,
					queue: item.batch.queue,
					onAccepted(job) {
						item.batch.requestIds.set(item.itemIndex, job.requestId);
						publishAcceptance(item, job);
					},
				});
		const { requestId } = entry.job;
		item.batch.requestIds.set(item.itemIndex, requestId);
		const job = { ...PENDING, model: submission.model };
		const output = settings.waits
			? await follow(item, api, { entry, isNew: earlier === undefined }, settings, ledger)
			: await toItem(item, { requestId, job, raw }, settings);
		entry.delivered = true;
		return output;
	} finally {
		ledger.release();
	}
}

async function follow(
	item: RunItem,
	api: VideoApi,
	{ entry, isNew }: { entry: AcceptedEntry; isNew: boolean },
	settings: Settings,
	ledger: Ledger,
): Promise<INodeExecutionData> {
	const { job, acceptedAtMs } = entry;
	const { queue } = item.batch;
	const target = { api, job };
	queue.jobStarted();
	const outcome = await waitUntilFinished(item, target, settings, {
		acceptedAtMs,
		isNew,
	}).finally(() => queue.jobEnded());
	// So that the retry which the user asked n8n for makes a new video.
	if (outcome.lastJob && isOwnFailure(outcome.lastJob, api)) ledger.remove(entry);
	return await concludeWait(item, target, outcome, settings);
}

async function toVideoKey(
	item: Item,
	{ identity }: VideoMaker,
	{ body }: Submission,
): Promise<VideoKey> {
	const { context, runIndex, itemIndex, isAgentCall, signal } = item;
	const digest = await untilStopped(digestBody(context.helpers, body), signal);
	if (digest === undefined || signal.aborted) throw stopped();
	return {
		slot: { run: runIndex, item: itemIndex },
		parameters: digestParameters(context.getNode().parameters, identity),
		body: digest,
		isAgentCall,
	};
}

function digestParameters(
	stored: INodeParameters,
	{ operation, parameters, options }: VideoMaker['identity'],
): string {
	const ofVideo = parameters.map((name) => stored[name] ?? null);
	const storedOptions = Object(stored.options) as INodeParameters;
	const optionsOfVideo = options.map((name) => storedOptions[name] ?? null);
	return createHash('sha256')
		.update(JSON.stringify([operation, ofVideo, optionsOfVideo]))
		.digest('hex');
}
