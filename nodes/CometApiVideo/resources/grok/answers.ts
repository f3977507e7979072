import { firstOf, httpUrl, isRecord, text, toText, type JsonRecord } from '../../http/json';
import { classifyStatus, type StatusWords } from '../../statusWords';
import {
	EXPIRED,
	NO_REASON,
	NO_VIDEO,
	WITHHELD,
	type Failure,
	type JobStatus,
	type Video,
	type VideoJob,
} from '../../video';

const WORDS: StatusWords = {
	pending: [
		'pending',
		'queued',
		'processing',
		'in_progress',
		'running',
		'not_start',
		'submitted',
		'unknown',
	],
	done: ['done', 'success', 'completed', 'succeeded'],
	failed: ['failed', 'failure', 'error', 'cancelled', 'canceled'],
	expired: ['expired'],
};

// xAI's unit: ten thousand million ticks are one US dollar.
const TICKS_PER_USD = 10_000_000_000;

/**
 * Reads any documented or observed status answer: CometAPI's envelope, xAI's flat answer, old
 * gateway rows, an echo of the request id, an empty 202.
 *
 * @returns undefined when the body is no answer about a job at all: a web page, a cut JSON text, an
 * error envelope
 */
export function readStatus(body: unknown): VideoJob | undefined {
	if (!isRecord(body)) return undefined;
	const envelope = isRecord(body.data) ? body.data : undefined;
	const inner = isRecord(envelope?.data) ? envelope.data : undefined;
	const layers = [inner, envelope, body].filter((layer) => layer !== undefined);
	if (!layers.some(isAboutAJob)) return undefined;

	const { status, providerStatus, statusIsKnown } = readStatusWord(layers);
	const video = readVideo(layers, envelope, status);
	const stillRunningInside = status === 'done' && video.url === undefined && isPending(inner);
	const usage = firstOf(layers, (layer) => (isRecord(layer.usage) ? layer.usage : undefined));
	const job: VideoJob = {
		status: stillRunningInside ? 'pending' : status,
		providerStatus,
		statusIsKnown,
		progress: firstOf(layers, (layer) => readProgress(layer.progress)),
		model: firstOf(layers, (layer) => text(layer.model)),
		usage,
		providerCostUsd: readCost(usage),
	};
	return concludeJob(job, video, readFailure(layers, envelope));
}

/**
 * The request id in the answer to a submit: request_id as documented, id or task_id as gateways
 * derived from new-api name it.
 */
export function readRequestId(body: unknown): string | undefined {
	if (!isRecord(body)) return undefined;
	const layers = isRecord(body.data) ? [body, body.data] : [body];
	return firstOf(
		layers,
		(layer) => text(layer.request_id) ?? text(layer.task_id) ?? text(layer.id),
	);
}

/** Done needs a URL that moderation let through; a URL without any status is done as well. */
function concludeJob(job: VideoJob, video: Partial<Video>, failure: Failure | undefined): VideoJob {
	const hasUrl = video.url !== undefined;
	const isDone = job.status === 'done' || (hasUrl && job.providerStatus === undefined);
	if (isDone && hasUrl && video.respect_moderation !== false) {
		return { ...job, status: 'done', video: { ...video, url: String(video.url) } };
	}
	if (isDone) {
		const moderated = video.respect_moderation === false;
		return {
			...job,
			status: 'failed',
			failure: failure ?? (moderated ? WITHHELD : NO_VIDEO),
		};
	}
	if (job.status === 'expired') {
		return {
			...job,
			failure: failure ?? EXPIRED,
		};
	}
	if (job.status === 'failed') {
		return {
			...job,
			failure: failure ?? NO_REASON,
		};
	}
	return job;
}

function isAboutAJob({ status, request_id, task_id, video }: JsonRecord): boolean {
	return (
		[status, request_id, task_id].some((value) => text(value) !== undefined) || isRecord(video)
	);
}

function isPending(layer: JsonRecord | undefined): boolean {
	const word = text(layer?.status);
	return word !== undefined && statusOf(word) === 'pending';
}

/** The inner terminal word wins over the envelope's; an envelope's end wins over an inner pending. */
function readStatusWord(
	layers: JsonRecord[],
): Pick<VideoJob, 'status' | 'providerStatus' | 'statusIsKnown'> {
	const words = layers.map((layer) => text(layer.status)).filter((word) => word !== undefined);
	const providerStatus = words.find((word) => statusOf(word) !== 'pending') ?? words[0];
	if (providerStatus === undefined) {
		const hasFailed = layers.some((layer) => isRecord(layer.error) || text(layer.error));
		return { status: hasFailed ? 'failed' : 'pending', statusIsKnown: true };
	}
	const { status, isKnown } = classifyStatus(providerStatus, WORDS);
	return { status, providerStatus, statusIsKnown: isKnown };
}

function statusOf(word: string): JobStatus {
	return classifyStatus(word, WORDS).status;
}

function readVideo(
	layers: JsonRecord[],
	envelope: JsonRecord | undefined,
	status: JobStatus,
): Partial<Video> {
	const video = firstOf(layers, (layer) => (isRecord(layer.video) ? layer.video : undefined)) ?? {};
	const url =
		httpUrl(video.url) ??
		httpUrl(envelope?.result_url) ??
		// Old gateway rows keep the URL in fail_reason, and only a finished job's row does.
		(status === 'done' ? httpUrl(envelope?.fail_reason) : undefined);
	return {
		...(url !== undefined && { url }),
		...(typeof video.duration === 'number' && { duration: video.duration }),
		...(typeof video.respect_moderation === 'boolean' && {
			respect_moderation: video.respect_moderation,
		}),
	};
}

function readFailure(layers: JsonRecord[], envelope: JsonRecord | undefined): Failure | undefined {
	const told = firstOf(layers, (layer) => layer.error ?? undefined);
	if (isRecord(told)) {
		const message = text(told.message) ?? toText(told) ?? 'No reason given';
		return { code: text(told.code) ?? text(told.type) ?? 'unknown', message };
	}
	const blocked = firstOf(layers, (layer) => text(layer.block_reason));
	if (told === undefined && blocked !== undefined) return { code: 'moderation', message: blocked };
	const reason = text(envelope?.fail_reason);
	// Old gateway rows keep the video's URL there.
	const message = text(told) ?? (httpUrl(reason) ? undefined : reason);
	return message === undefined ? undefined : { code: 'unknown', message };
}

function readProgress(value: unknown): number | undefined {
	const percent = typeof value === 'string' ? Number.parseFloat(value) : value;
	if (typeof percent !== 'number' || !Number.isFinite(percent)) return undefined;
	return Math.min(100, Math.max(0, percent));
}

function readCost(usage: JsonRecord | undefined): number | undefined {
	const ticks = usage?.cost_in_usd_ticks;
	return typeof ticks === 'number' ? ticks / TICKS_PER_USD : undefined;
}
