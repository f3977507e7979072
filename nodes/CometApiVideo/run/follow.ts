import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { notFinishedInTime, statusRefused, stopped, videoFailed } from '../errors';
import type { Settings } from '../fields/settings';
import { downloadVideo } from '../files/download';
import { sendRequest } from '../http/request';
import type { Item } from '../item';
import { pause } from '../pause';
import { isOwnFailure } from '../payment/failures';
import { pollUntilDone, type PollOptions, type PollOutcome } from '../polling/pollUntilDone';
import { readStatusAnswer, type StatusAnswer } from '../polling/statusAnswer';
import { PENDING, type VideoJob, type WaitFacts } from '../video';
import type { JobRef, VideoApi } from '../videoApi';
import { toJson, toWaitFacts } from './output';

/** So that a connection that hangs cannot eat the wait. */
const POLL_TIMEOUT_MS = 30_000;

/** A job, and the API to ask for it. */
export interface Target {
	api: VideoApi;
	job: JobRef;
}

/** How long a single look tries again when the answer is unclear. */
const LOOK_PATIENCE_MS = 30_000;

/**
 * Waits until the job is finished, or `settings.maxWaitS` have passed since it was accepted.
 *
 * @param acceptedAtMs epoch ms; undefined for a job of unknown age, whose wait begins now
 * @param isNew false for a job from an earlier try, which may be finished by now
 */
export async function waitUntilFinished(
	item: Item,
	target: Target,
	settings: Settings,
	{ acceptedAtMs = Date.now(), isNew }: { acceptedAtMs?: number; isNew: boolean },
): Promise<PollOutcome> {
	return await watch(item, target, {
		acceptedAtMs,
		deadlineMs: acceptedAtMs + settings.maxWaitS * 1000,
		pollIntervalS: settings.pollIntervalS,
		pollAtOnce: !isNew,
		untilFinished: true,
	});
}

/**
 * The output of a finished wait.
 *
 * @throws VideoError when the job failed, is not finished in time, is not to be had, or on Stop
 */
export async function concludeWait(
	item: Item,
	{ api, job: { requestId } }: Target,
	outcome: PollOutcome,
	settings: Settings,
): Promise<INodeExecutionData> {
	const wait = toWaitFacts(outcome);
	const facts = { requestId, job: outcome.lastJob, wait };
	if (outcome.kind === 'stopped') throw stopped(requestId);
	if (outcome.kind === 'refused' || outcome.kind === 'unknownId')
		throw statusRefused(outcome.problem, facts);
	if (outcome.kind === 'timedOut' && !settings.returnsOnTimeout) {
		throw notFinishedInTime(outcome.problem, settings.maxWaitS, facts);
	}
	const job = outcome.lastJob ?? PENDING;
	if (job.status === 'failed' || job.status === 'expired') {
		throw videoFailed({ ...facts, job }, isOwnFailure(job, api));
	}
	return await toItem(item, { requestId, job, raw: outcome.raw, wait }, settings);
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
		throw statusRefused(outcome.problem ?? { reason: 'unreadable' }, { requestId });
	}
	return await toItem(item, { requestId, job: outcome.job, raw: outcome.raw }, settings);
}

interface KnownJob {
	requestId: string;
	job: VideoJob;
	/** The answer that told it. */
	raw: unknown;
	wait?: WaitFacts;
}

/**
 * The item for a job, with its file when that is wanted and there.
 *
 * @throws VideoError when the file is not to be had, or on Stop
 */
export async function toItem(
	item: Item,
	{ requestId, job, raw, wait }: KnownJob,
	{ includesRaw, download }: Settings,
): Promise<INodeExecutionData> {
	const json = {
		...toJson(requestId, job, wait),
		...(includesRaw && raw !== undefined && { raw }),
	} as IDataObject;
	if (!download || job.status !== 'done' || !job.video?.url) return { json };
	const facts = { requestId, job, wait, url: job.video.url };
	const file = await downloadVideo(item, facts, download.fileName);
	return { json, binary: { [download.fieldName]: file } };
}

async function watch(item: Item, target: Target, options: PollOptions): Promise<PollOutcome> {
	let hasWarned = false;
	return await pollUntilDone(
		{
			async poll() {
				const answer = await askStatus(item, target);
				if (answer.kind === 'job' && !answer.job.statusIsKnown && !hasWarned) {
					hasWarned = true;
					item.context.logger.warn(
						`CometAPI gave a status that is not documented, taken as pending: ${answer.job.providerStatus}, request ID ${target.job.requestId}`,
					);
				}
				return answer;
			},
			sleep: async (ms) => await pause(ms, item.signal),
			isStopped: () => item.signal.aborted,
			now: Date.now,
			random: Math.random,
		},
		options,
	);
}

async function askStatus(
	{ context, request, signal }: Item,
	{ api, job }: Target,
): Promise<StatusAnswer> {
	const deadlineMs = Math.min(POLL_TIMEOUT_MS, request.timeout ?? POLL_TIMEOUT_MS);
	const exchange = await sendRequest(
		context,
		{ ...request, method: 'GET', url: job.statusPath, body: undefined, timeout: deadlineMs },
		{ stop: signal, stopCuts: 'always', deadlineMs },
	);
	return readStatusAnswer(exchange, api.readStatus, Date.now());
}
