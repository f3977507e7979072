import { firstOf, httpUrl, isRecord, plainId, text, type JsonRecord } from '../../http/json';
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
import {
	layersOf,
	readError,
	readNumber,
	readProgress,
	readReasonOfRow,
	readStatusWord,
	readUrlOfRow,
	withFailure,
} from '../answerFields';

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
		text(status) !== undefined ||
		[request_id, task_id].some((id) => plainId(id) !== undefined) ||
		isRecord(video)
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
		(status === 'done' && envelope ? readUrlOfRow(envelope) : undefined);
	const duration = readNumber(video.duration);
	const respects = readSwitch(video.respect_moderation);
	return {
		...(url !== undefined && { url }),
		...(duration !== undefined && { duration }),
		...(respects !== undefined && { respect_moderation: respects }),
	};
}

/** True or false, also as text. */
function readSwitch(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const word = text(value)?.toLowerCase();
	return word === 'true' || word === 'false' ? word === 'true' : undefined;
}

function readFailure(layers: JsonRecord[], envelope: JsonRecord | undefined): Failure | undefined {
	const told = readError(layers);
	if (told) return told;
	const blocked = firstOf(layers, (layer) => text(layer.block_reason));
	if (blocked !== undefined) return { code: 'moderation', message: blocked };
	const message = envelope && readReasonOfRow(envelope);
	return message === undefined ? undefined : { code: NO_REASON.code, message };
}

function readCost(usage: JsonRecord | undefined): number | undefined {
	const ticks = readNumber(usage?.cost_in_usd_ticks);
	return ticks === undefined ? undefined : ticks / TICKS_PER_USD;
}
