import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import {
	notFinishedInTime,
	statusRefused,
	stopped,
	videoFailed,
	videoNotLocated,
	type FileAddress,
	type VideoErrorFacts,
} from '../errors';
import type { Settings } from '../fields/settings';
import { downloadVideo } from '../files/download';
import { addressOf } from '../http/openFile';
import { ask } from '../http/request';
import { contentPathOf } from '../answers/contentAddress';
import { causeOf } from '../answers/failures';
import type { ApiProblem } from '../answers/problem';
import { JobDurations } from '../polling/durations';
import {
	lacksAddress,
	pollUntilDone,
	type PollOptions,
	type PollOutcome,
} from '../polling/pollUntilDone';
import { readContentReason, readStatusAnswer, type StatusAnswer } from '../answers/statusAnswer';
import { toFailure } from '../answers/task';
import { NO_REASON, PENDING, type VideoJob, type WaitFacts } from '../video';
import type { JobRef, VideoApi } from '../videoApi';
import { log } from './log';
import { FallenAsleep, fallsAsleep, type AsleepWait } from './nap';
import { toJson, toKept, toStorable, toWaitFacts } from './output';
import type { RunItem } from './runItem';
import { awakeMs, SHORTEST_SLEEP_MS } from './sleep';

/** So that a connection that hangs cannot eat the wait. */
const POLL_TIMEOUT_MS = 30_000;

/** A single look tries again so long when the answer is unclear: longer than an error is doubted. */
const LOOK_PATIENCE_MS = 35_000;

/** A reason is short; what stands there may as well be a film. */
const REASON_LIMITS = { deadlineMs: 10_000, maxBytes: 16_384 };

/** Of the jobs of all executions in this process. */
const durations = new JobDurations();

/** A job that an item follows. */
export interface Followed {
	item: RunItem;
	settings: Settings;
	api: VideoApi;
	job: JobRef;
	/** Names of the job that CometAPI did not know. */
	unknownNames?: number;
	/** False for Get Status. */
	isSubmitter: boolean;
	/** If known: the answers about a pending job often leave it out. */
	model?: string;
}

export interface AwaitedJob {
	/** Epoch ms; undefined for a job of unknown age, whose wait begins now. */
	acceptedAtMs?: number;
	/** False for a job from an earlier try, which may be finished by now. */
	isNew: boolean;
	/** By `durationKeyOf`; undefined where only the job's id is known. */
	durationKey?: string;
}

/**
 * Waits until the job is finished, or Max Wait has passed since it was accepted; a later try of the
 * same job waits as long anew.
 *
 * @throws FallenAsleep when the run sleeps: the wait goes on when that is over
 */
export async function waitUntilFinished(
	followed: Followed,
	awaited: AwaitedJob,
): Promise<PollOutcome> {
	const { item, settings } = followed;
	const { isNew, durationKey = item.asleep?.wait?.durationKey } = awaited;
	// Another base URL may mean another provider, with another pace.
	const timing = durationKey && `${item.request.baseURL} ${durationKey}`;
	const likelyEnd = timing === undefined ? undefined : durations.likelyEnd(timing);
	const options = { ...optionsOf(followed, awaited, likelyEnd?.medianMs), likelyEnd };
	// A job from an earlier try may have been done for long.
	const isSeen = isNew || options.earlier !== undefined;
	const finish = timing !== undefined && isSeen ? durations.sample(timing) : undefined;
	let outcome: PollOutcome | undefined;
	try {
		outcome = await watch(followed, options, settings.sleeps);
		if (outcome.kind === 'left') {
			const wait = { ...toAsleep(outcome, options), durationKey };
			if (await fallsAsleep(item, { wait })) throw new FallenAsleep();
			const { ageMs, leftMs, earlier } = wait;
			const anew = { ...options, ageMs, maxWaitMs: leftMs, earlier, pollAtOnce: true };
			outcome = await watch(followed, anew);
		}
		return outcome;
	} finally {
		finish?.(outcome?.jobEnd);
	}
}

/** @param likelyMs of jobs of this kind, where that is known */
function optionsOf(
	{ item, settings: { maxWaitS, pollIntervalS } }: Followed,
	{ acceptedAtMs = Date.now(), isNew }: AwaitedJob,
	likelyMs?: number,
): PollOptions {
	const common = { pollIntervalS, pollAtOnce: !isNew, untilFinished: true };
	const slept = item.asleep?.wait;
	// Not negative, should the clock have been set back meanwhile.
	const passedMs = Math.max(0, Date.now() - (slept?.sinceMs ?? acceptedAtMs));
	const leftMs = slept?.leftMs ?? maxWaitS * 1000;
	return {
		...common,
		ageMs: (slept?.ageMs ?? 0) + passedMs,
		maxWaitMs: Math.max(0, leftMs - (isNew || slept ? passedMs : 0)),
		awakeMs: slept ? 0 : awakeMs(isNew ? passedMs : 0, likelyMs),
		awakeBeforeEndMs: SHORTEST_SLEEP_MS,
		earlier: slept && { ...slept.earlier, waitedMs: slept.earlier.waitedMs + passedMs },
	};
}

/** The wait as it is kept while the run sleeps. */
function toAsleep(
	{ polls, waitedMs, pendingUntilMs, lastJob, raw, leftMs }: PollOutcome,
	{ ageMs: ageBeforeMs, earlier, likelyEnd, pollIntervalS }: PollOptions,
): AsleepWait {
	const sinceMs = Date.now();
	const ageMs = ageBeforeMs + waitedMs - (earlier?.waitedMs ?? 0);
	const likelyMs = Math.max((likelyEnd?.medianMs ?? 0) - ageMs, pollIntervalS * 1000);
	return {
		...{ sinceMs, ageMs, leftMs, wakeAtMs: sinceMs + Math.min(likelyMs, leftMs) },
		earlier: { polls, waitedMs, pendingUntilMs, lastJob, raw },
	};
}

/**
 * Looks once how a job is doing, and again for a while when the answer is unclear.
 *
 * @throws VideoError when its state is not to be had, or on Stop
 */
export async function lookOnce(followed: Followed): Promise<INodeExecutionData> {
	const options = { ageMs: 0, maxWaitMs: LOOK_PATIENCE_MS, pollIntervalS: 0, pollAtOnce: true };
	const outcome = await watch(followed, { ...options, untilFinished: false });
	if (outcome.kind === 'answered') {
		const job = lacksAddress(outcome.job) ? toPending(outcome.job) : outcome.job;
		return await toItem(followed, { job, raw: outcome.raw });
	}
	if (outcome.kind === 'stopped') throw stopped(factsOf(followed));
	const { problem = { reason: 'unreadable' } } = outcome;
	if (outcome.kind === 'verdict' && isAboutJob(problem)) {
		const failure = toFailure({ code: problem.code, message: problem.message });
		return await toItem(followed, {
			job: { ...PENDING, status: 'failed', failure },
			raw: undefined,
		});
	}
	throw statusRefused(problem, factsOf(followed), followed.api.adviceFor?.(problem));
}

/**
 * The output of a finished wait.
 *
 * @throws VideoError when the job failed, is not finished in time, is not to be had, or on Stop
 */
export async function concludeWait(
	followed: Followed,
	outcome: PollOutcome,
): Promise<INodeExecutionData> {
	const { api, settings, isSubmitter, model } = followed;
	const { raw, leftMs, supportId } = outcome;
	const wait = toWaitFacts(outcome);
	const job = outcome.lastJob ?? { ...PENDING, model };
	// Of a video that another node submitted, nothing is known before an answer tells it.
	const known = outcome.lastJob ?? (isSubmitter ? job : undefined);
	const facts = { ...factsOf(followed), job: known, wait };
	if (outcome.kind === 'stopped') throw stopped(facts);
	if (outcome.kind === 'blocked' || outcome.kind === 'verdict' || outcome.kind === 'unknownId') {
		throw statusRefused(outcome.problem, facts, api.adviceFor?.(outcome.problem));
	}
	if (outcome.kind === 'timedOut' && !settings.returnsOnTimeout) {
		throw notFinishedInTime(outcome.problem, settings.maxWaitS, facts);
	}
	if (outcome.kind === 'answered' && lacksAddress(job)) {
		throw videoNotLocated({ ...facts, job: toPending(job) });
	}
	if (job.status === 'failed' || job.status === 'expired') {
		throw videoFailed({ ...facts, job, supportId }, causeOf(job));
	}
	return await toItem(followed, { job, raw, wait, leftMs });
}

interface KnownJob {
	job: VideoJob;
	/** The answer that told it. */
	raw: unknown;
	wait?: WaitFacts;
	/** The rest of Max Wait, in ms; by default all of it. */
	leftMs?: number;
}

/**
 * The item for a job, with its file when that is wanted and there.
 *
 * @throws VideoError when the file is not to be had, or on Stop
 */
export async function toItem(
	followed: Followed,
	{ job, raw, wait, leftMs }: KnownJob,
): Promise<INodeExecutionData> {
	const { includesRaw, download, maxWaitS } = followed.settings;
	const facts = { ...factsOf(followed), job, wait };
	const json = {
		...toJson({ requestId: facts.requestId, reference: followed.item.reference, job, wait }),
		...(includesRaw && raw !== undefined && { raw: toStorable(raw) }),
	} as IDataObject;
	const address = addressOfFile(followed, job);
	if (!download || job.status !== 'done' || !address) return { json };
	const file = await downloadVideo({
		item: followed.item,
		facts: { ...facts, ...address },
		fileName: download.fileName,
		leftMs: leftMs ?? maxWaitS * 1000,
	});
	return { json, binary: { [download.fieldName]: file } };
}

/** Done, and without an address yet: Get Status may tell it later. */
function toPending(job: VideoJob): VideoJob {
	return { ...job, status: 'pending', video: undefined };
}

/** True if a lasting error may be the job's: those about the account are not. */
function isAboutJob({ reason }: ApiProblem): boolean {
	return !['unauthorized', 'noBalance', 'forbidden', 'notTheApi'].includes(reason);
}

/** Facts in every error about the job. */
function factsOf({
	api,
	job,
	isSubmitter,
}: Followed): Pick<VideoErrorFacts, 'isSubmitter' | 'toFind'> & { requestId: string } {
	const { parameter, value } = api.toFind?.(job) ?? {};
	const { others = [] } = job;
	const toFind = [
		parameter && `In 'Get Status', set '${parameter}' to ${value}.`,
		others.length > 0 &&
			`CometAPI's answer also had the ID ${others.map(({ requestId }) => requestId).join(', ')}.`,
	].filter(Boolean);
	return { requestId: job.requestId, isSubmitter, toFind: toFind.join(' ') };
}

function addressOfFile({ item }: Followed, { video }: VideoJob): FileAddress | undefined {
	if (video?.url !== undefined) return { url: video.url };
	if (video?.content_url === undefined) return undefined;
	const contentPath = contentPathOf(video.content_url, String(item.request.baseURL));
	return { url: video.content_url, contentPath };
}

/** Polls the job, and by its next name when CometAPI doesn't know this one. */
async function watch(
	followed: Followed,
	options: PollOptions,
	mayLeave = false,
): Promise<PollOutcome> {
	const outcome = await pollJob(followed, options, mayLeave);
	const { others: [next, ...rest] = [], ...unknown } = followed.job;
	const { unknownNames = 0 } = followed;
	if (next && lacksJob(outcome) && unknownNames <= rest.length) {
		followed.job = { ...next, others: [...rest, unknown] };
		followed.unknownNames = unknownNames + 1;
		const { leftMs: maxWaitMs } = outcome;
		const anew = { ...options, maxWaitMs, earlier: undefined, pollAtOnce: true };
		const later = await watch(followed, anew, mayLeave);
		const polls = outcome.polls + later.polls;
		return { ...later, polls, waitedMs: outcome.waitedMs + later.waitedMs };
	}
	if (outcome.kind !== 'answered') return outcome;
	const job = await withFailureReason(followed, outcome.job);
	return { ...outcome, job, lastJob: job };
}

/** True if CometAPI told an error about this name, and none about the account. */
function lacksJob(outcome: PollOutcome): boolean {
	return (
		outcome.kind === 'unknownId' || (outcome.kind === 'verdict' && isAboutJob(outcome.problem))
	);
}

function pollJob(
	followed: Followed,
	options: PollOptions,
	mayLeave: boolean,
): Promise<PollOutcome> {
	const { item } = followed;
	const { nap } = item.batch;
	let hasWarned = false;
	let { model } = followed;
	return pollUntilDone(
		{
			async poll(atMostMs) {
				const answer = await askStatus(followed, atMostMs);
				if (answer.kind !== 'job') return answer;
				const { statusIsKnown, providerStatus } = answer.job;
				model = answer.job.model ?? model;
				if (!statusIsKnown && !hasWarned) {
					hasWarned = true;
					log('warn', item, 'CometAPI gave a status that is not documented, taken as pending', {
						status: providerStatus,
						'request ID': followed.job.requestId,
					});
				}
				return { ...answer, job: { ...answer.job, model } };
			},
			clock: item.clock,
			isStopped: () => item.signal.aborted,
			random: Math.random,
			nap: mayLeave ? nap.of(item.itemIndex) : undefined,
		},
		options,
	);
}

async function askStatus(followed: Followed, atMostMs: number): Promise<StatusAnswer> {
	const { item, job, settings } = followed;
	const timeoutMs = item.request.timeout ?? POLL_TIMEOUT_MS;
	const deadlineMs = Math.ceil(Math.min(POLL_TIMEOUT_MS, timeoutMs, atMostMs));
	const exchange = await ask(item, job.statusPath, { deadlineMs });
	const answer = readStatusAnswer(exchange, job.requestId, Date.now());
	if (answer.kind !== 'job') return answer;
	// Each waiting item holds its last answer.
	const raw = settings.includesRaw ? toStorable(answer.raw) : undefined;
	return { ...answer, job: toKept(withContentUrl(followed, answer.job)), raw };
}

/** A job that failed without a reason, with the one that is told in place of its file, if any. */
async function withFailureReason(
	{ item, api, job: ref }: Followed,
	job: VideoJob,
): Promise<VideoJob> {
	const { status, failure = NO_REASON } = job;
	if (!api.contentPath || status !== 'failed') return job;
	if (failure.code !== NO_REASON.code || failure.message !== NO_REASON.message) return job;
	const exchange = await ask(item, api.contentPath(ref), REASON_LIMITS);
	return { ...job, failure: readContentReason(exchange) ?? failure };
}

/** A finished job whose file only the key opens, with the address under which it does. */
function withContentUrl({ item, api, job: ref }: Followed, job: VideoJob): VideoJob {
	if (job.status !== 'done') return job;
	const { url, ...video } = job.video ?? {};
	const path =
		url === undefined ? api.contentPath?.(ref) : contentPathOf(url, String(item.request.baseURL));
	if (path === undefined) return job;
	return { ...job, video: { ...video, content_url: addressOf(item, path) } };
}
