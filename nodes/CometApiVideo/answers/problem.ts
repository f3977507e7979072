import {
	LONGEST_QUOTE,
	shorten,
	type Exchange,
	type HttpAnswer,
	type RequestPhase,
} from '../http/exchange';
import { isRecord, text, toText, type JsonRecord } from '../http/json';

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
 * Why an exchange brought no job: for the user, and for the decision what to do next. Plain JSON, so
 * that it can be kept with the execution.
 */
export interface ApiProblem {
	reason: ProblemReason;
	httpStatus?: number;
	/** The server's or the network's own words, of at most LONGEST_QUOTE characters. */
	said?: string;
	/** CometAPI's number of the exchange, for which its support asks. */
	supportId?: string;
}

const UNANSWERED: Record<RequestPhase, ProblemReason> = {
	credential: 'credentialUnread',
	blocked: 'blocked',
	connecting: 'notReached',
	sent: 'connectionLost',
};

/** What keeps an exchange from being an answer about a job, in words for the user. */
export function describeProblem(exchange: Exchange): ApiProblem {
	if ('unanswered' in exchange) {
		const { phase, message } = exchange.unanswered;
		return { reason: UNANSWERED[phase], said: shorten(message) };
	}
	const { answer } = exchange;
	const reason = findReason(answer);
	const supportId = text(answer.headers['x-cometapi-request-id']);
	return {
		reason,
		httpStatus: answer.statusCode,
		said: wordsOf(answer.body) ?? (reason === 'unreadable' ? pieceOf(answer.body) : undefined),
		...(supportId !== undefined && { supportId: shorten(supportId) }),
	};
}

function findReason(answer: HttpAnswer): ProblemReason {
	const { statusCode: status, body } = answer;
	const { code = '', type = '' } = readCodes(body);
	const said = wordsOf(body) ?? '';
	const isOurs = isOfTheApi(answer);
	if (isOurs && [code, said].some((told) => told.includes('task_not_exist'))) return 'unknownId';
	if (status === 413) return 'tooLarge';
	if (status === 429) return isOutOfCredit(code || type, said) ? 'noBalance' : 'rateLimited';
	// Any of them may come from whatever stands between n8n and CometAPI.
	if (!isOurs && [401, 402, 403, 404, 407, 451].includes(status)) return 'notTheApi';
	if (status === 401) return 'unauthorized';
	if (status === 402) return 'noBalance';
	if (status === 403) return /quota|balance/i.test(`${code} ${said}`) ? 'noBalance' : 'forbidden';
	// With another 5xx the same words may stand for a job that was accepted.
	if (isOurs && (status === 503 || (status >= 400 && status < 500))) {
		if (code === 'model_not_found' || /no available channel/i.test(said)) return 'modelUnavailable';
	}
	// new-api's words for a path that it doesn't have: the base URL leads elsewhere.
	if (status === 404) return /^invalid url\b/i.test(said) ? 'notTheApi' : 'unknownId';
	if (isOurs && status === 500 && (code || type) === 'invalid_request') return 'badInput';
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
	const { code, type } = readCodes(body);
	if (repeatsStatus(code ?? type, statusCode)) return false;
	if (code === undefined) {
		return (isRecord(body.error) && type !== undefined) || body.error === 'task_not_exist';
	}
	return wordsOf(body) !== undefined;
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

/** What the API's own error answer says of itself: the code, if it has one, and the words. */
export function readVerdict(answer: HttpAnswer): { code?: string; message: string } | undefined {
	const { code } = readCodes(answer.body);
	const message = wordsOf(answer.body);
	return isOfTheApi(answer) && message !== undefined ? { code, message } : undefined;
}

/**
 * A code as it is compared: in lower case, with underscores, without the prefix of whoever raised it.
 * `imagine:content-moderated` is content_moderated.
 */
export function bareCode(code: string): string {
	return code
		.slice(code.lastIndexOf(':') + 1)
		.trim()
		.toLowerCase()
		.replaceAll('-', '_');
}

const CREDIT_CODES = ['insufficient_quota', 'insufficient_user_quota', 'quota_not_enough'];

const CREDIT_WORDS =
	/spending limit|current quota|(credits?|balance|quota|funds)\b.{0,40}\b(used up|exhausted|depleted|insufficient|not enough|too low|run out)|(insufficient|not enough|no more|used (up )?all|ran out of).{0,20}\b(credits?|balance|quota|funds)\b/i;

const RATE_WORDS =
	/rate.?limit|(requests?|tokens?|calls?) (per|a|\/) ?(second|minute|hour|day)|too many requests|concurren|\b[rtq]p[smhd]\b/i;

/** Whether a 429 means the money and not the rate, which can have the same code. */
function isOutOfCredit(code: string, said: string): boolean {
	if (RATE_WORDS.test(said)) return false;
	return CREDIT_CODES.includes(bareCode(code)) || CREDIT_WORDS.test(said);
}

function readCodes(body: unknown): { code?: string; type?: string } {
	if (!isRecord(body)) return {};
	const inner = isRecord(body.error) ? body.error : {};
	return {
		code: readCode(inner.code) ?? readCode(body.code),
		type: text(inner.type),
	};
}

export function readCode(value: unknown): string | undefined {
	return typeof value === 'number' && value !== 0 ? String(value) : text(value);
}

/**
 * The words of an error answer, shortened: CometAPI's envelope {"error":{"message","type","code"}},
 * {"error":"text"}, {"code","message"}, `msg`, `detail` as a text or a list, `errors`, a plain text.
 */
function wordsOf(body: unknown): string | undefined {
	if (typeof body === 'string') return isPage(body) ? undefined : shorten(text(body));
	if (!isRecord(body)) return undefined;
	const inner = isRecord(body.error) ? messageIn(body.error) : text(body.error);
	return shorten(inner ?? messageIn(body) ?? listOf(body.detail) ?? listOf(body.errors));
}

/** The words of an error, wherever it has them. */
export function messageIn({ message, msg, detail }: JsonRecord): string | undefined {
	return text(message) ?? text(msg) ?? text(detail);
}

function listOf(value: unknown): string | undefined {
	if (!Array.isArray(value)) return undefined;
	const words = value
		.slice(0, LONGEST_QUOTE)
		.map((entry) => (isRecord(entry) ? messageIn(entry) : text(entry)));
	return text(words.filter((word) => word !== undefined).join('; '));
}

/** What there is of an answer, as far as a message quotes it. */
export function pieceOf(body: unknown): string | undefined {
	if (isPage(body) || body === undefined || body === null || body === '') return undefined;
	return shorten(toText(body));
}

function isPage(body: unknown): boolean {
	return typeof body === 'string' && /^\s*<(!doctype|html|\?xml)/i.test(body);
}
