import { shorten, type Exchange, type HttpAnswer, type RequestPhase } from '../http/exchange';
import { isRecord, text, toText } from '../http/json';
import { saysNoBalance } from './balance';
import { bareCode } from './codes';
import { layersOf } from './layers';
import { LONGEST_WORDS, reasonIn, type Reason } from './reason';

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
	| 'blocked'
	| 'connectionLost';

/**
 * The reason that an exchange has no job: for the user, and for the next decision. Plain JSON, so
 * that it can be kept with the execution.
 */
export interface ApiProblem {
	reason: ProblemReason;
	httpStatus?: number;
	/** The server's own, of at most LONGEST_CODE characters. */
	code?: string;
	/** The server's or the network's own words, of at most LONGEST_QUOTE characters. */
	message?: string;
	/** CometAPI's number of the exchange, for which its support asks. */
	supportId?: string;
}

const UNANSWERED: Record<RequestPhase, ProblemReason> = {
	credential: 'credentialUnread',
	blocked: 'blocked',
	connecting: 'notReached',
	sent: 'connectionLost',
};

export const LONGEST_CODE = 100;

/** Statuses with which gateways tell that an account has no money. */
const MONEY_STATUSES = [400, 402, 403, 429];

/** The reason that an exchange is no answer about a job, for the user. */
export function describeProblem(exchange: Exchange): ApiProblem {
	if ('unanswered' in exchange) {
		const { phase, message } = exchange.unanswered;
		return { reason: UNANSWERED[phase], message: shorten(message) };
	}
	const { answer } = exchange;
	const error = reasonOf(answer.body);
	const reason = findReason(answer, error);
	const supportId = text(answer.headers['x-cometapi-request-id']);
	return {
		reason,
		httpStatus: answer.statusCode,
		...(error.code !== undefined && { code: shorten(error.code, LONGEST_CODE) }),
		message: shorten(error.message) ?? (reason === 'unreadable' ? pieceOf(answer.body) : undefined),
		...(supportId !== undefined && { supportId: shorten(supportId) }),
	};
}

function findReason(answer: HttpAnswer, error: Reason): ProblemReason {
	const { statusCode: status, body } = answer;
	const { code = '', message = '' } = error;
	const isOurs = isOfTheApi(answer);
	if (isOurs && [code, message].some((each) => each.includes('task_not_exist'))) return 'unknownId';
	if (status === 413) return 'tooLarge';
	// Any of them may come from whatever stands between n8n and CometAPI.
	if (!isOurs && [401, 402, 403, 404, 407, 451].includes(status)) return 'notTheApi';
	if ((status < 300 || MONEY_STATUSES.includes(status)) && saysNoBalance(error)) return 'noBalance';
	if (status === 429) return 'rateLimited';
	if (status === 401) return 'unauthorized';
	if (status === 402) return 'noBalance';
	if (status === 403) return 'forbidden';
	// With another 5xx the same words may stand for a job that was accepted.
	if (isOurs && (status === 503 || (status >= 400 && status < 500))) {
		if (code === 'model_not_found' || /no available channel/i.test(message))
			return 'modelUnavailable';
	}
	// new-api's words for a path that it doesn't have: the base URL leads elsewhere.
	if (status === 404) return /^invalid url\b/i.test(message) ? 'notTheApi' : 'unknownId';
	if (isOurs && status === 500 && code === 'invalid_request') return 'badInput';
	if (status >= 500) return 'serverError';
	if (isPage(body)) return 'notTheApi';
	if (status >= 400) return 'badInput';
	return status >= 300 ? 'notTheApi' : 'unreadable';
}

/**
 * Whether CometAPI itself wrote an error answer. Its own is JSON in one of the shapes of docs/api.md:
 * `error` with a message and a type or code, or a code beside words. The bare {"error":"text"} is seen
 * from CometAPI and from many an ingress; so it, like every other JSON, counts only with the header
 * x-cometapi-request-id. A `code` or type that repeats the HTTP status is a gateway's.
 */
export function isOfTheApi({ statusCode, headers, body }: HttpAnswer): boolean {
	if (!isRecord(body)) return false;
	if (text(headers['x-cometapi-request-id']) !== undefined) return true;
	const { code, message } = reasonOf(body);
	if (repeatsStatus(code, statusCode)) return false;
	return code === undefined ? body.error === 'task_not_exist' : message !== undefined;
}

/** What RFC 9110 calls the statuses that gateways answer by themselves, as `bareCode` gives it. */
const STATUS_NAMES: Record<number, string> = {
	400: 'bad_request',
	401: 'unauthorized',
	403: 'forbidden',
	404: 'not_found',
};

function repeatsStatus(code: string | undefined, statusCode: number): boolean {
	if (code === undefined) return false;
	const name = bareCode(code).replaceAll(' ', '_');
	return name === String(statusCode) || name === STATUS_NAMES[statusCode];
}

/** The error in an answer, in whatever layer. */
export function reasonOf(body: unknown): Reason {
	if (typeof body === 'string' && layersOf(body).length === 0) {
		return isPage(body) ? {} : { message: shorten(text(body), LONGEST_WORDS) };
	}
	const reasons = layersOf(body).flatMap((layer) => reasonIn(layer) ?? []);
	return reasons.find(({ message }) => message !== undefined) ?? reasons[0] ?? {};
}

/** Characters shown of a text within an answer; without blanks, it may be an id. */
const LONGEST_TEXT = 80;
const LONGEST_ID_SHOWN = 400;

/** An answer as a message quotes it: long texts first make room for short ones. */
export function pieceOf(body: unknown): string | undefined {
	if (isPage(body) || body === undefined || body === null || body === '') return undefined;
	return shorten(
		toText(body, (value) =>
			typeof value === 'string'
				? shorten(value, /\s/.test(value) ? LONGEST_TEXT : LONGEST_ID_SHOWN)
				: value,
		),
	);
}

function isPage(body: unknown): boolean {
	return typeof body === 'string' && /^\s*<(!doctype|html|\?xml)/i.test(body);
}
