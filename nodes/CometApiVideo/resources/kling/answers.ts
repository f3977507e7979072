import { firstOf, httpUrl, isRecord, plainId, text, type JsonRecord } from '../../http/json';
import type { StatusWords } from '../../statusWords';
import { NO_REASON, NO_VIDEO, type Failure, type Video, type VideoJob } from '../../video';
import {
	layersOf,
	readError,
	readNumber,
	readReasonOfRow,
	readStatusWord,
	readUrlOfRow,
	withFailure,
} from '../answerFields';

const WORDS: StatusWords = {
	pending: [
		'submitted',
		'processing',
		'pending',
		'queued',
		'in_progress',
		'running',
		'not_start',
		'unknown',
	],
	done: ['succeed', 'success', 'succeeded', 'completed', 'done'],
	failed: ['failed', 'failure', 'error', 'violation', 'cancelled', 'canceled'],
	expired: ['expired'],
};

/** Kling's own words for a video that moderation stopped. */
const MODERATED = /risk control/i;

/**
 * Reads a task of Kling's: in its envelope, without one, or wrapped by the gateway.
 *
 * @returns undefined when the body says nothing about a task
 */
export function readStatus(body: unknown): VideoJob | undefined {
	if (!isRecord(body)) return undefined;
	const layers = layersOf(body);
	if (!layers.some(isAboutATask)) return undefined;
	const word = readWord(layers);
	const status = word?.status ?? 'pending';
	const job = { statusIsKnown: true, ...word, status };
	if (status !== 'done') return { ...job, ...withFailure(status, readFailure(layers)) };
	const video = firstOf(layers, readVideo) ?? firstOf(layers, readVideoOfRow);
	return video ? { ...job, video } : { ...job, status: 'failed', failure: NO_VIDEO };
}

function isAboutATask({ task_id, task_status }: JsonRecord): boolean {
	return plainId(task_id) !== undefined || text(task_status) !== undefined;
}

/** Kling's word, unless it is stale: the gateway's row tells a failure of its own. */
function readWord(layers: JsonRecord[]): ReturnType<typeof readStatusWord> {
	const ofTask = readStatusWord(layers, WORDS, 'task_status');
	const ofRow = readStatusWord(layers, WORDS, 'status');
	const isStale = ofTask?.status === 'pending' && ofRow?.status === 'failed';
	return isStale ? ofRow : (ofTask ?? ofRow);
}

function readVideo({ task_result: result }: JsonRecord): Video | undefined {
	const videos: unknown = isRecord(result) ? result.videos : undefined;
	const all: unknown[] = Array.isArray(videos) ? videos : [];
	return firstOf(all.filter(isRecord), ({ url, duration }) => {
		const address = httpUrl(url);
		const seconds = readNumber(duration) ?? 0;
		if (address === undefined) return undefined;
		return { url: address, ...(seconds > 0 && { duration: seconds }) };
	});
}

function readVideoOfRow(layer: JsonRecord): Video | undefined {
	const url = readUrlOfRow(layer);
	return url === undefined ? undefined : { url };
}

function readFailure(layers: JsonRecord[]): Failure | undefined {
	const message = firstOf(layers, (layer) => text(layer.task_status_msg) ?? readReasonOfRow(layer));
	if (message === undefined) return readError(layers);
	return { code: MODERATED.test(message) ? 'moderation' : NO_REASON.code, message };
}
