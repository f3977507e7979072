import { likelyDelayMs, type LikelyEnd } from './likelyEnd';

// With these the mean lag between a video's end and its notice is 1.0 / 1.7 / 4.5 / 5.0 s for jobs of
// 12 / 45 / 120 / 300 s, at 5 / 19 / 33 / 51 polls; with steady progress 0.6 / 0.7 / 1.1 / 1.9 s, at
// 4 / 6 / 9 / 18. `npm run bench` measures it.
const FIRST_POLL_MS = 6_100;
const SHARE_OF_ELAPSED = 0.076;
const SHORTEST_MS = 1_980;
const LONGEST_MS = 9_950;

// A delay strays so far from its mean, so that items which started together drift apart.
const SPREAD = 0.05;

// Progress is believed when it has risen at each of so many answers, and by so many percent in all,
// and no longer when the job went on after so many forecasts of its end: such progress creeps.
const RISING_ANSWERS = 3;
const RISE_PERCENT = 3;
const MISSES = 2;

// A believed forecast of the end is first approached, then met.
const APPROACH = 0.6;
const LONGEST_APPROACH_MS = 30_000;
const MEET_WITHIN_MS = 8_000;
const SHORTEST_MEETING_MS = 1_000;

/** Progress as one answer reported it. */
export interface ProgressReading {
	/** Since the job was accepted. */
	elapsedMs: number;
	/** 0-100. */
	percent: number;
}

export interface PollTiming {
	/** Since the job was accepted. */
	elapsedMs: number;
	/** Answers so far. */
	polls: number;
	/** Of the answers that reported progress, oldest first. */
	readings: ProgressReading[];
	/** The user's fixed interval in seconds; 0 is automatic. */
	pollIntervalS: number;
	/** The usual end of jobs of the same kind, if known. */
	likelyEnd?: LikelyEnd | undefined;
	/** 0 to 1. */
	random: number;
}

/** The delay before the next status request, in ms. */
export function nextPollDelayMs(timing: PollTiming): number {
	const { elapsedMs, polls, readings, pollIntervalS, likelyEnd, random } = timing;
	if (pollIntervalS > 0) return pollIntervalS * 1000;
	const strayed = 1 - SPREAD + 2 * SPREAD * random;
	const endMs = forecastEndMs(readings);
	if (endMs === undefined) {
		if (polls === 0) return FIRST_POLL_MS * strayed;
		if (!likelyEnd) return usualDelayMs(elapsedMs) * strayed;
		return likelyDelayMs(likelyEnd, elapsedMs, usualDelayMs) * strayed;
	}
	const leftMs = endMs - elapsedMs;
	if (leftMs > MEET_WITHIN_MS) return Math.min(LONGEST_APPROACH_MS, leftMs * APPROACH) * strayed;
	// A little after the forecast, since a poll that is slightly too early costs an extra one.
	return Math.max(SHORTEST_MEETING_MS, leftMs + random * SHORTEST_MEETING_MS);
}

function usualDelayMs(elapsedMs: number): number {
	return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, elapsedMs * SHARE_OF_ELAPSED));
}

/**
 * The forecast end of the job, in ms since it was accepted, if its progress can be believed: neither
 * coarse, nor stuck, nor running backwards, but rising steadily to the last answer, and true so far.
 */
function forecastEndMs(readings: ProgressReading[]): number | undefined {
	let endMs: number | undefined;
	let misses = 0;
	for (const [index, { elapsedMs }] of readings.entries()) {
		if (endMs !== undefined && elapsedMs > endMs) misses++;
		endMs = steadyEndMs(readings, index);
	}
	return misses < MISSES ? endMs : undefined;
}

/** The end by the readings up to that one. */
function steadyEndMs(readings: ProgressReading[], lastIndex: number): number | undefined {
	const [first] = readings;
	const latest = readings.slice(Math.max(0, lastIndex + 1 - RISING_ANSWERS), lastIndex + 1);
	const last = latest.at(-1);
	if (!first || !last || last.percent - first.percent < RISE_PERCENT) return undefined;
	const isRising = latest.every(
		({ percent }, index) => index === 0 || percent > (latest[index - 1]?.percent ?? 0),
	);
	if (latest.length < RISING_ANSWERS || !isRising) return undefined;
	const msPerPercent = (last.elapsedMs - first.elapsedMs) / (last.percent - first.percent);
	return last.elapsedMs + (100 - last.percent) * msPerPercent;
}
