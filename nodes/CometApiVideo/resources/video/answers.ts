import { httpUrl, isRecord, text } from '../../http/json';
import type { Failure } from '../../video';
import { meaningOf, readError, readTask, videoOf, type Dialect } from '../task';

export const dialect: Dialect = {
	ids: ['id', 'task_id', 'taskId'],
	video({ video_url, url, output, seconds }) {
		const first: unknown = Array.isArray(output) ? output[0] : undefined;
		return videoOf(httpUrl(video_url) ?? httpUrl(url) ?? first, seconds);
	},
	hasContent: true,
	// This route sends an error envelope in place of a failed job (seen by others).
	errorIsVerdict: true,
};

export const readStatus = (body: unknown) => readTask(body, dialect);

/**
 * Why a job failed, from what /content says instead of handing out a file: new-api's sentence
 * "Task is not completed yet, current status: VIOLATION". A job that still runs has no reason.
 */
export function readContentReason(body: unknown): Failure | undefined {
	const message = isRecord(body) ? readError([body])?.message : text(body);
	const [, word = ''] = /current status: *(\w+)/i.exec(message ?? '') ?? [];
	if (message === undefined || meaningOf(word) !== 'failed') return undefined;
	return { code: word.toLowerCase() === 'violation' ? 'moderation' : word, message };
}
