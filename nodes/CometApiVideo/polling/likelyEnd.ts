/** The usual end of jobs of a kind. */
export interface LikelyEnd {
	/** Half of them have ended by then. Ms since a job was accepted. */
	medianMs: number;
	/** Half of them stray no farther from the median, as a share of it. */
	spread: number;
}

// With fewer ends, one odd job would decide.
const LEAST_ENDS = 3;

// A few ends say little about their spread, so this one counts as much as six of them.
const ASSUMED_SPREAD = 0.12;
const ASSUMED_ENDS = 6;

// Share of jobs that end at any other time. Found by `npm run bench -- --only learning`.
const STRAYS = 0.03;

// A provider that has become fast is noticed: no delay is longer than this share of the job's age.
const LONGEST_SHARE_OF_AGE = 0.8;
const SHORTEST_MS = 1_000;
const STEPS_PER_DELAY = 20;

/**
 * The median and the median absolute deviation of ends, since odd ones barely move these.
 *
 * @param endsMs ages at which jobs ended, in ms
 * @returns undefined when these are too few
 */
export function likelyEndOf(endsMs: readonly number[]): LikelyEnd | undefined {
	const count = endsMs.length;
	if (count < LEAST_ENDS) return undefined;
	const medianMs = median(endsMs);
	const deviation = median(endsMs.map((ms) => Math.abs(Math.log(ms / medianMs))));
	const total = deviation * count + ASSUMED_SPREAD * ASSUMED_ENDS;
	return { medianMs, spread: total / (count + ASSUMED_ENDS) };
}

/**
 * The delay before the next poll of a job, in ms. Ends are taken to follow a log-logistic
 * distribution, and polls the square root of its hazard rate, which costs the least lag for the polls.
 *
 * @param usualDelayMs the delay at an age, in ms, when nothing is known
 */
export function likelyDelayMs(
	{ medianMs, spread }: LikelyEnd,
	elapsedMs: number,
	usualDelayMs: (elapsedMs: number) => number,
): number {
	const shape = Math.log(3) / spread;
	const longestMs = Math.max(usualDelayMs(elapsedMs), elapsedMs * LONGEST_SHARE_OF_AGE);
	let delayMs = 0;
	for (let due = 0; due < 1 && delayMs < longestMs; ) {
		const atMs = elapsedMs + delayMs;
		const running = 1 - 1 / (1 + (medianMs / atMs) ** shape);
		const pace = (shape * (1 - running) * running + STRAYS) / (running + STRAYS);
		delayMs += usualDelayMs(atMs) / STEPS_PER_DELAY;
		due += Math.sqrt(pace) / STEPS_PER_DELAY;
	}
	return Math.max(SHORTEST_MS, Math.min(delayMs, longestMs));
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const [low = 0, high = low] = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
	return (low + high) / 2;
}
