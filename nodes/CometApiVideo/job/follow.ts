import type { IDataObject } from 'n8n-workflow';

import { notFinishedInTime, statusRefused, stopped, videoFailed } from '../errors';
import { PENDING, toJson, toWaitFacts } from '../output';
import { readStatusAnswer, type StatusAnswer } from './answer';
import { exchange } from './exchange';
import type { ItemRun, WaitSettings } from './itemRun';
import { pause } from './pause';
import { waitForJob, type WaitEnd, type WaitOrder } from './wait';

/** So that a connection that hangs cannot eat the wait. */
const POLL_TIMEOUT_MS = 30_000;

/** How long a single look tries again when the answer is unclear. */
const LOOK_PATIENCE_MS = 30_000;

/**
 * Waits until the job is finished, or `settings.maxWaitS` have passed since it was accepted.
 *
 * @param acceptedAtMs epoch ms; undefined for a job of unknown age, whose wait begins now
 * @param isNew false for a job from an earlier try, which may be finished by now
 */
export async function waitUntilFinished(
	item: ItemRun,
	requestId: string,
	settings: WaitSettings,
	{ acceptedAtMs = Date.now(), isNew }: { acceptedAtMs?: number; isNew: boolean },
): Promise<WaitEnd> {
	return await watch(item, requestId, {
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
export function concludeWait(end: WaitEnd, requestId: string, settings: WaitSettings): IDataObject {
	const wait = toWaitFacts(end);
	const facts = { requestId, job: end.lastJob, wait };
	if (end.kind === 'stopped') throw stopped(requestId);
	if (end.kind === 'refused' || end.kind === 'unknownId') throw statusRefused(end.trouble, facts);
	if (end.kind === 'timedOut' && !settings.returnsOnTimeout) {
		throw notFinishedInTime(end.trouble, settings.maxWaitS, facts);
	}
	const job = end.lastJob ?? PENDING;
	if (job.status === 'failed' || job.status === 'expired') throw videoFailed({ ...facts, job });
	return { ...toJson(requestId, job, wait), ...rawOf(end, settings) };
}

/**
 * Looks once how a job is doing, and again for a while when the answer is unclear.
 *
 * @throws VideoError when its state is not to be had, or on Stop
 */
export async function lookOnce(
	item: ItemRun,
	requestId: string,
	settings: WaitSettings,
): Promise<IDataObject> {
	const acceptedAtMs = Date.now();
	const end = await watch(item, requestId, {
		acceptedAtMs,
		deadlineMs: acceptedAtMs + LOOK_PATIENCE_MS,
		pollIntervalS: 0,
		pollAtOnce: true,
		untilFinished: false,
	});
	if (end.kind === 'stopped') throw stopped(requestId);
	if (end.kind !== 'answered') {
		throw statusRefused(end.trouble ?? { reason: 'unreadable' }, { requestId });
	}
	return { ...toJson(requestId, end.job), ...rawOf(end, settings) };
}

async function watch(item: ItemRun, requestId: string, order: WaitOrder): Promise<WaitEnd> {
	let hasWarned = false;
	return await waitForJob(
		{
			async poll() {
				const answer = await askStatus(item, requestId);
				if (answer.kind === 'job' && !answer.job.statusIsKnown && !hasWarned) {
					hasWarned = true;
					item.context.logger.warn(
						`CometAPI gave a status that is not documented, taken as pending: ${answer.job.providerStatus}, request ID ${requestId}`,
					);
				}
				return answer;
			},
			sleep: async (ms) => await pause(ms, item.signal),
			isStopped: () => item.signal?.aborted ?? false,
			now: Date.now,
			random: Math.random,
		},
		order,
	);
}

async function askStatus(
	{ context, request, signal }: ItemRun,
	requestId: string,
): Promise<StatusAnswer> {
	const timeout = Math.min(POLL_TIMEOUT_MS, request.timeout ?? POLL_TIMEOUT_MS);
	const timedOut = AbortSignal.timeout(timeout);
	const result = await exchange(
		context,
		{
			...request,
			method: 'GET',
			url: `/grok/v1/videos/${encodeURIComponent(requestId)}`,
			body: undefined,
			timeout,
		},
		signal ? AbortSignal.any([signal, timedOut]) : timedOut,
	);
	return readStatusAnswer(result, Date.now());
}

function rawOf({ raw }: WaitEnd, { includesRaw }: WaitSettings): IDataObject {
	return includesRaw ? ({ raw } as IDataObject) : {};
}
