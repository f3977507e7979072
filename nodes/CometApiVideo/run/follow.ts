import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import {
	notFinishedInTime,
	statusRefused,
	stopped,
	videoFailed,
	type FileAddress,
	type WayToVideo,
} from '../errors';
import type { Settings } from '../fields/settings';
import { downloadVideo } from '../files/download';
import { addressOf } from '../http/openFile';
import { ask } from '../http/request';
import type { Item } from '../item';
import { pause } from '../pause';
import { kindOfFailure } from '../payment/failures';
import { JobDurations, type TimedJob } from '../polling/durations';
import { pollUntilDone, type PollOptions, type PollOutcome } from '../polling/pollUntilDone';
import { quotedFailure, readStatusAnswer, type StatusAnswer } from '../polling/statusAnswer';
import { NO_REASON, PENDING, type Video, type VideoJob, type WaitFacts } from '../video';
import type { JobRef, VideoApi } from '../videoApi';
import { toJson, toStorable, toWaitFacts } from './output';

/** So that a connection that hangs cannot eat the wait. */
const POLL_TIMEOUT_MS = 30_000;

/** A job, and the API to ask for it. */
export interface Target {
	api: VideoApi;
	job: JobRef;
	/** Whether this node submitted it. */
	isOwn: boolean;
	/** Where it is known: the answers about a pending job often leave it out. */
	model?: string;
}

/** How long jobs took, of all executions in this process. */
const durations = new JobDurations();

/** How long a single look tries again when the answer is unclear. */
const LOOK_PATIENCE_MS = 30_000;

export interface AwaitedJob {
	/** Epoch ms; undefined for a job of unknown age, whose wait begins now. */
	acceptedAtMs?: number;
	/** False for a job from an earlier try, which may be finished by now. */
	isNew: boolean;
	/** By `kindOfJob`; undefined where only the job's id is known. */
	kind?: string;
}

/**
 * Waits until the job is finished, or `settings.maxWaitS` have passed since it was accepted; a later
 * try of the same job waits as long anew.
 */
export async function waitUntilFinished(
	item: Item,
	target: Target,
	settings: Settings,
	{ acceptedAtMs = Date.now(), isNew, kind }: AwaitedJob,
): Promise<PollOutcome> {
	const nowMs = Date.now();
	// Not later than now, should the clock have been set back meanwhile.
	const sinceMs = isNew ? Math.min(acceptedAtMs, nowMs) : nowMs;
	const timedJob = kind === undefined ? undefined : durations.start(kind);
	const options = {
		acceptedAtMs,
		deadlineMs: sinceMs + settings.maxWaitS * 1000,
		pollIntervalS: settings.pollIntervalS,
		pollAtOnce: !isNew,
		untilFinished: true,
	};
	try {
		return await watch(item, target, options, timedJob);
	} finally {
		timedJob?.finish();
	}
}

/**
 * The output of a finished wait.
 *
 * @throws VideoError when the job failed, is not finished in time, is not to be had, or on Stop
 */
export async function concludeWait(
	item: Item,
	target: Target,
	outcome: PollOutcome,
	settings: Settings,
): Promise<INodeExecutionData> {
	const { requestId } = target.job;
	const wait = toWaitFacts(outcome);
	const { supportId } = outcome;
	const job = outcome.lastJob ?? { ...PENDING, model: target.model };
	const way = wayTo(target);
	// Of a video that another node submitted, nothing is known before an answer tells it.
	const known = outcome.lastJob ?? (target.isOwn ? job : undefined);
	const facts = { requestId, job: known, wait, way };
	if (outcome.kind === 'stopped') throw stopped(requestId);
	if (outcome.kind === 'refused' || outcome.kind === 'unknownId')
		throw statusRefused(outcome.problem, facts, target.api.adviceFor?.(outcome.problem));
	if (outcome.kind === 'timedOut' && !settings.returnsOnTimeout) {
		throw notFinishedInTime(outcome.problem, settings.maxWaitS, facts);
	}
	if (job.status === 'failed' || job.status === 'expired') {
		throw videoFailed({ ...facts, job, supportId }, kindOfFailure(job));
	}
	const { raw, leftMs } = outcome;
	const contentPath = target.api.contentPath?.(target.job);
	return await toItem(item, { requestId, job, raw, wait, contentPath, leftMs, way }, settings);
}

/**
 * Looks once how a job is doing, and again for a while when the answer is unclear.
 *
 * @throws VideoError when its state is not to be had, or on Stop
 */
export async function lookOnce(
	item: Item,
	target: Target,
	settings: Settings,
): Promise<INodeExecutionData> {
	const { requestId } = target.job;
	const way = wayTo(target);
	const acceptedAtMs = Date.now();
	const outcome = await watch(item, target, {
		acceptedAtMs,
		deadlineMs: acceptedAtMs + LOOK_PATIENCE_MS,
		pollIntervalS: 0,
		pollAtOnce: true,
		untilFinished: false,
	});
	if (outcome.kind === 'stopped') throw stopped(requestId);
	if (outcome.kind !== 'answered') {
		const { problem = { reason: 'unreadable' } } = outcome;
		throw statusRefused(problem, { requestId, way }, target.api.adviceFor?.(problem));
	}
	const { job, raw } = outcome;
	const contentPath = target.api.contentPath?.(target.job);
	return await toItem(item, { requestId, job, raw, contentPath, way }, settings);
}

interface KnownJob {
	requestId: string;
	job: VideoJob;
	/** The answer that told it. */
	raw: unknown;
	wait?: WaitFacts;
	/** Where the file is that only the key opens. */
	contentPath?: string;
	/** What is left of Max Wait, in ms; by default all of it. */
	leftMs?: number;
	way?: WayToVideo;
}

function wayTo({ api, job, isOwn }: Target): WayToVideo {
	return { isSubmitter: isOwn, toFind: api.toFind?.(job) };
}

/**
 * The item for a job, with its file when that is wanted and there.
 *
 * @throws VideoError when the file is not to be had, or on Stop
 */
export async function toItem(
	item: Item,
	{ requestId, job, raw, wait, contentPath, leftMs, way }: KnownJob,
	{ includesRaw, download, maxWaitS }: Settings,
): Promise<INodeExecutionData> {
	const json = {
		...toJson(requestId, job, wait),
		...(includesRaw && raw !== undefined && { raw: toStorable(raw) }),
	} as IDataObject;
	const address = job.video && addressOfFile(job.video, contentPath);
	if (!download || job.status !== 'done' || !address) return { json };
	const file = await downloadVideo(
		item,
		{ requestId, job, wait, way, ...address },
		{ fileName: download.fileName, leftMs: leftMs ?? maxWaitS * 1000 },
	);
	return { json, binary: { [download.fieldName]: file } };
}

function addressOfFile(
	{ url, content_url }: Video,
	contentPath: string | undefined,
): FileAddress | undefined {
	if (url !== undefined) return { url };
	return content_url === undefined ? undefined : { url: content_url, contentPath };
}

async function watch(
	item: Item,
	target: Target,
	options: PollOptions,
	timedJob?: TimedJob,
): Promise<PollOutcome> {
	let hasWarned = false;
	let { model } = target;
	const outcome = await pollUntilDone(
		{
			async poll(atMostMs) {
				const answer = withModel(await askStatus(item, target, atMostMs), model);
				if (answer.kind === 'job') model = answer.job.model;
				if (answer.kind === 'job' && !answer.job.statusIsKnown && !hasWarned) {
					hasWarned = true;
					item.context.logger.warn(
						`CometAPI gave a status that is not documented, taken as pending: ${answer.job.providerStatus}, request ID ${target.job.requestId}`,
					);
				}
				return answer;
			},
			sleep: (ms) => pause(ms, item.signal),
			isStopped: () => item.signal.aborted,
			now: Date.now,
			random: Math.random,
			timedJob,
		},
		options,
	);
	if (outcome.kind !== 'answered') return outcome;
	const job = await withFailureReason(item, target, outcome.job);
	return { ...outcome, job, lastJob: job };
}

function withModel(answer: StatusAnswer, model: string | undefined): StatusAnswer {
	if (answer.kind !== 'job' || answer.job.model !== undefined || model === undefined) return answer;
	return { ...answer, job: { ...answer.job, model } };
}

async function askStatus(item: Item, target: Target, atMostMs: number): Promise<StatusAnswer> {
	const timeoutMs = item.request.timeout ?? POLL_TIMEOUT_MS;
	const deadlineMs = Math.ceil(Math.min(POLL_TIMEOUT_MS, timeoutMs, atMostMs));
	const exchange = await ask(item, target.job.statusPath, { deadlineMs });
	const readStatus = (body: unknown) => withContentUrl(item.request, target, body);
	return readStatusAnswer(exchange, readStatus, Date.now());
}

/** A reason is short; what stands there may as well be a film. */
const REASON_LIMITS = { deadlineMs: 10_000, maxBytes: 16_384 };

/** A job that failed without a reason, with the one that its family tells elsewhere, if any. */
async function withFailureReason(
	item: Item,
	{ api, job: ref }: Target,
	job: VideoJob,
): Promise<VideoJob> {
	const { status, failure = NO_REASON } = job;
	if (!api.contentPath || !api.contentReason || status !== 'failed') return job;
	if (failure.code !== NO_REASON.code || failure.message !== NO_REASON.message) return job;
	const exchange = await ask(item, api.contentPath(ref), REASON_LIMITS);
	const told = 'answer' in exchange ? api.contentReason(exchange.answer.body) : undefined;
	return { ...job, failure: told ? quotedFailure(told) : failure };
}

/** What the family reads; a finished video without a public URL gets the one that the key opens. */
function withContentUrl(
	request: Item['request'],
	{ api, job: ref }: Target,
	body: unknown,
): VideoJob | undefined {
	const job = api.readStatus(body);
	if (job?.status !== 'done' || !api.contentPath) return job;
	const content_url = addressOf({ request }, api.contentPath(ref));
	const { url, ...video } = job.video ?? {};
	if (url !== undefined && !isSamePlace(url, content_url)) return job;
	return { ...job, video: { ...video, content_url } };
}

/** new-api gives its own /content as a job's URL, which only the key opens. */
function isSamePlace(a: string, b: string): boolean {
	const [first, second] = [new URL(a), new URL(b)];
	return first.origin === second.origin && first.pathname === second.pathname;
}
