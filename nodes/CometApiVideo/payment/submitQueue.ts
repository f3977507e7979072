import { Semaphore } from '../semaphore';
import { submitBackoffMs } from './backoff';

/**
 * How many submits of a run are on their way at a time, so that Stop leaves few in flight; and how
 * many of those with a file, whose bodies take up to 27 MB each. Measured: test/bench/batches.ts.
 */
const LANE_WIDTH = 16;
const FILE_LANE_WIDTH = 2;

/** What the queue needs from outside. Times in ms. */
export interface QueueDeps {
	/** Returns early when `wake` settles or the execution is stopped. */
	sleep(ms: number, wake: Promise<void>): Promise<unknown>;
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

/** Who waits to submit. */
export interface Submitter {
	/** When it began to wait, epoch ms. */
	sinceMs: number;
	/** How long it waits while no job of this run is running, in ms. */
	patienceMs: number;
	/** Whether its body holds a file. */
	hasFile: boolean;
}

const LIMITED = Symbol('limited');

/**
 * Who may submit next. Until the API says 429 everybody may; from then on one item asks for all, and
 * its acceptance lets the next one ask at once. A job of this run that ends frees a place, so it
 * wakes the one who asks.
 */
export class SubmitQueue {
	private isLimited = false;
	private refusalsInARow = 0;
	private nextTryAt = 0;
	private mayWakeEarly = true;
	private wake: () => void = () => {};
	private readonly asking = new Semaphore(1);
	private readonly lane = new Semaphore(LANE_WIDTH);
	private readonly fileLane = new Semaphore(FILE_LANE_WIDTH);
	private runningJobs = 0;
	private lastPlaceAt = 0;

	private readonly deps: QueueDeps;

	constructor(deps: QueueDeps) {
		this.deps = deps;
	}

	/**
	 * Submits when the caller may, or when it has waited for longer than it is willing to or the
	 * execution is stopped (`submit` must look), and again after each refusal. A turn ends with its
	 * submit, also when that throws: the next one may then ask at once.
	 */
	async run<T>(submitter: Submitter, submit: () => Promise<T | Refusal>): Promise<T> {
		if (!this.isLimited) {
			const result = await this.submitInLane(submitter, submit);
			if (result !== LIMITED) return result;
		}
		return await this.asking.run(
			async (isAsking) => await this.submitUntilTaken(submitter, submit, isAsking),
			async (placed) => await this.waitPatiently(submitter, placed),
		);
	}

	/** @param isAsking false for one who has waited for longer than it is willing to, or on Stop */
	private async submitUntilTaken<T>(
		submitter: Submitter,
		submit: () => Promise<T | Refusal>,
		isAsking: boolean,
	): Promise<T> {
		try {
			for (;;) {
				if (isAsking) await this.untilNextTry(submitter);
				const result = await submit();
				if (!(result instanceof Refusal)) return result;
				this.noteRefusal(true, result);
			}
		} finally {
			if (isAsking) this.letTheNextOneAsk();
		}
	}

	/** @returns LIMITED when the submit was answered 429, or another one was before its turn came */
	private async submitInLane<T>(
		submitter: Submitter,
		submit: () => Promise<T | Refusal>,
	): Promise<T | typeof LIMITED> {
		const lane = submitter.hasFile ? this.fileLane : this.lane;
		return await lane.run(
			async () => {
				if (this.isLimited && !this.isOver(submitter)) return LIMITED;
				const result = await submit();
				if (!(result instanceof Refusal)) return result;
				// Those who were on their way together were refused for one reason: it counts once.
				this.noteRefusal(!this.isLimited, result);
				return LIMITED;
			},
			async (placed) => await this.waitPatiently(submitter, placed),
		);
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

	private async untilNextTry(submitter: Submitter): Promise<void> {
		let isWoken = false;
		const woken = new Promise<void>((resolve) => {
			this.wake = () => {
				isWoken = true;
				resolve();
			};
		});
		while (!isWoken && !this.isOver(submitter)) {
			const untilTry = this.nextTryAt - this.deps.now();
			if (untilTry <= 0) break;
			await this.deps.sleep(Math.min(untilTry, this.patienceLeft(submitter)), woken);
		}
	}

	/** Waits for the event, but not longer than the caller is willing to. */
	private async waitPatiently(submitter: Submitter, event: Promise<void>): Promise<void> {
		let hasCome = false;
		const coming = event.then(() => {
			hasCome = true;
		});
		while (!hasCome && !this.isOver(submitter)) {
			await this.deps.sleep(this.patienceLeft(submitter), coming);
		}
	}

	private isOver(submitter: Submitter): boolean {
		return this.deps.isStopped() || this.patienceLeft(submitter) <= 0;
	}

	private patienceLeft({ sinceMs, patienceMs }: Submitter): number {
		return patienceMs - this.idleMs(sinceMs);
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
		if (!this.asking.isAwaited) this.isLimited = false;
	}
}
