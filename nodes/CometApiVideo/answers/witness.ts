import type { StatusAnswer } from './statusAnswer';

const ANSWERS = 3;

/** An error without a job is doubted, and an id may not be known, for so many ms (docs/api.md). */
const DOUBT_MS = 20_000;
const UNKNOWN_ID_MS = 30_000;

/** While an error is doubted, it is asked for again within this time, in ms. */
export const WITNESS_INTERVAL_MS = 10_000;

/**
 * Errors without a job in them say something of the exchange, and of the job only when they last: the
 * same on three answers in a row over 20 s, or 30 s for an id that is not known.
 */
export class Witness {
	private seen: string | undefined;
	private answers = 0;
	private sinceMs = 0;

	/**
	 * Takes the next answer.
	 *
	 * @param atMs when it was asked for, on a clock that only goes forward
	 * @returns whether its error is to be believed
	 */
	confirms(answer: StatusAnswer, atMs: number): boolean {
		if (answer.kind !== 'verdict' && answer.kind !== 'unknownId') {
			this.seen = undefined;
			return false;
		}
		const { reason, httpStatus, code } = answer.problem;
		const error = [reason, httpStatus, code].join(' ');
		if (error !== this.seen) {
			this.seen = error;
			this.answers = 0;
			this.sinceMs = atMs;
		}
		this.answers++;
		const doubtMs = answer.kind === 'unknownId' ? UNKNOWN_ID_MS : DOUBT_MS;
		return this.answers >= ANSWERS && atMs - this.sinceMs >= doubtMs;
	}

	get isDoubting(): boolean {
		return this.seen !== undefined;
	}
}
