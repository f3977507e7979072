import {
	describeProblem,
	isSuccess,
	readRetryAfter,
	type ApiProblem,
	type Exchange,
} from '../http/answer';
import type { JobRef } from '../videoApi';

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
	if (isSuccess(statusCode)) {
		const job = readAccepted(original);
		return job ? { kind: 'accepted', job, raw: body } : { kind: 'outcomeUnknown', problem };
	}
	if (statusCode === 429 && problem.reason === 'rateLimited') {
		return { kind: 'rateLimited', problem, retryAfterMs: readRetryAfter(headers, nowMs) };
	}
	if (!mayBeAccepted(statusCode, problem)) return { kind: 'refused', problem };
	// The words for a bad input would say that it was not accepted.
	if (problem.reason === 'badInput') problem.reason = 'unreadable';
	return { kind: 'outcomeUnknown', problem };
}

/** 303 may lead to the accepted job, 409 may mean that it is there already. */
function mayBeAccepted(statusCode: number, { reason }: ApiProblem): boolean {
	if (statusCode >= 500) return reason !== 'modelUnavailable' && reason !== 'badInput';
	return [303, 408, 409].includes(statusCode);
}
