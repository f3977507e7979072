import { describeProblem, isOfTheApi, readVerdict, type ApiProblem } from './problem';
import {
	isSuccess,
	readRetryAfter,
	shorten,
	type Exchange,
	type HttpAnswer,
} from '../http/exchange';
import { isRecord } from '../http/json';
import { saysModeration } from './moderation';
import { PENDING, type Failure, type VideoJob } from '../video';

export type StatusAnswer =
	/** With CometAPI's number of the exchange, if that told a verdict as an error. */
	| { kind: 'job'; job: VideoJob; raw: unknown; supportId?: string }
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
		return { kind: exchange.unanswered.phase === 'blocked' ? 'refused' : 'unclear', problem };
	}
	const { answer } = exchange;
	const { statusCode, headers, body } = answer;
	const read = isSuccess(statusCode) ? (readStatus(body) ?? emptyAccepted(answer)) : undefined;
	if (read) return { kind: 'job', job: quoted(read), raw: body };
	const failed = failedByVerdict(answer, problem, readStatus);
	if (failed) return { kind: 'job', job: quoted(failed), raw: body, supportId: problem.supportId };
	if (problem.reason === 'unknownId') return { kind: 'unknownId', problem };
	if ([401, 402, 403].includes(statusCode) && isOfTheApi(answer))
		return { kind: 'refused', problem };
	return { kind: 'unclear', problem, retryAfterMs: readRetryAfter(headers, nowMs) };
}

const LONGEST_WORD = 100;

/** A failure's words go into messages and items, so they are quoted as those of a refusal are. */
function quoted(job: VideoJob): VideoJob {
	const { failure, providerStatus } = job;
	return {
		...job,
		...(providerStatus !== undefined && { providerStatus: shorten(providerStatus, LONGEST_WORD) }),
		...(failure && { failure: quotedFailure(failure) }),
	};
}

export function quotedFailure({ code, message }: Failure): Failure {
	return { code: shorten(code, LONGEST_WORD), message: shorten(message) };
}

/** xAI answers 202 while the job is pending, sometimes with nothing in it (docs/api.md, shape f). */
function emptyAccepted({ statusCode, body }: HttpAnswer): VideoJob | undefined {
	const isEmpty =
		body === undefined ||
		body === null ||
		(typeof body === 'string' && body.trim() === '') ||
		(isRecord(body) && Object.keys(body).length === 0);
	return statusCode === 202 && isEmpty ? PENDING : undefined;
}

/** Statuses by which a poll tells a verdict, if the answer has a code (docs/api.md, shape g2). */
const VERDICTS = [400, 410, 422];

/** With these it is one only if it speaks of moderation: else it may be about the key, or pass. */
const MODERATIONS = [...VERDICTS, 403, 409, 451];

/** A verdict on the job, told as an error instead of the job. */
function failedByVerdict(
	answer: HttpAnswer,
	{ reason }: ApiProblem,
	readStatus: ReadStatus,
): VideoJob | undefined {
	const { statusCode, body } = answer;
	const verdict = readVerdict(answer);
	if (!verdict || reason === 'unknownId' || !isRecord(body)) return undefined;
	const { code, message } = verdict;
	const isVerdict = code !== undefined && VERDICTS.includes(statusCode);
	const mayBeModerated = isSuccess(statusCode) || MODERATIONS.includes(statusCode);
	if (!isVerdict && !(mayBeModerated && saysModeration(verdict))) return undefined;
	// With the word that is missing, the family finds usage and cost in it as in every other answer.
	const job = readStatus({ ...body, status: 'failed' });
	const failure = { code: code ?? 'moderation', message };
	return { ...job, status: 'failed', providerStatus: undefined, statusIsKnown: true, failure };
}
