import {
	describeProblem,
	isOfTheApi,
	isSuccess,
	readRetryAfter,
	readVerdict,
	shorten,
	type ApiProblem,
	type Exchange,
	type HttpAnswer,
} from '../http/answer';
import { isRecord } from '../http/json';
import { PENDING, type VideoJob } from '../video';

export type StatusAnswer =
	| { kind: 'job'; job: VideoJob; raw: unknown }
	| { kind: 'unknownId'; problem: ApiProblem }
	/** Asking again would bring the same. */
	| { kind: 'refused'; problem: ApiProblem }
	/** Says nothing about the job: ask again. */
	| { kind: 'unclear'; problem: ApiProblem; retryAfterMs?: number };

type ReadStatus = (body: unknown) => VideoJob | undefined;

/**
 * What the answer to a status request says of the job. Only CometAPI's own 401, 402 and 403 end a
 * wait, its verdict on the job, and what n8n itself holds back: everything else may pass, a page of
 * whatever stands before CometAPI too, and the job is paid for.
 *
 * @param readStatus the family's reading of a successful answer
 * @param nowMs epoch ms, for a Retry-After that is a date
 */
export function readStatusAnswer(
	exchange: Exchange,
	readStatus: ReadStatus,
	nowMs: number,
): StatusAnswer {
	const problem = describeProblem(exchange);
	if ('unanswered' in exchange) {
		const { sent, code } = exchange.unanswered;
		return { kind: !sent && code === undefined ? 'refused' : 'unclear', problem };
	}
	const { answer } = exchange;
	const { statusCode, headers, body } = answer;
	const job = isSuccess(statusCode)
		? (readStatus(body) ?? emptyAccepted(answer))
		: failedByVerdict(answer, problem, readStatus);
	if (job) return { kind: 'job', job: withQuotedFailure(job), raw: body };
	if (problem.reason === 'unknownId') return { kind: 'unknownId', problem };
	if ([401, 402, 403].includes(statusCode) && isOfTheApi(answer))
		return { kind: 'refused', problem };
	return { kind: 'unclear', problem, retryAfterMs: readRetryAfter(headers, nowMs) };
}

/** A failure's words go into messages and items, so they are quoted as those of a refusal are. */
function withQuotedFailure(job: VideoJob): VideoJob {
	const { failure } = job;
	if (!failure) return job;
	return { ...job, failure: { code: shorten(failure.code), message: shorten(failure.message) } };
}

/** xAI answers 202 while the job is pending, sometimes with nothing in it (docs/api.md, shape f). */
function emptyAccepted({ statusCode, body }: HttpAnswer): VideoJob | undefined {
	if (statusCode !== 202 || (body !== '' && body !== undefined && body !== null)) return undefined;
	return PENDING;
}

/** A verdict on the job, told as the HTTP status of the poll (docs/api.md, shape g2). */
function failedByVerdict(
	answer: HttpAnswer,
	{ reason }: ApiProblem,
	readStatus: ReadStatus,
): VideoJob | undefined {
	const failure = readVerdict(answer);
	const isVerdict = [400, 410, 422].includes(answer.statusCode) && reason !== 'unknownId';
	if (!failure || !isVerdict || !isRecord(answer.body)) return undefined;
	// With the word that is missing, the family finds usage and cost in it as in every other answer.
	const job = readStatus({ ...answer.body, status: 'failed' });
	return { ...job, status: 'failed', providerStatus: undefined, statusIsKnown: true, failure };
}
