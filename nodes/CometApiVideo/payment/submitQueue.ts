import { submitBackoffMs } from './backoff';

/** What the queue needs from outside. Times in ms. */
export interface QueueDeps {
	/** Returns early when `wake` settles or the execution is stopped. */
	sleep(ms: number, wake: Promise<void>): Promise<void>;
	isStopped(): boolean;
	now(): number;
	/** 0 to 1. */
	random(): number;
}

/** What a submit that was answered 429 returns: nothing was accepted. */
export class Refusal {
	/** ms from now on, when the answer says so. */
	readonly retryAfterMs: number | undefined;

	constructor(retryAfterMs: number | undefined) {
		this.retryAfterMs = retryAfterMs;
	}
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

	private readonly deps: QueueDeps;

	constructor(deps: QueueDeps) {
		this.deps = deps;
	}

	/**
	 * Submits when the caller may, or when it has waited for longer than it is willing to, and again
	 * after each refusal. The turn ends with the submit, also when it throws: the next one may then
	 * ask at once.
	 *
	 * @param sinceMs when the caller began to wait, epoch ms
	 * @param patienceMs how long it waits while no job of this run is running
	 */
	async run<T>(
		sinceMs: number,
		patienceMs: number,
		submit: () => Promise<T | Refusal>,
	): Promise<T> {
		if (!this.isLimited) {
			const result = await submit();
			if (!(result instanceof Refusal)) return result;
			// Those who were on their way together were refused for one reason: it counts once.
			this.noteRefusal(!this.isLimited, result);
		}
		await this.becomeTheOneWhoAsks();
		try {
			for (;;) {
				await this.untilNextTry(sinceMs, patienceMs);
				const result = await submit();
				if (!(result instanceof Refusal)) return result;
				this.noteRefusal(true, result);
			}
		} finally {
			this.letTheNextOneAsk();
		}
	}

	/** The API has places after all: those who wait may go on waiting. */
	jobAccepted(): void {
		this.lastPlaceAt = this.deps.now();
	}

	jobStarted(): void {
		this.runningJobs++;
	}

	jobEnded(): void {
		this.runningJobs--;
		this.lastPlaceAt = this.deps.now();
		if (this.mayWakeEarly) this.wake();
	}

	/** For how long, in ms, an item that waits since `sinceMs` has had nothing to wait for. */
	idleMs(sinceMs: number): number {
		if (this.runningJobs > 0) return 0;
		return this.deps.now() - Math.max(sinceMs, this.lastPlaceAt);
	}

	private async becomeTheOneWhoAsks(): Promise<void> {
		if (this.isAsking) await new Promise<void>((resolve) => this.waiting.push(resolve));
		this.isAsking = true;
	}

	private async untilNextTry(sinceMs: number, patienceMs: number): Promise<void> {
		let isWoken = false;
		const woken = new Promise<void>((resolve) => {
			this.wake = () => {
				isWoken = true;
				resolve();
			};
		});
		while (!isWoken && !this.deps.isStopped()) {
			const untilTry = this.nextTryAt - this.deps.now();
			const patience = patienceMs - this.idleMs(sinceMs);
			if (untilTry <= 0 || patience <= 0) break;
			await this.deps.sleep(Math.min(untilTry, patience), woken);
		}
	}

	private noteRefusal(counts: boolean, { retryAfterMs }: Refusal): void {
		const now = this.deps.now();
		if (counts) {
			this.refusalsInARow++;
			this.nextTryAt = now + submitBackoffMs(this.refusalsInARow, this.deps.random());
			this.mayWakeEarly = true;
		}
		if (retryAfterMs !== undefined) {
			this.nextTryAt = Math.max(this.nextTryAt, now + retryAfterMs);
			this.mayWakeEarly = false;
		}
		this.isLimited = true;
	}

	private letTheNextOneAsk(): void {
		this.refusalsInARow = 0;
		this.nextTryAt = 0;
		const next = this.waiting.shift();
		if (next) return next();
		this.isAsking = false;
		this.isLimited = false;
	}
}
