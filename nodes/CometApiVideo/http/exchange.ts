import { text, type JsonRecord } from './json';

/** The answer to one request, as n8n's HTTP helper gives it. */
export interface HttpAnswer {
	statusCode: number;
	headers: JsonRecord;
	/** Parsed when it was JSON, else the text; without the key, should it repeat it. */
	body: unknown;
	/** As it came, to read ids from: never shown. */
	original?: unknown;
}

/**
 * The last phase of a request without an answer: n8n did not give the credential, n8n blocked it,
 * no connection was made, or it may have reached the host.
 */
export type RequestPhase = 'credential' | 'blocked' | 'connecting' | 'sent';

/** A request without an answer. */
export interface Unanswered {
	phase: RequestPhase;
	message: string;
}

export type Exchange = { answer: HttpAnswer } | { unanswered: Unanswered };

/** A longer silence would leave a finished video, or a free place, unseen for too long. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Retry-After (RFC 9110: seconds or a date) in ms from now on, 0 to 60,000, if it is readable. */
export function readRetryAfter(headers: JsonRecord, nowMs: number): number | undefined {
	const value = text(headers['retry-after']);
	if (value === undefined) return undefined;
	if (/^\d+$/.test(value)) return Math.min(LONGEST_RETRY_AFTER_MS, Number(value) * 1000);
	// Date.parse makes a date of almost anything; an HTTP date begins with the day of the week.
	const ms = /^[A-Z][a-z]+, /.test(value) ? Date.parse(value) - nowMs : Number.NaN;
	return Number.isNaN(ms) ? undefined : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, ms));
}

export function isSuccess(statusCode: number): boolean {
	return statusCode >= 200 && statusCode < 300;
}

/** In characters, of others' words in a message. */
export const LONGEST_QUOTE = 500;

/** At most so many characters, without a character cut in halves. */
export function shorten<T extends string | undefined>(
	words: T,
	longest = LONGEST_QUOTE,
): T | string {
	if (words === undefined || words.length <= longest) return words;
	return `${words.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
