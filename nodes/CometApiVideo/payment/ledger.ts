import type { IContextObject } from 'n8n-workflow';

import { mayBeRemade } from '../answers/failures';
import { submittedByOtherVersion, tooManyVideos } from '../errors';
import type { VideoJob } from '../video';
import type { JobRef } from '../videoApi';
import {
	DEFAULT_DIGEST,
	isAccepted,
	VERSION,
	type AcceptedEntry,
	type Delivery,
	type ExternalId,
	type LedgerEntry,
	type ParameterDigests,
	type Slot,
} from './ledgerEntry';
import { LedgerIndex } from './ledgerIndex';

const CONTEXT_KEY = 'cometApiVideoJobs';
const COUNT_KEY = 'cometApiVideosAccepted';
const CHANGES_KEY = 'cometApiVideoLedgerChanges';

/** A requested video, before anything is read. */
export interface Wish {
	slot: Slot;
	parameters: ParameterDigests;
	/** An agent's calls share slots at times, so that only the body tells them apart. */
	isAgentCall: boolean;
	/** The agent that asks for the video as its tool. */
	agent?: AskingAgent;
}

/** Identifies a requested video: two requests with the same key are one video. */
export interface VideoKey extends Wish {
	/** Hash of the request body. */
	body: string;
	model: string;
}

export interface AskingAgent {
	/** The delivery of an answer to this agent. */
	delivery(atMs: number): Delivery;
	/** True if n8n has thrown away the delivery, and now runs the agent once more. */
	hasLost(delivery: Delivery): boolean;
}

/** All items of a process that have one list of entries share its index. */
const indexes = new WeakMap<unknown[], LedgerIndex>();

function indexOf(context: IContextObject): LedgerIndex {
	const list = entriesOf(context);
	context[CONTEXT_KEY] = list;
	const index = indexes.get(list) ?? new LedgerIndex(list);
	indexes.set(list, index);
	return index;
}

/** A ledger's entries as they are kept. */
export function entriesOf({ [CONTEXT_KEY]: kept }: IContextObject): unknown[] {
	return Array.isArray(kept) ? kept : kept === undefined ? [] : [kept];
}

/** A ledger as it is kept. */
export function keptLedger(context: IContextObject): IContextObject {
	const keys = [CONTEXT_KEY, COUNT_KEY, CHANGES_KEY];
	return Object.fromEntries(keys.map((key) => [key, context[key]]));
}

/** Gives a ledger what a later state of it has. */
export function takeLater(context: IContextObject, other: IContextObject): void {
	const changes = (ledger: IContextObject) => numberIn(ledger, CHANGES_KEY);
	if (changes(other) > changes(context)) Object.assign(context, keptLedger(other));
}

function numberIn(context: IContextObject, key: string): number {
	return Number(context[key] ?? 0);
}

/**
 * The jobs of this execution and node, as one item sees them. They live in the data of the
 * execution, and so survive what that data survives: "Retry On Fail" and the editor's "Retry
 * execution".
 */
export class Ledger {
	private readonly context: IContextObject;
	private readonly index: LedgerIndex;
	private readonly mine = new Set<LedgerEntry>();

	/** @param context what `getContext('node')` gives */
	constructor(context: IContextObject) {
		this.context = context;
		this.index = indexOf(context);
	}

	/**
	 * The job that was submitted for this slot before with the same parameters, held for this item
	 * until `release`.
	 *
	 * @throws VideoError when another version of this node has submitted one for this slot
	 */
	claimSlot({ slot, parameters, isAgentCall }: Wish): LedgerEntry | undefined {
		if (isAgentCall) return undefined;
		// Whoever still holds an entry of this slot belongs to a run that n8n has given up.
		const found = this.index.of(slot).find((entry) => isSame(entry.parameters, parameters));
		if (found) return this.hold(found);
		const unreadable = this.index.unreadableOf(slot);
		if (unreadable) throw submittedByOtherVersion(unreadable.requestId);
		return undefined;
	}

	/**
	 * The job that was submitted for a video with this body before, held for this item until `release`:
	 * the slot's own, else one of another run that was not delivered and that no running item holds;
	 * last, one that this agent's run has lost.
	 *
	 * @throws VideoError when an entry that cannot be read may be the video's
	 */
	claim({ slot, body, isAgentCall, agent }: VideoKey): LedgerEntry | undefined {
		const ofSlot = isAgentCall ? [] : this.index.of(slot);
		const found =
			ofSlot.find((entry) => entry.body === body) ??
			this.index.firstFree(body, isAgentCall ? undefined : slot.run) ??
			this.index
				.givenToAgents(body)
				.find(({ deliveredTo }) => deliveredTo && agent?.hasLost(deliveredTo));
		if (found) return this.hold(found);
		const unreadable = this.index.firstUnreadable(isAgentCall ? undefined : slot.run);
		if (unreadable) throw submittedByOtherVersion(unreadable.requestId);
		return undefined;
	}

	/** Notes that a submit is about to leave, before it does, and holds the new entry. */
	add({ slot, parameters, body, model }: VideoKey, external?: ExternalId): LedgerEntry {
		const entry: LedgerEntry = {
			...{ version: VERSION, ...slot, parameters, body, model },
			...(external && { external }),
		};
		this.index.add(entry);
		this.countUp(CHANGES_KEY);
		this.index.startSubmit();
		return this.hold(entry);
	}

	/** Notes that a submit is no longer under way, whatever came of it. */
	endSubmit(): void {
		this.index.endSubmit();
	}

	/** Settles when a submit of this execution that is under way has ended. */
	get submitEnded(): Promise<void> {
		return this.index.submitEnded;
	}

	/** Notes that a submit was accepted. */
	accept(entry: LedgerEntry, job: JobRef, nowMs: number): AcceptedEntry {
		this.countUp(COUNT_KEY);
		this.countUp(CHANGES_KEY);
		return this.index.accept(entry, job, nowMs);
	}

	/** Notes that an item goes out for a job. */
	deliver(entry: LedgerEntry, { agent }: Wish, nowMs: number): void {
		entry.delivered = true;
		if (agent) entry.deliveredTo = agent.delivery(nowMs);
		this.index.refile(entry);
		this.countUp(CHANGES_KEY);
	}

	/** Forgets a job that the provider failed for its own reasons, so that a retry makes a new video. */
	conclude(entry: LedgerEntry, job: VideoJob | undefined): void {
		if (job && mayBeRemade(job)) this.remove(entry);
	}

	/**
	 * True if one more video is within the limit; false while submits under way may reach it.
	 *
	 * @throws VideoError when the videos that were made reach it
	 */
	hasRoom(maxVideos: number | undefined): boolean {
		if (maxVideos === undefined) return true;
		const made = this.videosMade() - this.index.underWay;
		if (made >= maxVideos) throw tooManyVideos(maxVideos, made, 1);
		return this.videosMade() < maxVideos;
	}

	/** Videos that this execution has made, failed ones and those of unknown fate among them. */
	videosMade(): number {
		const accepted = numberIn(this.context, COUNT_KEY);
		return accepted + this.index.unanswered + this.index.uncounted;
	}

	/** Forgets a job that was not accepted, or that the provider could not make. */
	remove(entry: LedgerEntry): void {
		this.index.remove(entry);
		this.countUp(CHANGES_KEY);
	}

	/** True if a submit of this item has left whose answer is not known. */
	hasUnansweredSubmit(): boolean {
		return [...this.mine].some((entry) => !isAccepted(entry) && this.index.has(entry));
	}

	/** Lets other items have what this one held. */
	release(): void {
		for (const entry of this.mine) this.index.letGo(entry, this);
	}

	private countUp(key: string): void {
		this.context[key] = numberIn(this.context, key) + 1;
	}

	private hold(entry: LedgerEntry): LedgerEntry {
		this.index.hold(entry, this);
		this.mine.add(entry);
		return entry;
	}
}

/** True if each parameter is the same in its stored form or in its value. */
function isSame(one: ParameterDigests, other: ParameterDigests): boolean {
	const of = (digests: ParameterDigests, name: string) => digests[name] ?? [DEFAULT_DIGEST];
	return Object.keys({ ...one, ...other }).every((name) =>
		of(one, name).some((digest) => of(other, name).includes(digest)),
	);
}
