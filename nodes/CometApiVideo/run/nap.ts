import type { INodeExecutionData } from 'n8n-workflow';

/** The items of one run, which fall asleep together or not at all. */
export class Nap {
	/** Whether the run sleeps; its items then leave the node as they are. */
	isAsleep = false;
	/** Resolves when every item has ended or sleeps: whether the run sleeps. */
	readonly fallen: Promise<boolean>;
	/** Aborts when every item has ended or may fall asleep, and on Stop. */
	readonly wake: AbortSignal;
	private readonly size: number;
	private readonly due = new AbortController();
	private readonly drowsy = new Set<number>();
	private readonly items = new Map<number, INodeExecutionData>();
	private fall: ((items: INodeExecutionData[]) => Promise<boolean>) | undefined;
	private settle: (fallen: boolean) => void = () => {};

	/** @param size items of the run */
	constructor(size: number, stop: AbortSignal) {
		this.size = size;
		this.wake = AbortSignal.any([stop, this.due.signal]);
		this.fallen = new Promise((resolve) => (this.settle = resolve));
	}

	/** Whether every item has ended or may fall asleep. */
	get isDue(): boolean {
		return this.due.signal.aborted;
	}

	/** Says that an item may fall asleep from now on. */
	mayFall(itemIndex: number): void {
		this.drowsy.add(itemIndex);
		if (this.drowsy.size === this.size) this.due.abort();
	}

	/** @param item how an item that has ended goes along with those that sleep */
	end(itemIndex: number, item: INodeExecutionData): void {
		if (this.items.has(itemIndex)) return;
		this.items.set(itemIndex, item);
		this.mayFall(itemIndex);
		if (this.items.size === this.size) void this.fallNow();
	}

	/**
	 * Waits until all other items sleep or have ended.
	 *
	 * @param fall puts the run to sleep; false when that failed
	 * @returns whether the run sleeps
	 */
	async sleep(
		itemIndex: number,
		item: INodeExecutionData,
		fall: (items: INodeExecutionData[]) => Promise<boolean>,
	): Promise<boolean> {
		this.fall ??= fall;
		this.end(itemIndex, item);
		return await this.fallen;
	}

	private async fallNow(): Promise<void> {
		const inOrder = [...this.items].sort(([a], [b]) => a - b).map(([, item]) => item);
		this.isAsleep = (await this.fall?.(inOrder)) ?? false;
		this.settle(this.isAsleep);
	}
}
