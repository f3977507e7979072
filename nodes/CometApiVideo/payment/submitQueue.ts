import { backoffMs } from '../backoff';
import type { Clock } from '../clock';
import { Semaphore } from '../semaphore';

/**
 * The most submits of a run on their way at a time, so that Stop leaves few in flight; and how
 * many of those with a file, whose bodies take up to 27 MB each. Measured: test/bench/batches.ts.
 */
const LANE_WIDTH = 16;
const FILE_LANE_WIDTH = 2;

export interface QueueDeps {
	clock: Clock;
	isStopped(): boolean;
	/** 0 to 1. */
	random(): number;
}

/** The result of a submit that was answered 429: nothing was accepted. */
export class RateLimited {
	/** ms from now on, when the answer says so. */
	readonly retryAfterMs: number | undefined;

	constructor(retryAfterMs: number | undefined) {
		this.retryAfterMs = retryAfterMs;
	}
}

/** An item that waits to submit. */
export interface Submitter {
	/** The wait while no job of this run is running, in ms. */
	patienceMs: number;
	hasFile: boolean;
}

/** @param isOutOfPatience the submit comes in spite of the queue, or not at all */
export type Submit<T> = (isOutOfPatience: boolean) => Promise<T | RateLimited>;

interface Waiter extends Submitter {
	sinceMs: number;
}

const LIMITED = Symbol('limited');

/**
 * Lets items submit. Until the API answers 429 everybody may; from then on one item probes for all,
 * and its acceptance lets the next one probe at once. A job of this run that ends frees a place, so
 * it wakes the prober.
 */
export class SubmitQueue {
	private isLimited = false;
	private attempt = 0;
	private nextTryAt = 0;
	private mayWakeEarly = true;
	private wake: () => void = () => {};
	private readonly probe = new Semaphore(1);
	private readonly lane = new Semaphore(LANE_WIDTH);
	private readonly fileLane = new Semaphore(FILE_LANE_WIDTH);
	private runningJobs = 0;
	private lastPlaceAt = 0;

	private readonly deps: QueueDeps;

	constructor(deps: QueueDeps) {
		this.deps = deps;
	}

	/**
	 * Submits when the caller may, or when it is out of patience or the execution is stopped (`submit`
	 * must look), and again after each 429. A turn ends with its submit, also when that throws: the
	 * next one may then probe at once.
	 */
	async run<T>(submitter: Submitter, submit: Submit<T>): Promise<T> {
		const waiter = { ...submitter, sinceMs: this.deps.clock.now() };
		if (!this.isLimited) {
			const result = await this.submitInLane(waiter, submit);
			if (result !== LIMITED) return result;
		}
		return await this.probe.run(
			async (isProber) => await this.submitUntilTaken(waiter, submit, isProber),
			async (placed) => await this.waitPatiently(waiter, placed),
		);
	}

	/** @param isProber false for one that is out of patience, or on Stop */
	private async submitUntilTaken<T>(
		waiter: Waiter,
		submit: Submit<T>,
		isProber: boolean,
	): Promise<T> {
		try {
			for (;;) {
				if (isProber) await this.untilNextTry(waiter);
				const result = await this.deps.clock.during(submit(this.isOutOfPatience(waiter)));
				if (!(result instanceof RateLimited)) return result;
				this.backOff(true, result);
			}
		} finally {
			if (isProber) this.letTheNextOneProbe();
		}
	}

	/** @returns LIMITED when the submit was answered 429, or another one was before its turn came */
	private async submitInLane<T>(waiter: Waiter, submit: Submit<T>): Promise<T | typeof LIMITED> {
		const lane = waiter.hasFile ? this.fileLane : this.lane;
		return await lane.run(
			async () => {
				if (this.isLimited && !this.isOver(waiter)) return LIMITED;
				const result = await this.deps.clock.during(submit(this.isOutOfPatience(waiter)));
				if (!(result instanceof RateLimited)) return result;
				// Those who were on their way together were limited for one reason: it counts once.
				this.backOff(!this.isLimited, result);
				return LIMITED;
			},
			async (placed) => await this.waitPatiently(waiter, placed),
		);
	}

	/** The API has places after all: those who wait may go on waiting. */
	jobAccepted(): void {
		this.lastPlaceAt = this.deps.clock.now();
	}

	jobStarted(): void {
		this.runningJobs++;
	}

	jobEnded(): void {
		this.runningJobs--;
		this.lastPlaceAt = this.deps.clock.now();
		if (this.mayWakeEarly) this.wake();
	}

	private async untilNextTry(waiter: Waiter): Promise<void> {
		let isWoken = false;
		const woken = new Promise<void>((resolve) => {
			this.wake = () => {
				isWoken = true;
				resolve();
			};
		});
		while (!isWoken && !this.isOver(waiter)) {
			const untilTry = this.nextTryAt - this.deps.clock.now();
			if (untilTry <= 0) break;
			await this.deps.clock.sleep(Math.min(untilTry, this.patienceLeft(waiter)), woken);
		}
	}

	/** Waits for the event, but not longer than the caller is willing to. */
	private async waitPatiently(waiter: Waiter, event: Promise<void>): Promise<void> {
		let hasCome = false;
		const coming = event.then(() => {
			hasCome = true;
		});
		while (!hasCome && !this.isOver(waiter)) {
			await this.deps.clock.sleep(this.patienceLeft(waiter), coming);
		}
	}

	private isOver(waiter: Waiter): boolean {
		return this.deps.isStopped() || this.isOutOfPatience(waiter);
	}

	private isOutOfPatience(waiter: Waiter): boolean {
		return this.patienceLeft(waiter) <= 0;
	}

	private patienceLeft({ sinceMs, patienceMs }: Waiter): number {
		const idleMs = this.deps.clock.now() - Math.max(sinceMs, this.lastPlaceAt);
		return this.runningJobs > 0 ? patienceMs : patienceMs - idleMs;
	}

	private backOff(counts: boolean, { retryAfterMs }: RateLimited): void {
		const now = this.deps.clock.now();
		if (counts) {
			this.attempt++;
			this.nextTryAt = now + backoffMs(this.attempt, this.deps.random());
			this.mayWakeEarly = true;
		}
		if (retryAfterMs !== undefined) {
			this.nextTryAt = Math.max(this.nextTryAt, now + retryAfterMs);
			this.mayWakeEarly = false;
		}
		this.isLimited = true;
	}

	private letTheNextOneProbe(): void {
		this.attempt = 0;
		this.nextTryAt = 0;
		if (!this.probe.isAwaited) this.isLimited = false;
	}
}
