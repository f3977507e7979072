const FIRST_POLL_MS = 3_000;
const SHARE_OF_ELAPSED = 0.08;
const SHORTEST_MS = 2_000;
const LONGEST_MS = 10_000;

// How far a delay may stray from its mean, so that items which started together drift apart.
const SPREAD = 0.1;

// CometAPI's advice for retries: min(30, 2^n) s plus a random part.
const LONGEST_BACKOFF_S = 30;

export interface PollTiming {
	/** Since the job was accepted. */
	elapsedMs: number;
	/** Answers so far. */
	polls: number;
	/** The user's fixed interval in seconds; 0 is automatic. */
	pollIntervalS: number;
	/** 0 to 1. */
	random: number;
}

/** How long to wait before the next status request, in ms. */
export function nextPollDelayMs({ elapsedMs, polls, pollIntervalS, random }: PollTiming): number {
	if (pollIntervalS > 0) return pollIntervalS * 1000;
	const mean =
		polls === 0
			? FIRST_POLL_MS
			: Math.min(LONGEST_MS, Math.max(SHORTEST_MS, elapsedMs * SHARE_OF_ELAPSED));
	return mean * (1 - SPREAD + 2 * SPREAD * random);
}

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
