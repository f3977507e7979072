// CometAPI's advice for retries: min(30, 2^n) s plus a random part (docs/api.md).
const LONGEST_BACKOFF_S = 30;

/**
 * How long to wait before a refused submit is sent again, in ms.
 *
 * @param attempt refusals in a row, from 1
 * @param random 0 to 1
 */
export function submitBackoffMs(attempt: number, random: number): number {
	const seconds = Math.min(LONGEST_BACKOFF_S, 2 ** (attempt - 1));
	return seconds * 1000 * (0.5 + random);
}
