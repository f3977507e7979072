import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import { stopped, tooManyVideos, unexpected } from '../errors';
import { digestParameters, type Comparable } from '../fields/meaning';
import { maxVideos, reference, type SettingFields, type Settings } from '../fields/settings';
import type { ApiProblem } from '../answers/problem';
import { digestBody } from '../files/requestBody';
import type { Item } from '../item';
import { Ledger, type VideoKey, type Wish } from '../payment/ledger';
import { isAccepted, type AcceptedEntry, type LedgerEntry } from '../payment/ledgerEntry';
import { findLost, submitVideo, type Submission } from '../payment/submit';
import { PENDING } from '../video';
import type { JobRef, VideoApi } from '../videoApi';
import { publishAcceptance } from './acceptance';
import { askingAgent } from './askingAgent';
import { concludeWait, toItem, waitUntilFinished, type Followed } from './follow';
import { log } from './log';
import { runItem, type ItemTask, type RunItem } from './runItem';

/** An operation that makes videos. */
export interface VideoMaker {
	api: VideoApi;
	/** Resource and operation. */
	operation: string;
	/** The parameters that make the video: others must not tell one video from another. */
	parameters: Comparable[];
	/** Checks and completes the body that the engine's routing has put together; throws InputError. */
	read(item: Item): Promise<Submission>;
	settings: SettingFields;
}

interface Input {
	/** Undefined for a job of this slot: nothing is read for it. Dropped after the submit: it may be large. */
	unsent?: { submission: Submission; key: VideoKey };
	model: string;
	durationKey?: string;
	settings: Settings;
	maxVideos: number | undefined;
	wish: Wish;
	ledger: Ledger;
	earlier: LedgerEntry | undefined;
	accepted?: AcceptedEntry;
}

/**
 * The pagination hook of an operation that makes a video: one submit for one wanted video, whatever
 * is retried, then the wait.
 */
export function makeVideo(maker: VideoMaker) {
	const task: ItemTask<Input> = {
		read: async (item) => await readItem(item, maker),
		perform: (item, input) => submitAndFollow(item, maker.api, input),
		deliver: ({ ledger, wish, earlier, accepted = earlier }) =>
			accepted && ledger.deliver(accepted, wish, Date.now()),
		release: ({ ledger }) => ledger.release(),
	};
	return function (
		this: IExecutePaginationFunctions,
		requestData: DeclarativeRestApiSettings.ResultOptions,
	): Promise<INodeExecutionData[]> {
		return runItem(this, requestData, task);
	};
}

/** Everything that can go wrong before an item is sent. */
async function readItem(item: RunItem, maker: VideoMaker): Promise<Input> {
	const ledger = new Ledger(item.data);
	let input: Input | undefined;
	try {
		input = await readWith(ledger, item, maker);
		return input;
	} finally {
		if (!input) ledger.release();
	}
}

async function readWith(ledger: Ledger, item: RunItem, maker: VideoMaker): Promise<Input> {
	const { batch } = item;
	const wish = toWish(item, maker);
	let ofSlot: LedgerEntry | undefined;
	try {
		// First, so that an error about the others names it.
		item.reference = reference.read(item);
	} finally {
		ofSlot = ledger.claimSlot(wish);
		if (ofSlot?.job) batch.know(item, ofSlot.job.requestId);
	}
	const settings = maker.settings.read(item);
	if (!settings.sleeps) batch.nap.stayAwake();
	const common = { settings, maxVideos: maxVideos.read(item) || undefined, wish, ledger };
	if (ofSlot) return { ...common, earlier: ofSlot, model: ofSlot.model };
	const submission = await maker.read(item);
	const { model, durationKey } = submission;
	const key = { ...wish, model, body: await digestBody(item, submission.body) };
	const earlier = ledger.claim(key);
	if (!earlier && item.asleep) throw unexpected('the video is not in the execution any more');
	if (!earlier) batch.newVideos++;
	return { ...common, earlier, unsent: { submission, key }, model, durationKey };
}

async function submitAndFollow(
	item: RunItem,
	api: VideoApi,
	input: Input,
): Promise<INodeExecutionData> {
	const { settings, earlier, model } = input;
	const { entry, raw } = await findOrSubmit(item, api, input);
	input.unsent = undefined;
	input.accepted = entry;
	const { job } = entry;
	item.batch.know(item, job.requestId);
	const followed = { item, settings, api, job, isSubmitter: true, model };
	// Without `await`, since a frame of so many waiting items costs memory.
	return settings.waits
		? follow(item, followed, { entry, isNew: !earlier }, input)
		: toItem(followed, { job: { ...PENDING, model }, raw });
}

/** The job that an earlier try has submitted, or else a new one. */
async function findOrSubmit(
	item: RunItem,
	api: VideoApi,
	{ unsent, earlier, settings, maxVideos, ledger, model }: Input,
): Promise<{ entry: AcceptedEntry; raw?: unknown }> {
	const { batch } = item;
	const { maxWaitS } = settings;
	const acceptance = {
		...{ api, ledger, maxWaitS, queue: batch.queue },
		onAccepted(job: JobRef) {
			batch.know(item, job.requestId);
			publishAcceptance(item, api, job, model);
		},
		onUnknownFate({ reason, httpStatus, message }: ApiProblem) {
			log('warn', item, 'It is not known whether CometAPI accepted a video', {
				resource: api.resource,
				model,
				reason,
				'HTTP status': httpStatus,
				// Winston would add a field called message to the line.
				answer: message,
			});
		},
	};
	if (earlier) {
		return isAccepted(earlier) ? { entry: earlier } : await findLost(item, earlier, acceptance);
	}
	if (!unsent) throw stopped();
	const plan = batch.wantedVideos(() => ledger.videosMade());
	if (maxVideos !== undefined && plan && plan.made + plan.wanted > maxVideos) {
		throw tooManyVideos(maxVideos, plan.made, plan.wanted);
	}
	const { submission, key } = unsent;
	return await submitVideo(item, submission, { ...acceptance, key, maxVideos });
}

async function follow(
	{ batch: { queue } }: RunItem,
	followed: Followed,
	{ entry, isNew }: { entry: AcceptedEntry; isNew: boolean },
	{ ledger, durationKey }: Input,
): Promise<INodeExecutionData> {
	const { acceptedAtMs } = entry;
	queue.jobStarted();
	const awaited = { acceptedAtMs, isNew, durationKey };
	const outcome = await waitUntilFinished(followed, awaited).finally(() => {
		queue.jobEnded();
		entry.job = followed.job;
	});
	ledger.conclude(entry, outcome.lastJob);
	return await concludeWait(followed, outcome);
}

function toWish(item: RunItem, { operation, parameters }: VideoMaker): Wish {
	const { node, runIndex, isAgentCall } = item;
	const agent = askingAgent(item.context);
	return {
		slot: { run: runIndex, item: item.itemIndex },
		parameters: {
			operation: [operation],
			...digestParameters(parameters, node.parameters, item),
		},
		isAgentCall,
		...(agent && { agent }),
	};
}
