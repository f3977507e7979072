/** Opens once it has been counted down `count` times, and stays open. */
export class Latch {
	readonly opened: Promise<void>;
	/** Opens it though counts are missing. */
	open: () => void = () => {};
	private missing: number;

	constructor(count: number) {
		this.missing = count;
		this.opened = new Promise((resolve) => (this.open = resolve));
		if (count <= 0) this.open();
	}

	countDown(): void {
		this.missing--;
		if (this.missing <= 0) this.open();
	}
}
