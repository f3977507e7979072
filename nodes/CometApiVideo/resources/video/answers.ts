import { firstOf, httpUrl, isRecord, plainId, text, type JsonRecord } from '../../http/json';
import { classifyStatus, type StatusWords } from '../../statusWords';
import { NO_REASON, type Failure, type Video, type VideoJob } from '../../video';
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
		'in_progress',
		'processing',
		'running',
		'submitted',
		'not_start',
		'unknown',
	],
	done: ['completed', 'succeeded', 'success', 'succeed', 'done'],
	failed: ['failed', 'error', 'failure', 'violation', 'cancelled', 'canceled'],
	expired: ['expired'],
};

/**
 * Reads a status answer of GET /v1/videos/{id}: flat or wrapped, with the words of any version, and
 * an error envelope in place of a job, which this route sends for a failed one (seen by others).
 *
 * @returns undefined when the body says nothing about a job
 */
export function readStatus(body: unknown): VideoJob | undefined {
	if (!isRecord(body)) return undefined;
	const layers = layersOf(body);
	const error = readError(layers);
	if (!layers.some(isAboutAJob)) {
		if (!error || /task_not_exist/.test(`${error.code} ${error.message}`)) return undefined;
		return { status: 'failed', statusIsKnown: true, failure: error };
	}
	const url = firstOf(layers, readUrl);
	const word = readStatusWord(layers, WORDS);
	const status = word?.status ?? (error ? 'failed' : url ? 'done' : 'pending');
	return {
		statusIsKnown: true,
		...word,
		status,
		progress: firstOf(layers, (layer) => readProgress(layer.progress)),
		model: firstOf(layers, (layer) => text(layer.model)),
		usage: firstOf(layers, (layer) => (isRecord(layer.usage) ? layer.usage : undefined)),
		...(status === 'done' && { video: readVideo(layers, url ?? firstOf(layers, readUrlOfRow)) }),
		...withFailure(status, error ?? readReason(layers)),
	};
}

/** The names of the job's id. */
export const ID_NAMES = ['id', 'task_id', 'taskId'];

/**
 * Why a job failed, from what /content says instead of handing out a file: new-api's sentence
 * "Task is not completed yet, current status: VIOLATION". A job that still runs has no reason.
 */
export function readContentReason(body: unknown): Failure | undefined {
	const message = isRecord(body) ? readError([body])?.message : text(body);
	const [, word = ''] = /current status: *(\w+)/i.exec(message ?? '') ?? [];
	if (message === undefined || classifyStatus(word, WORDS).status !== 'failed') return undefined;
	return { code: word.toLowerCase() === 'violation' ? 'moderation' : word, message };
}

function isAboutAJob(layer: JsonRecord): boolean {
	const hasId = ID_NAMES.some((name) => plainId(layer[name]) !== undefined);
	return text(layer.status) !== undefined || hasId || readUrl(layer) !== undefined;
}

function readUrl({ video_url, url, output }: JsonRecord): string | undefined {
	return (
		httpUrl(video_url) ?? httpUrl(url) ?? (Array.isArray(output) ? httpUrl(output[0]) : undefined)
	);
}

function readVideo(layers: JsonRecord[], url: string | undefined): Video {
	const seconds = firstOf(layers, (layer) => readNumber(layer.seconds)) ?? 0;
	return { ...(url !== undefined && { url }), ...(seconds > 0 && { duration: seconds }) };
}

/** Where the field `error` is missing: new-api's own row, and the word itself. */
function readReason(layers: JsonRecord[]): Failure | undefined {
	const reason = firstOf(layers, readReasonOfRow);
	const isModerated = layers.some(({ status }) => text(status)?.toLowerCase() === 'violation');
	if (!isModerated) return reason === undefined ? undefined : { ...NO_REASON, message: reason };
	return { code: 'moderation', message: reason ?? 'The video was stopped by moderation' };
}
