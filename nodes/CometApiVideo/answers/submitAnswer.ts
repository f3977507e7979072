import { describeProblem, pieceOf, type ApiProblem } from './problem';
import { isSuccess, readRetryAfter, type Exchange, type HttpAnswer } from '../http/exchange';
import { isDeeperThan, isRecord, text } from '../http/json';
import type { JobRef } from '../videoApi';

const LONGEST_LOCATION = 300;

/** Where an error answer has its words and codes (docs/api.md), and in how many levels. */
const FIELDS_OF_WORDS = ['message', 'msg', 'detail', 'errors', 'type', 'param', 'code', 'status'];
const DEEPEST_WORDS = 10;

export type SubmitAnswer =
	| { kind: 'accepted'; job: JobRef; raw: unknown }
	/** Not accepted, and welcome again later. */
	| { kind: 'rateLimited'; problem: ApiProblem; retryAfterMs?: number }
	/** Not accepted, and never will be like this. */
	| { kind: 'refused'; problem: ApiProblem }
	/** Nobody knows whether it was accepted. */
	| { kind: 'outcomeUnknown'; problem: ApiProblem };

/**
 * What the answer to a submit means for the money, by the table of errors in docs/api.md: a 5xx, a
 * reset or a time-out may come after the job was accepted.
 *
 * @param readAccepted the family's reading of a successful answer
 * @param nowMs epoch ms, for a Retry-After that is a date
 */
export function readSubmitAnswer(
	exchange: Exchange,
	readAccepted: (body: unknown) => JobRef | undefined,
	nowMs: number,
): SubmitAnswer {
	const problem = describeProblem(exchange);
	if (problem.reason === 'unknownId') problem.reason = 'notTheApi';
	if ('unanswered' in exchange) {
		return { kind: exchange.unanswered.phase === 'sent' ? 'outcomeUnknown' : 'refused', problem };
	}
	const { statusCode, headers, body, original = body } = exchange.answer;
	const traced = { ...problem, said: withTrace(problem.said, exchange.answer, readAccepted) };
	if (isSuccess(statusCode)) {
		const job = readAccepted(original);
		return job ? { kind: 'accepted', job, raw: body } : { kind: 'outcomeUnknown', problem: traced };
	}
	if (statusCode === 429 && problem.reason === 'rateLimited') {
		return { kind: 'rateLimited', problem, retryAfterMs: readRetryAfter(headers, nowMs) };
	}
	if (!mayBeAccepted(statusCode, problem)) return { kind: 'refused', problem };
	// The words for a bad input would say that it was not accepted.
	if (problem.reason === 'badInput') traced.reason = 'unreadable';
	return { kind: 'outcomeUnknown', problem: traced };
}

/** What the answer said, and where it leads to a job, though it does not say that one was accepted. */
function withTrace(
	said: string | undefined,
	{ headers, body }: HttpAnswer,
	readAccepted: (body: unknown) => JobRef | undefined,
): string | undefined {
	const named = readAccepted(body)?.requestId;
	const location = text(headers.location)?.slice(0, LONGEST_LOCATION);
	const traces =
		named === undefined
			? [restOf(said, body), location && `[Location ${location}]`]
			: [`[request ID ${named}]`];
	return text([said, ...traces].filter((part) => part !== undefined).join(' '));
}

/** What an answer says beside its words, where an id may stand that nobody expects there. */
function restOf(said: string | undefined, body: unknown): string | undefined {
	const piece = pieceOf(body);
	if (!isRecord(body) || piece === said) return undefined;
	const hasMore = isDeeperThan(body, DEEPEST_WORDS) || Object.entries(body).some(saysMore);
	return hasMore ? `[answer ${piece}]` : undefined;
}

function saysMore([name, value]: [string, unknown]): boolean {
	if (FIELDS_OF_WORDS.includes(name)) return false;
	if (typeof value === 'object' && value !== null) return Object.entries(value).some(saysMore);
	return name !== 'error' && (text(value) !== undefined || typeof value === 'number');
}

/**
 * 303 may lead to the accepted job, 409 may mean that it is there already, and with 408 or 499 a
 * gateway gave up waiting for whoever took the request.
 */
function mayBeAccepted(statusCode: number, { reason }: ApiProblem): boolean {
	if (statusCode >= 500) return reason !== 'modelUnavailable' && reason !== 'badInput';
	return [303, 408, 409, 499].includes(statusCode);
}
