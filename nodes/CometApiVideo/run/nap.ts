import type { IContextObject, INodeExecutionData } from 'n8n-workflow';

import { VideoError } from '../errors';
import { untilStopped } from '../pause';
import type { Nap as ItemNap, WaitSoFar } from '../polling/pollUntilDone';

/** An item of a sleeping run: its wait, or how it has ended. Plain JSON, like all that is kept. */
export interface Asleep {
	wait?: AsleepWait;
	output?: INodeExecutionData;
	failure?: AsleepFailure;
}

/** A VideoError. */
export type AsleepFailure = Pick<VideoError, 'message' | 'advice' | 'details' | 'facts'>;

/** A wait as it was when it was left. Times in ms. */
export interface AsleepWait {
	/** Epoch ms. */
	sinceMs: number;
	/** Of the job. */
	ageMs: number;
	/** Of Max Wait. */
	leftMs: number;
	/** Where it is known. */
	durationKey?: string | undefined;
	earlier: WaitSoFar;
	/** The item wants to be asked for again then. Epoch ms. */
	wakeAtMs: number;
}

/** Leaves an item whose run sleeps. */
export class FallenAsleep extends Error {}

/** By index. An item that n8n itself could not start is not there. */
export type AsleepItems = Record<number, Asleep>;

/** Puts a run to sleep; false when it stays awake. */
export type Fall = (items: AsleepItems, wakeAtMs: number) => boolean;

/**
 * The items of a run, which fall asleep together or not at all: when each has ended or may sleep, and
 * none has said that the run stays awake. None comes out before that is decided.
 */
export class Nap {
	private readonly due: Promise<void>;
	private readonly countItems: () => number;
	private readonly fall: Fall;
	private readonly sleepy = new Set<number>();
	private readonly items = new Map<number, Asleep>();
	private readonly fallen: Promise<boolean>;
	private becomeDue: () => void = () => {};
	private settle: (isAsleep: boolean) => void = () => {};
	private isAwakeForGood = false;

	/** @param countItems how many items the run has */
	constructor(countItems: () => number, fall: Fall) {
		this.countItems = countItems;
		this.fall = fall;
		this.due = new Promise((resolve) => (this.becomeDue = resolve));
		this.fallen = new Promise((resolve) => (this.settle = resolve));
	}

	/** Keeps the run awake to its end. */
	stayAwake(): void {
		this.isAwakeForGood = true;
		this.settle(false);
	}

	/** The nap as one item sees it. */
	of(itemIndex: number): ItemNap {
		return { due: this.due, maySleep: () => this.maySleep(itemIndex) };
	}

	/** Says that an item may fall asleep from now on, and returns whether all may. */
	private maySleep(itemIndex: number): boolean {
		this.sleepy.add(itemIndex);
		const isDue = !this.isAwakeForGood && this.sleepy.size === this.countItems();
		if (isDue) this.becomeDue();
		return isDue;
	}

	/** @returns when each item has called this, or the run stays awake: whether it sleeps */
	async end(itemIndex: number, ended: Asleep): Promise<boolean> {
		this.items.set(itemIndex, ended);
		this.maySleep(itemIndex);
		if (this.items.size === this.countItems() && !this.isAwakeForGood) this.allEnded();
		return await this.fallen;
	}

	private allEnded(): void {
		const wakeAtMs = [...this.items.values()].reduce(
			(ms, { wait }) => Math.min(ms, wait?.wakeAtMs ?? ms),
			Infinity,
		);
		const items = Object.fromEntries(this.items);
		if (wakeAtMs < Infinity && this.fall(items, wakeAtMs)) this.settle(true);
		else this.stayAwake();
	}
}

/** @returns whether the item's run sleeps, so that the item comes out when that is over */
export async function fallsAsleep(
	{ batch: { nap }, itemIndex, signal }: NappingItem,
	ended: Asleep,
): Promise<boolean> {
	return (await untilStopped(nap.end(itemIndex, ended), signal)) === true;
}

interface NappingItem {
	batch: { nap: Nap };
	itemIndex: number;
	signal: AbortSignal;
}

const CONTEXT_KEY = 'cometApiVideoAsleep';
const VERSION = 1;

/** A sleeping run, as it is kept with its execution. */
export interface AsleepRun {
	execution: string;
	runIndex: number;
	items: AsleepItems;
	/** With those that n8n itself could not start. */
	size: number;
	/** Tries of Retry On Fail that the run has begun, this one among them. */
	tries: number;
}

export function keepAsleep(data: IContextObject, run: AsleepRun): void {
	data[CONTEXT_KEY] = { version: VERSION, ...run };
}

/** A run that has woken up, once. A retry is another execution: it waits anew, by the ledger. */
export function takeAsleep(data: IContextObject, execution: string): AsleepRun | undefined {
	const kept = data[CONTEXT_KEY] as (AsleepRun & { version: number }) | undefined;
	delete data[CONTEXT_KEY];
	return kept?.version === VERSION && kept.execution === execution ? kept : undefined;
}

export function toFailure(error: VideoError): AsleepFailure {
	const { message, advice, details, facts } = error;
	return { message, advice, details, facts };
}

export function toError(failure: AsleepFailure): VideoError {
	return Object.assign(Object.create(VideoError.prototype) as VideoError, failure);
}
