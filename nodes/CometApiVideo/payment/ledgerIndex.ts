import type { JobRef } from '../videoApi';
import {
	isReadable,
	toUnreadable,
	type AcceptedEntry,
	type LedgerEntry,
	type Slot,
	type UnreadableEntry,
} from './ledgerEntry';

/**
 * A ledger's entries as the execution's data has them, indexed: each step takes as long for one entry
 * as for 10,000.
 */
export class LedgerIndex {
	/** Entries of other versions that the count of accepted videos leaves out. */
	uncounted = 0;
	/** Entries without a job. */
	unanswered = 0;
	/** Those that wait for their answer in this process. */
	underWay = 0;
	/** Settles when one of them ends. */
	submitEnded: Promise<void>;
	private wake: () => void = () => {};
	private readonly list: unknown[];
	private readonly positions = new Map<LedgerEntry, number>();
	private readonly bySlot = new Map<string, LedgerEntry[]>();
	/** By body and run: not delivered, and held by no running item. */
	private readonly free = new Map<string, Map<number, Set<LedgerEntry>>>();
	/** By body: delivered to an agent. */
	private readonly ofAgents = new Map<string, Set<LedgerEntry>>();
	/** By entry, the running item that holds it: true of this process only, so not kept with the execution. */
	private readonly holders = new Map<LedgerEntry, object>();
	private readonly unreadable = new Map<string, UnreadableEntry>();
	/** By run, an entry that may be another run's video. */
	private readonly openUnreadable = new Map<number | undefined, UnreadableEntry>();

	/** @param list stays as it is but for what is added and removed here */
	constructor(list: unknown[]) {
		this.list = list;
		this.submitEnded = this.nextEnd();
		for (const [index, entry] of list.entries()) {
			if (isReadable(entry)) this.index(entry, index);
			else this.indexUnreadable(toUnreadable(entry));
		}
	}

	has(entry: LedgerEntry): boolean {
		return this.positions.has(entry);
	}

	of(slot: Slot): LedgerEntry[] {
		return this.bySlot.get(keyOf(slot)) ?? [];
	}

	unreadableOf(slot: Slot): UnreadableEntry | undefined {
		return this.unreadable.get(keyOf(slot));
	}

	/** One that may be the video of any run but this one. */
	firstUnreadable(otherThanRun: number | undefined): UnreadableEntry | undefined {
		for (const [run, entry] of this.openUnreadable) if (run !== otherThanRun) return entry;
		return undefined;
	}

	/** A free entry of this body, of any run but this one. */
	firstFree(body: string, otherThanRun: number | undefined): LedgerEntry | undefined {
		for (const [run, [entry]] of this.free.get(body) ?? []) if (run !== otherThanRun) return entry;
		return undefined;
	}

	/** The entries of this body that an agent got and that no running item holds. */
	givenToAgents(body: string): LedgerEntry[] {
		return [...(this.ofAgents.get(body) ?? [])].filter((entry) => !this.holders.has(entry));
	}

	add(entry: LedgerEntry): void {
		this.list.push(entry);
		this.index(entry, this.list.length - 1);
	}

	remove(entry: LedgerEntry): void {
		const position = this.positions.get(entry);
		if (position === undefined) return;
		if (entry.job === undefined) this.unanswered--;
		this.setSlot(
			entry,
			this.of(entry).filter((other) => other !== entry),
		);
		drop(this.ofAgents, entry.body, entry);
		this.dropFree(entry);
		this.positions.delete(entry);
		// The last one takes its place, since a list closes a gap by moving all that follow.
		const last = this.list.pop();
		if (last === entry) return;
		this.list[position] = last;
		if (isReadable(last)) this.positions.set(last, position);
	}

	accept(entry: LedgerEntry, job: JobRef, nowMs: number): AcceptedEntry {
		if (entry.job === undefined && this.has(entry)) this.unanswered--;
		return Object.assign(entry, { job, acceptedAtMs: nowMs });
	}

	startSubmit(): void {
		this.underWay++;
	}

	endSubmit(): void {
		this.underWay--;
		this.wake();
		this.submitEnded = this.nextEnd();
	}

	private async nextEnd(): Promise<void> {
		await new Promise<void>((resolve) => (this.wake = resolve));
	}

	hold(entry: LedgerEntry, holder: object): void {
		this.holders.set(entry, holder);
		this.dropFree(entry);
	}

	letGo(entry: LedgerEntry, holder: object): void {
		if (this.holders.get(entry) !== holder) return;
		this.holders.delete(entry);
		this.refile(entry);
	}

	/** Files an entry anew that was delivered or let go. */
	refile(entry: LedgerEntry): void {
		if (!this.has(entry)) return;
		this.dropFree(entry);
		if (entry.deliveredTo) add(this.ofAgents, entry.body, entry);
		if (entry.delivered || this.holders.has(entry)) return;
		const runs = this.free.get(entry.body) ?? new Map<number, Set<LedgerEntry>>();
		this.free.set(entry.body, runs);
		add(runs, entry.run, entry);
	}

	private index(entry: LedgerEntry, position: number): void {
		if (entry.job === undefined) this.unanswered++;
		this.positions.set(entry, position);
		this.setSlot(entry, [...this.of(entry), entry]);
		this.refile(entry);
	}

	private setSlot(slot: Slot, entries: LedgerEntry[]): void {
		if (entries.length > 0) this.bySlot.set(keyOf(slot), entries);
		else this.bySlot.delete(keyOf(slot));
	}

	private indexUnreadable(entry: UnreadableEntry): void {
		if (entry.isUncounted) this.uncounted++;
		if (entry.slot) this.unreadable.set(keyOf(entry.slot), entry);
		if (entry.isOpen) this.openUnreadable.set(entry.slot?.run, entry);
	}

	private dropFree(entry: LedgerEntry): void {
		const runs = this.free.get(entry.body);
		if (!runs) return;
		drop(runs, entry.run, entry);
		if (runs.size === 0) this.free.delete(entry.body);
	}
}

function keyOf({ run, item }: Slot): string {
	return `${run}/${item}`;
}

function add<Key, T>(groups: Map<Key, Set<T>>, key: Key, member: T): void {
	const group = groups.get(key) ?? new Set<T>();
	groups.set(key, group.add(member));
}

function drop<Key, T>(groups: Map<Key, Set<T>>, key: Key, member: T): void {
	const group = groups.get(key);
	group?.delete(member);
	if (group?.size === 0) groups.delete(key);
}
