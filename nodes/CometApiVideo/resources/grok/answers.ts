import { firstOf, httpUrl, isRecord, text, type JsonRecord } from '../../http/json';
import { classifyStatus, type StatusWords } from '../../statusWords';
import {
	NO_REASON,
	NO_VIDEO,
	WITHHELD,
	type Failure,
	type JobStatus,
	type Video,
	type VideoJob,
} from '../../video';
import { layersOf, readError, readProgress, readStatusWord, withFailure } from '../answerFields';

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

/** The gateway's row, or CometAPI's envelope, and what is in it. */
const MOST_LAYERS = 3;

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
	const layers = layersOf(body, MOST_LAYERS);
	if (!layers.some(isAboutAJob)) return undefined;

	const word = readStatusWord(layers, WORDS);
	const status = word?.status ?? (readError(layers) ? 'failed' : 'pending');
	const video = readVideo(layers, envelope, status);
	const stillRunningInside = status === 'done' && video.url === undefined && isPending(inner);
	const usage = firstOf(layers, (layer) => (isRecord(layer.usage) ? layer.usage : undefined));
	const job: VideoJob = {
		statusIsKnown: true,
		...word,
		status: stillRunningInside ? 'pending' : status,
		progress: firstOf(layers, (layer) => readProgress(layer.progress)),
		model: firstOf(layers, (layer) => text(layer.model)),
		usage,
		providerCostUsd: readCost(usage),
	};
	return concludeJob(job, video, readFailure(layers, envelope));
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
	return { ...job, ...withFailure(job.status, failure) };
}

function isAboutAJob({ status, request_id, task_id, video }: JsonRecord): boolean {
	return (
		[status, request_id, task_id].some((value) => text(value) !== undefined) || isRecord(video)
	);
}

function isPending(layer: JsonRecord | undefined): boolean {
	const word = text(layer?.status);
	return word !== undefined && classifyStatus(word, WORDS).status === 'pending';
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
	const error = readError(layers);
	if (error) return error;
	const blocked = firstOf(layers, (layer) => text(layer.block_reason));
	if (blocked !== undefined) return { code: 'moderation', message: blocked };
	const reason = text(envelope?.fail_reason);
	// Old gateway rows keep the video's URL there.
	if (reason === undefined || httpUrl(reason) !== undefined) return undefined;
	return { ...NO_REASON, message: reason };
}

function readCost(usage: JsonRecord | undefined): number | undefined {
	const ticks = usage?.cost_in_usd_ticks;
	return typeof ticks === 'number' ? ticks / TICKS_PER_USD : undefined;
}
