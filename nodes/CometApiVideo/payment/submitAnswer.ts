import {
	describeProblem,
	isSuccess,
	readRetryAfter,
	type ApiProblem,
	type Exchange,
	type HttpAnswer,
} from '../http/answer';
import { text } from '../http/json';
import type { JobRef } from '../videoApi';

const LONGEST_LOCATION = 300;

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
		return { kind: exchange.unanswered.sent ? 'outcomeUnknown' : 'refused', problem };
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
	const trace =
		named === undefined ? location && `[Location ${location}]` : `[request ID ${named}]`;
	return text([said, trace].filter((part) => part !== undefined).join(' '));
}

/** 303 may lead to the accepted job, 409 may mean that it is there already. */
function mayBeAccepted(statusCode: number, { reason }: ApiProblem): boolean {
	if (statusCode >= 500) return reason !== 'modelUnavailable' && reason !== 'badInput';
	return [303, 408, 409].includes(statusCode);
}
