/** Sleeping so much longer than planned, in ms, is no busy machine: it was suspended, or the process. */
const JUMP_MS = 60_000;

/** A longer sleep would hide most of a jump within it. */
const LONGEST_SLEEP_MS = 10_000;

/** The time of the machine, in ms. */
export interface ClockSource {
	/** A monotonic clock: nobody can set it. */
	now(): number;
	/** Returns early when `wake` settles or the execution is stopped. Never throws. */
	sleep(ms: number, wake?: Promise<unknown>): Promise<unknown>;
	isStopped(): boolean;
}

/** The time of a run, in ms from some moment on. Time for which the machine was suspended is left out. */
export class Clock {
	/** Times that time was left out. */
	jumps = 0;
	private lostMs = 0;
	private readonly source: ClockSource;

	constructor(source: ClockSource) {
		this.source = source;
	}

	now(): number {
		return this.source.now() - this.lostMs;
	}

	/** Also returns early, after ten seconds at the latest: call it until the time has come. */
	async sleep(ms: number, wake?: Promise<unknown>): Promise<void> {
		const sleepMs = Math.min(Math.ceil(ms), LONGEST_SLEEP_MS);
		const before = this.now();
		await this.source.sleep(sleepMs, wake);
		const extraMs = this.now() - before - sleepMs;
		if (extraMs <= JUMP_MS) return;
		this.lostMs += extraMs;
		this.jumps++;
	}

	/** Awaits a request, and notices a jump meanwhile. */
	async during<T>(request: Promise<T>): Promise<T> {
		let isOver = false;
		const end = () => (isOver = true);
		const over = request.then(end, end);
		while (!isOver && !this.source.isStopped()) await this.sleep(LONGEST_SLEEP_MS, over);
		return await request;
	}
}
