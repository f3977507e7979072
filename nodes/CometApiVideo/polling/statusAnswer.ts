import {
	describeProblem,
	isSuccess,
	readRetryAfter,
	type ApiProblem,
	type Exchange,
	type HttpAnswer,
} from '../http/answer';
import { PENDING, type VideoJob } from '../video';

export type StatusAnswer =
	| { kind: 'job'; job: VideoJob; raw: unknown }
	| { kind: 'unknownId'; problem: ApiProblem }
	/** Asking again would bring the same. */
	| { kind: 'refused'; problem: ApiProblem }
	/** Says nothing about the job: ask again. */
	| { kind: 'unclear'; problem: ApiProblem; retryAfterMs?: number };

/**
 * What the answer to a status request says of the job. Only 401, 402 and 403 end a wait, and what
 * n8n itself holds back: everything else may pass, and the job is paid for.
 *
 * @param readStatus the family's reading of a successful answer
 * @param nowMs epoch ms, for a Retry-After that is a date
 */
export function readStatusAnswer(
	exchange: Exchange,
	readStatus: (body: unknown) => VideoJob | undefined,
	nowMs: number,
): StatusAnswer {
	const problem = describeProblem(exchange);
	if ('unanswered' in exchange) {
		const { sent, code } = exchange.unanswered;
		return { kind: !sent && code === undefined ? 'refused' : 'unclear', problem };
	}
	const { statusCode, headers, body } = exchange.answer;
	if (isSuccess(statusCode)) {
		const job = readStatus(body) ?? emptyAccepted(exchange.answer);
		if (job) return { kind: 'job', job, raw: body };
	}
	if (problem.reason === 'unknownId') return { kind: 'unknownId', problem };
	if (statusCode === 401 || statusCode === 402 || statusCode === 403) {
		return { kind: 'refused', problem };
	}
	return { kind: 'unclear', problem, retryAfterMs: readRetryAfter(headers, nowMs) };
}

/** xAI answers 202 while the job is pending, sometimes with nothing in it (docs/api.md, shape f). */
function emptyAccepted({ statusCode, body }: HttpAnswer): VideoJob | undefined {
	if (statusCode !== 202 || (body !== '' && body !== undefined && body !== null)) return undefined;
	return PENDING;
}
