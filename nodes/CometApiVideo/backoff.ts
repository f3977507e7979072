// CometAPI's advice for HTTP 429: min(30, 2^n) s plus a random part (docs/api.md).
const LONGEST_BACKOFF_S = 30;

/**
 * The delay in ms before a request is sent again after HTTP 429.
 *
 * @param attempt answers 429 in a row, from 1
 * @param random 0 to 1
 */
export function backoffMs(attempt: number, random: number): number {
	const seconds = Math.min(LONGEST_BACKOFF_S, 2 ** (attempt - 1));
	return seconds * 1000 * (0.5 + random);
}
