import { submitBackoffMs } from './schedule';

/** The world as the queue needs it. Times in ms. */
export interface QueueWorld {
	/** Returns early when `wake` settles or the execution is stopped. */
	sleep(ms: number, wake: Promise<void>): Promise<void>;
	isStopped(): boolean;
	now(): number;
	/** 0 to 1. */
	random(): number;
}

/**
 * Who may submit next. Until the API says 429 everybody may; from then on one item asks for all, and
 * its acceptance lets the next one ask at once. A job of this run that ends frees a place, so it
 * wakes the one who asks.
 */
export class SubmitQueue {
	private isLimited = false;
	private isAsking = false;
	private refusalsInARow = 0;
	private nextTryAt = 0;
	private mayWakeEarly = true;
	private wake: () => void = () => {};
	private readonly waiting: Array<() => void> = [];
	private runningJobs = 0;
	private lastPlaceAt = 0;

	private readonly world: QueueWorld;

	constructor(world: QueueWorld) {
		this.world = world;
	}

	/**
	 * Resolves when the caller may submit, or has waited for longer than it is willing to. Every turn
	 * ends in `refused` or `passOn`.
	 *
	 * @param sinceMs when the caller began to wait, epoch ms
	 * @param patienceMs how long it waits while no job of this run is running
	 * @returns whether the caller is the one who asks for all
	 */
	async turn(sinceMs: number, patienceMs: number): Promise<boolean> {
		if (!this.isLimited) return false;
		if (this.isAsking) await new Promise<void>((resolve) => this.waiting.push(resolve));
		this.isAsking = true;
		let isWoken = false;
		const woken = new Promise<void>((resolve) => {
			this.wake = () => {
				isWoken = true;
				resolve();
			};
		});
		while (!isWoken && !this.world.isStopped()) {
			const untilTry = this.nextTryAt - this.world.now();
			const patience = patienceMs - this.idleMs(sinceMs);
			if (untilTry <= 0 || patience <= 0) break;
			await this.world.sleep(Math.min(untilTry, patience), woken);
		}
		return true;
	}

	/** The submit was answered 429: the same item's next turn comes after a backoff. */
	refused(asksForAll: boolean, retryAfterMs: number | undefined): void {
		const now = this.world.now();
		// Those who were on their way together were refused for one reason: it counts once.
		if (asksForAll || !this.isLimited) {
			this.refusalsInARow++;
			this.nextTryAt = now + submitBackoffMs(this.refusalsInARow, this.world.random());
			this.mayWakeEarly = true;
		}
		if (retryAfterMs !== undefined) {
			this.nextTryAt = Math.max(this.nextTryAt, now + retryAfterMs);
			this.mayWakeEarly = false;
		}
		this.isLimited = true;
		if (asksForAll) this.isAsking = false;
	}

	/** The submit is over, so the next one may ask at once. */
	passOn(asksForAll: boolean): void {
		if (!asksForAll) return;
		this.refusalsInARow = 0;
		this.nextTryAt = 0;
		const next = this.waiting.shift();
		if (next) return next();
		this.isAsking = false;
		this.isLimited = false;
	}

	/** The API has places after all: who waits may go on waiting. */
	jobAccepted(): void {
		this.lastPlaceAt = this.world.now();
	}

	jobStarted(): void {
		this.runningJobs++;
	}

	jobEnded(): void {
		this.runningJobs--;
		this.lastPlaceAt = this.world.now();
		if (this.mayWakeEarly) this.wake();
	}

	/** For how long, in ms, an item that waits since `sinceMs` has had nothing to wait for. */
	idleMs(sinceMs: number): number {
		if (this.runningJobs > 0) return 0;
		return this.world.now() - Math.max(sinceMs, this.lastPlaceAt);
	}
}
