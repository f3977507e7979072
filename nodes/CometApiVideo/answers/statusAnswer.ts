import {
	isSuccess,
	readRetryAfter,
	shorten,
	type Exchange,
	type HttpAnswer,
} from '../http/exchange';
import { isRecord } from '../http/json';
import { PENDING, type Failure, type VideoJob } from '../video';
import { saysModeration } from './moderation';
import { describeProblem, isOfTheApi, LONGEST_CODE, reasonOf, type ApiProblem } from './problem';
import { isModerationWord, meaningOf } from './statusWords';
import { readTask, toFailure } from './task';
import { saysTryAgain } from './tryAgain';

export type StatusAnswer =
	/** The job's state. With CometAPI's number of the exchange, if that told it as an error. */
	| { kind: 'job'; job: VideoJob; raw: unknown; supportId?: string }
	/** An error that names no job, and no reason to ask again: a verdict only when it lasts. */
	| { kind: 'verdict'; problem: ApiProblem }
	/** The same, about the id. */
	| { kind: 'unknownId'; problem: ApiProblem }
	/** n8n didn't let the request out, and won't the next time. */
	| { kind: 'blocked'; problem: ApiProblem }
	/** Says nothing about the job: ask again. */
	| { kind: 'unclear'; problem: ApiProblem; retryAfterMs?: number };

/**
 * Reads the answer to a status request (docs/api.md). Only an answer that shows the job
 * tells its end, and words of moderation, which nothing else uses.
 *
 * @param jobId the id that was asked for
 * @param nowMs epoch ms, for a Retry-After that is a date
 */
export function readStatusAnswer(exchange: Exchange, jobId: string, nowMs: number): StatusAnswer {
	const problem = describeProblem(exchange);
	if ('unanswered' in exchange) {
		return { kind: exchange.unanswered.phase === 'blocked' ? 'blocked' : 'unclear', problem };
	}
	const { answer } = exchange;
	const { headers, body } = answer;
	const job = readJob(answer, jobId);
	if (job) return { kind: 'job', job: quoted(job), raw: body };
	const moderated = moderatedBy(answer, jobId);
	if (moderated) {
		return { kind: 'job', job: quoted(moderated), raw: body, supportId: problem.supportId };
	}
	if (problem.reason === 'unknownId') return { kind: 'unknownId', problem };
	if (mayBeVerdict(answer, problem)) return { kind: 'verdict', problem };
	return { kind: 'unclear', problem, retryAfterMs: readRetryAfter(headers, nowMs) };
}

/** The job itself, which an error answer shows only by its id. */
function readJob(answer: HttpAnswer, jobId: string): VideoJob | undefined {
	const job = readTask(answer.body, jobId) ?? emptyAccepted(answer);
	return isSuccess(answer.statusCode) || (job?.isNamed && job.providerStatus !== undefined)
		? job
		: undefined;
}

/** Statuses whose errors may be about the job: the others pass, or are a gateway's own. */
const MODERATION_STATUSES = [400, 403, 409, 410, 422, 451];

/** Moderation's end of the job, told as an error in its place (docs/api.md, shape g2). */
function moderatedBy(answer: HttpAnswer, jobId: string): VideoJob | undefined {
	const { statusCode, body } = answer;
	if (!isSuccess(statusCode) && !MODERATION_STATUSES.includes(statusCode)) return undefined;
	const reason = reasonOf(body);
	if (!isOfTheApi(answer) || !saysModeration(reason) || !isRecord(body)) return undefined;
	// With the word that is missing, usage and cost are found as in every other answer.
	const job = readTask({ ...body, id: jobId, status: 'failed' }, jobId);
	if (!job) return undefined;
	return { ...job, providerStatus: undefined, isNamed: false, failure: toFailure(reason) };
}

function mayBeVerdict(answer: HttpAnswer, problem: ApiProblem): boolean {
	if (!isOfTheApi(answer) || problem.reason === 'rateLimited') return false;
	const reason = reasonOf(answer.body);
	if (reason.message === undefined && reason.code === undefined) return false;
	if (problem.reason === 'noBalance') return true;
	// A server error without a code of its own is an outage.
	if (answer.statusCode >= 500 && (reason.code === undefined || /_error$/.test(reason.code))) {
		return false;
	}
	return !saysTryAgain(reason);
}

/** A failure's words go into messages and items, so they are quoted as those of a refusal are. */
function quoted(job: VideoJob): VideoJob {
	const { failure, providerStatus } = job;
	return {
		...job,
		...(providerStatus !== undefined && { providerStatus: shorten(providerStatus, LONGEST_CODE) }),
		...(failure && { failure: quotedFailure(failure) }),
	};
}

function quotedFailure({ code, message }: Failure): Failure {
	return { code: shorten(code, LONGEST_CODE), message: shorten(message) };
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

/**
 * The reason of a failed job, by the answer in place of its file (docs/api.md): new-api's sentence
 * "Task is not completed yet, current status: VIOLATION", or any words that don't say to ask again.
 */
export function readContentReason(exchange: Exchange): Failure | undefined {
	if ('unanswered' in exchange) return undefined;
	const reason = reasonOf(exchange.answer.body);
	const { message } = reason;
	if (message === undefined) return undefined;
	const [, word] = /current status: *(\w+)/i.exec(message) ?? [];
	if (word === undefined) {
		const isReason = isOfTheApi(exchange.answer) && !saysTryAgain(reason);
		return isReason ? quotedFailure(toFailure(reason)) : undefined;
	}
	if (meaningOf(word) !== 'failed') return undefined;
	return quotedFailure({ code: isModerationWord(word) ? 'moderation' : word, message });
}
