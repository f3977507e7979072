import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { notFinishedInTime, statusRefused, stopped, videoFailed } from '../errors';
import { downloadVideo } from '../media/download';
import { toJson, toWaitFacts, type WaitFacts } from '../output';
import { readStatusAnswer, type StatusAnswer } from './answer';
import { exchange } from './exchange';
import type { ItemRun } from './itemRun';
import { pause } from './pause';
import type { Settings } from './settings';
import { PENDING, type VideoJob } from './videoJob';
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
	settings: Settings,
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
export async function concludeWait(
	item: ItemRun,
	requestId: string,
	end: WaitEnd,
	settings: Settings,
): Promise<INodeExecutionData> {
	const wait = toWaitFacts(end);
	const facts = { requestId, job: end.lastJob, wait };
	if (end.kind === 'stopped') throw stopped(requestId);
	if (end.kind === 'refused' || end.kind === 'unknownId') throw statusRefused(end.trouble, facts);
	if (end.kind === 'timedOut' && !settings.returnsOnTimeout) {
		throw notFinishedInTime(end.trouble, settings.maxWaitS, facts);
	}
	const job = end.lastJob ?? PENDING;
	if (job.status === 'failed' || job.status === 'expired') throw videoFailed({ ...facts, job });
	return await toItem(item, { requestId, job, raw: end.raw, wait }, settings);
}

/**
 * Looks once how a job is doing, and again for a while when the answer is unclear.
 *
 * @throws VideoError when its state is not to be had, or on Stop
 */
export async function lookOnce(
	item: ItemRun,
	requestId: string,
	settings: Settings,
): Promise<INodeExecutionData> {
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
	return await toItem(item, { requestId, job: end.job, raw: end.raw }, settings);
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
	item: ItemRun,
	{ requestId, job, raw, wait }: KnownJob,
	{ includesRaw, download }: Settings,
): Promise<INodeExecutionData> {
	const json = {
		...toJson(requestId, job, wait),
		...(includesRaw && raw !== undefined && { raw }),
	} as IDataObject;
	if (!download || job.status !== 'done' || !job.video) return { json };
	const facts = { requestId, job, wait, url: job.video.url };
	const file = await downloadVideo(item, facts, download.fileName);
	return { json, binary: { [download.fieldName]: file } };
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
			isStopped: () => item.signal.aborted,
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
	const cut = new AbortController();
	const asking = exchange(
		context,
		{
			...request,
			method: 'GET',
			url: `/grok/v1/videos/${encodeURIComponent(requestId)}`,
			body: undefined,
			timeout,
		},
		cut.signal,
	);
	// Not AbortSignal.timeout, which would keep the memory of this poll long after its answer.
	void pause(
		timeout,
		signal,
		asking.then(() => {}),
	).then(() => cut.abort());
	return readStatusAnswer(await asking, Date.now());
}
