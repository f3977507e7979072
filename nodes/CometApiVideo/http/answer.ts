import { isRecord, text, type JsonRecord } from './json';

/** What came back for one request, as n8n's HTTP helper gives it. */
export interface HttpAnswer {
	statusCode: number;
	headers: JsonRecord;
	/** Parsed when it was JSON, else the text; without the key, should it repeat it. */
	body: unknown;
	/** As it came, to read ids from: never shown. */
	original?: unknown;
}

/** A request without an answer. `sent` is false only when it surely never reached the API. */
export interface Unanswered {
	sent: boolean;
	/** Node's or axios' code, for example ECONNRESET; undefined when n8n itself held the request back. */
	code?: string;
	message: string;
}

/** The code of a request that was not made, since n8n's database did not give the credential. */
export const CREDENTIAL_UNREAD = 'CREDENTIAL_UNREAD';

export type Exchange = { answer: HttpAnswer } | { unanswered: Unanswered };

export type ProblemReason =
	| 'badInput'
	| 'unauthorized'
	| 'noBalance'
	| 'forbidden'
	| 'notTheApi'
	| 'tooLarge'
	| 'rateLimited'
	| 'modelUnavailable'
	| 'unknownId'
	| 'serverError'
	| 'unreadable'
	| 'notReached'
	| 'credentialUnread'
	| 'heldBack'
	| 'connectionLost';

/** Why an exchange brought no job: for the user, and for the decision what to do next. */
export interface ApiProblem {
	reason: ProblemReason;
	httpStatus?: number;
	/** The server's or the network's own words. */
	said?: string;
}

function reasonOf({ sent, code }: Unanswered): ProblemReason {
	if (sent) return 'connectionLost';
	if (code === undefined) return 'heldBack';
	return code === CREDENTIAL_UNREAD ? 'credentialUnread' : 'notReached';
}

/** What keeps an exchange from being an answer about a job, in words for the user. */
export function describeProblem(exchange: Exchange): ApiProblem {
	if ('unanswered' in exchange) {
		return { reason: reasonOf(exchange.unanswered), said: exchange.unanswered.message };
	}
	const { statusCode: httpStatus, body } = exchange.answer;
	const { code, message: said } = readErrorEnvelope(body);
	return { reason: findReason(httpStatus, code, said, body), httpStatus, said };
}

function findReason(
	status: number,
	code: string | undefined,
	said: string | undefined,
	body: unknown,
): ProblemReason {
	if (code === 'task_not_exist' || /task_not_exist/.test(said ?? '')) return 'unknownId';
	if (status === 404) return isPage(body) ? 'notTheApi' : 'unknownId';
	if (status === 401) return 'unauthorized';
	if (status === 402 || (status === 403 && /quota|balance/i.test(`${code} ${said}`)))
		return 'noBalance';
	if (status === 403) return 'forbidden';
	if (status === 413) return 'tooLarge';
	if (status === 429) return 'rateLimited';
	if (code === 'model_not_found' || /no available channel/i.test(said ?? ''))
		return 'modelUnavailable';
	if (code === 'invalid_request') return 'badInput';
	if (status >= 500) return 'serverError';
	if (status >= 400) return 'badInput';
	return status >= 300 || isPage(body) ? 'notTheApi' : 'unreadable';
}

/**
 * The code and the words of an error answer: CometAPI's envelope {"error":{"message","type","code"}},
 * {"error":"text"}, {"code","message"}, {"code","error":"text"}.
 */
function readErrorEnvelope(body: unknown): { code?: string; message?: string } {
	if (!isRecord(body)) return {};
	const inner = isRecord(body.error) ? body.error : body;
	return {
		code: text(inner.code) ?? text(inner.type) ?? text(body.code),
		message: text(inner.message) ?? text(body.error) ?? text(body.message),
	};
}

/**
 * Retry-After of RFC 9110: seconds or an HTTP date.
 *
 * @returns milliseconds from now on, not negative; undefined without a readable header
 */
export function readRetryAfter(headers: JsonRecord, nowMs: number): number | undefined {
	const value = text(headers['retry-after']);
	if (value === undefined) return undefined;
	if (/^\d+$/.test(value)) return Number(value) * 1000;
	// Date.parse makes a date of almost anything; an HTTP date begins with the day of the week.
	const ms = /^[A-Z][a-z]+, /.test(value) ? Date.parse(value) - nowMs : Number.NaN;
	return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

export function isSuccess(statusCode: number): boolean {
	return statusCode >= 200 && statusCode < 300;
}

function isPage(body: unknown): boolean {
	return typeof body === 'string' && /^\s*<(!doctype|html|\?xml)/i.test(body);
}
