import { isRecord, text, type JsonRecord } from './json';
import { PENDING, readRequestId, readVideoJob, type VideoJob } from './videoJob';

/** What came back for one request, as n8n's HTTP helper gives it. */
export interface HttpAnswer {
	statusCode: number;
	headers: JsonRecord;
	/** Parsed when it was JSON, else the text. */
	body: unknown;
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

export type TroubleReason =
	| 'badInput'
	| 'unauthorized'
	| 'noBalance'
	| 'forbidden'
	| 'notTheApi'
	| 'tooLarge'
	| 'rateLimited'
	| 'modelUnavailable'
	| 'unknownId'
	| 'serverTrouble'
	| 'unreadable'
	| 'notReached'
	| 'credentialUnread'
	| 'heldBack'
	| 'connectionLost';

/** An exchange that brought no job: why, in words for the user and for the decision what to do. */
export interface Trouble {
	reason: TroubleReason;
	httpStatus?: number;
	/** The server's or the network's own words. */
	said?: string;
}

export type SubmitAnswer =
	| { kind: 'accepted'; requestId: string; raw: unknown }
	/** Not accepted, and welcome again later. */
	| { kind: 'busy'; trouble: Trouble; retryAfterMs?: number }
	/** Not accepted, and never will be like this. */
	| { kind: 'refused'; trouble: Trouble }
	/** Nobody knows whether it was accepted. */
	| { kind: 'uncertain'; trouble: Trouble };

export type StatusAnswer =
	| { kind: 'job'; job: VideoJob; raw: unknown }
	| { kind: 'unknownId'; trouble: Trouble }
	/** Asking again would bring the same. */
	| { kind: 'refused'; trouble: Trouble }
	/** Says nothing about the job: ask again. */
	| { kind: 'unclear'; trouble: Trouble; retryAfterMs?: number };

/**
 * What the answer to a submit means for the money: see the table of errors in CometAPI's
 * documentation; a 5xx, a reset or a time-out may come after the job was accepted.
 *
 * @param nowMs for a Retry-After that is a date
 */
export function readSubmitAnswer(exchange: Exchange, nowMs: number): SubmitAnswer {
	const trouble = describeExchange(exchange);
	if (trouble.reason === 'unknownId') trouble.reason = 'notTheApi';
	if ('unanswered' in exchange) {
		return { kind: exchange.unanswered.sent ? 'uncertain' : 'refused', trouble };
	}
	const { statusCode, headers, body } = exchange.answer;
	const requestId = readRequestId(body);
	if (isSuccess(statusCode)) {
		return requestId === undefined
			? { kind: 'uncertain', trouble }
			: { kind: 'accepted', requestId, raw: body };
	}
	if (statusCode === 429) {
		return { kind: 'busy', trouble, retryAfterMs: readRetryAfter(headers, nowMs) };
	}
	const mayBeAccepted =
		statusCode >= 500 && !['modelUnavailable', 'badInput'].includes(trouble.reason);
	return { kind: mayBeAccepted || statusCode === 408 ? 'uncertain' : 'refused', trouble };
}

/**
 * What the answer to a status request says of the job. Only 401, 402 and 403 end a wait, and what
 * n8n itself holds back: everything else may pass, and the job is paid for.
 *
 * @param nowMs for a Retry-After that is a date
 */
export function readStatusAnswer(exchange: Exchange, nowMs: number): StatusAnswer {
	const trouble = describeExchange(exchange);
	if ('unanswered' in exchange) {
		const { sent, code } = exchange.unanswered;
		return { kind: !sent && code === undefined ? 'refused' : 'unclear', trouble };
	}
	const { statusCode, headers, body } = exchange.answer;
	if (isSuccess(statusCode)) {
		const job = readVideoJob(body) ?? emptyAccepted(exchange.answer);
		if (job) return { kind: 'job', job, raw: body };
	}
	if (trouble.reason === 'unknownId') return { kind: 'unknownId', trouble };
	if (statusCode === 401 || statusCode === 402 || statusCode === 403)
		return { kind: 'refused', trouble };
	return { kind: 'unclear', trouble, retryAfterMs: readRetryAfter(headers, nowMs) };
}

/** xAI answers 202 while the job is pending, sometimes with nothing in it. */
function emptyAccepted({ statusCode, body }: HttpAnswer): VideoJob | undefined {
	if (statusCode !== 202 || (body !== '' && body !== undefined && body !== null)) return undefined;
	return PENDING;
}

function reasonOf({ sent, code }: Unanswered): TroubleReason {
	if (sent) return 'connectionLost';
	if (code === undefined) return 'heldBack';
	return code === CREDENTIAL_UNREAD ? 'credentialUnread' : 'notReached';
}

function describeExchange(exchange: Exchange): Trouble {
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
): TroubleReason {
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
	if (status >= 500) return 'serverTrouble';
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

function isSuccess(statusCode: number): boolean {
	return statusCode >= 200 && statusCode < 300;
}

function isPage(body: unknown): boolean {
	return typeof body === 'string' && /^\s*<(!doctype|html|\?xml)/i.test(body);
}
