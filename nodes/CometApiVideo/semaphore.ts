/** Lets so many tasks run at a time; the others wait in the order in which they came. */
export class Semaphore {
	private free: number;
	private readonly waiting = new Set<() => void>();

	constructor(width: number) {
		this.free = width;
	}

	/**
	 * Runs the task when a place is free.
	 *
	 * @param wait resolves when its argument does, or when the caller gives up: the task then runs
	 * all the same, and is told that it has no place
	 */
	async run<T>(
		task: (hasPlace: boolean) => Promise<T>,
		wait: (placed: Promise<void>) => Promise<void> = async (placed) => await placed,
	): Promise<T> {
		const hasPlace = await this.enter(wait);
		try {
			return await task(hasPlace);
		} finally {
			if (hasPlace) this.leave();
		}
	}

	get isAwaited(): boolean {
		return this.waiting.size > 0;
	}

	private async enter(wait: (placed: Promise<void>) => Promise<void>): Promise<boolean> {
		if (this.free > 0) {
			this.free--;
			return true;
		}
		let take: () => void = () => {};
		const placed = new Promise<void>((resolve) => (take = resolve));
		this.waiting.add(take);
		await wait(placed);
		// Whoever leaves takes the first one out, so one that is still in has no place.
		return !this.waiting.delete(take);
	}

	private leave(): void {
		const [next] = this.waiting;
		if (!next) {
			this.free++;
			return;
		}
		this.waiting.delete(next);
		next();
	}
}
