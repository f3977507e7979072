import { createHash } from 'node:crypto';
import type {
	DeclarativeRestApiSettings,
	IContextObject,
	IExecutePaginationFunctions,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';

import { stopped, tooManyVideos } from '../errors';
import { maxVideos, reference, type SettingFields, type Settings } from '../fields/settings';
import type { ApiProblem } from '../answers/problem';
import { digestBody } from '../files/requestBody';
import type { Item } from '../item';
import { untilStopped } from '../pause';
import { isOwnFailure } from '../answers/failures';
import {
	isAccepted,
	Ledger,
	type AcceptedEntry,
	type LedgerEntry,
	type VideoKey,
} from '../payment/ledger';
import { findLost, submitVideo, type Submission } from '../payment/submit';
import { PENDING } from '../video';
import type { JobRef, VideoApi } from '../videoApi';
import { publishAcceptance } from './acceptance';
import { askingAgent } from './askingAgent';
import { concludeWait, toItem, waitUntilFinished, type Followed } from './follow';
import { log } from './log';
import { runItem, type ItemTask, type RunItem } from './runItem';

/** How an operation makes videos. */
export interface VideoMaker {
	api: VideoApi;
	/** Resource and operation, and the parameters and options that make the video. */
	identity: { operation: string; parameters: string[]; options: string[] };
	/** Checks and completes the body that the engine's routing has put together; throws InputError. */
	read(item: Item): Promise<Submission>;
	settings: SettingFields;
}

interface Input {
	/** Dropped after the submit: its body may be large. */
	submission?: Submission;
	model: string;
	kind: string | undefined;
	settings: Settings;
	maxVideos: number | undefined;
	key: VideoKey;
	ledger: Ledger;
	earlier: LedgerEntry | undefined;
}

/**
 * The pagination hook of an operation that makes a video: one submit for one wanted video, whatever
 * is retried, then the wait.
 */
export function makeVideo(maker: VideoMaker) {
	const task: ItemTask<Input> = {
		read: async (item) => await readItem(item, maker),
		perform: (item, input) => submitAndFollow(item, maker.api, input),
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
	const { batch } = item;
	// First, so that whatever the others lack is told with it.
	item.reference = reference.read(item);
	const settings = maker.settings.read(item);
	const videosAllowed = maxVideos.read(item);
	const submission = await maker.read(item);
	const key = await toVideoKey(item, maker, submission);
	const ledger = new Ledger(placeOfLedger(item));
	const earlier = ledger.claim(key);
	if (!earlier) batch.newVideos++;
	const { model, kind } = submission;
	return { submission, model, kind, settings, maxVideos: videosAllowed, key, ledger, earlier };
}

/** The data of the execution; n8n's own Agents run a node without one. */
function placeOfLedger({ context, batch }: RunItem): IContextObject {
	try {
		return context.getContext('node');
	} catch {
		return batch.context;
	}
}

async function submitAndFollow(
	item: RunItem,
	api: VideoApi,
	input: Input,
): Promise<INodeExecutionData> {
	const { settings, earlier, ledger, model, key } = input;
	const { entry, raw } = await findOrSubmit(item, api, input);
	input.submission = undefined;
	const { job } = entry;
	item.batch.know(item, job.requestId);
	const followed = { item, settings, api, job, isOwn: true, model };
	const output = settings.waits
		? await follow(item, followed, { entry, isNew: !earlier }, input)
		: await toItem(followed, { job: { ...PENDING, model }, raw });
	ledger.deliver(entry, key, Date.now());
	return output;
}

/** The job that an earlier try has submitted, or else a new one. */
async function findOrSubmit(
	item: RunItem,
	api: VideoApi,
	{ submission, earlier, settings, maxVideos, key, ledger, model }: Input,
): Promise<{ entry: AcceptedEntry; raw?: unknown }> {
	const { batch } = item;
	const acceptance = {
		...{ api, ledger, queue: batch.queue },
		onAccepted(job: JobRef) {
			batch.know(item, job.requestId);
			publishAcceptance(item, api, job, model);
		},
		onUnknownFate({ reason, httpStatus, said }: ApiProblem) {
			log('warn', item, 'It is not known whether CometAPI accepted a video', {
				resource: api.resource,
				model,
				reason,
				'HTTP status': httpStatus,
				said,
			});
		},
	};
	if (earlier) {
		return isAccepted(earlier) ? { entry: earlier } : await findLost(item, earlier, acceptance);
	}
	if (!submission) throw stopped();
	const plan = batch.wantedVideos(() => ledger.videosMade());
	if (maxVideos !== undefined && plan && plan.made + plan.wanted > maxVideos) {
		throw tooManyVideos(maxVideos, plan.made, plan.wanted);
	}
	const { maxWaitS } = settings;
	return await submitVideo(item, submission, { ...acceptance, key, maxWaitS, maxVideos });
}

async function follow(
	{ batch: { queue } }: RunItem,
	followed: Followed,
	{ entry, isNew }: { entry: AcceptedEntry; isNew: boolean },
	{ ledger, kind }: Input,
): Promise<INodeExecutionData> {
	const { acceptedAtMs } = entry;
	queue.jobStarted();
	const outcome = await waitUntilFinished(followed, { acceptedAtMs, isNew, kind }).finally(() =>
		queue.jobEnded(),
	);
	// So that the retry which the user asked n8n for makes a new video.
	if (outcome.kind !== 'asleep' && outcome.lastJob && isOwnFailure(outcome.lastJob))
		ledger.remove(entry);
	return await concludeWait(followed, outcome);
}

async function toVideoKey(
	item: RunItem,
	{ identity }: VideoMaker,
	{ body }: Submission,
): Promise<VideoKey> {
	const { context, runIndex, itemIndex, isAgentCall, signal } = item;
	const agent = askingAgent(context);
	const digest = await untilStopped(
		item.batch.reading.run(async () => await digestBody(context.helpers, body)),
		signal,
	);
	if (digest === undefined || signal.aborted) throw stopped();
	return {
		slot: { run: runIndex, item: itemIndex },
		parameters: digestParameters(context.getNode().parameters, identity),
		body: digest,
		isAgentCall,
		...(agent && { agent }),
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
