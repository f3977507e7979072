import type { IContextObject } from 'n8n-workflow';

import type { ApiProblem } from '../answers/problem';
import type { JobRef } from '../videoApi';

const CONTEXT_KEY = 'cometApiVideoJobs';
const COUNT_KEY = 'cometApiVideosAccepted';

/** Which item of which run of the node. n8n runs one slot twice only to retry it. */
export interface Slot {
	run: number;
	item: number;
}

/** Identifies a requested video: two requests with the same key are one video. */
export interface VideoKey {
	slot: Slot;
	/** Hash of the parameters that make the video, before their expressions are evaluated. */
	parameters: string;
	/** Hash of the request body. */
	body: string;
	/** An agent's calls share slots at times, so that only the body tells them apart. */
	isAgentCall: boolean;
	/** Who asks for the video as its tool. */
	agent?: AskingAgent;
}

/** A run of an agent, at which one of its calls was answered. */
export interface Delivery {
	agent: string;
	run: number;
	execution: string;
	/** Epoch ms. */
	atMs: number;
}

export interface AskingAgent {
	/** The delivery of an answer to this agent. */
	delivery(atMs: number): Delivery;
	/** Whether n8n has thrown away what was delivered, and now runs the agent once more. */
	hasLost(delivery: Delivery): boolean;
}

/** An id of ours within a submission. It tells no video from another, so no key has it. */
export interface ExternalId {
	id: string;
	submitPath: string;
}

/** One job of this execution, as it is kept in the execution's own data. */
export interface LedgerEntry extends Slot {
	parameters: string;
	body: string;
	/** Absent between the submit and its answer, and for good when that answer never came. */
	job?: JobRef;
	/** What the submission calls itself, and where it went: a job whose answer never came is found by it. */
	external?: ExternalId;
	/** Why it is not known whether the submit was accepted. */
	problem?: ApiProblem;
	/** Epoch ms. */
	acceptedAtMs?: number;
	/** An item went out for it. */
	delivered?: boolean;
	/** The agent's run to which it went, if an agent asked. */
	deliveredTo?: Delivery;
}

/** A job that the API accepted. */
export type AcceptedEntry = LedgerEntry & { job: JobRef };

export function isAccepted(entry: LedgerEntry): entry is AcceptedEntry {
	return entry.job !== undefined;
}

// Which jobs a running item holds is true of this process only, so it is not kept with the execution.
const held = new WeakSet<LedgerEntry>();

/**
 * The jobs of this execution and node, as one item sees them. They live in the data of the
 * execution, and so survive what that data survives: "Retry On Fail" and the editor's "Retry
 * execution".
 */
export class Ledger {
	private readonly context: IContextObject;
	private readonly entries: LedgerEntry[];
	private readonly mine = new Set<LedgerEntry>();

	/** @param context what `getContext('node')` gives */
	constructor(context: IContextObject) {
		this.context = context;
		context[CONTEXT_KEY] ??= [];
		this.entries = context[CONTEXT_KEY] as LedgerEntry[];
	}

	/**
	 * The job that was submitted for this video before, held for this item until `release`:
	 * the slot's own (same parameters, or same body), else one of another run with the same body that
	 * was not delivered and that no running item holds; last, one that this agent's run has lost.
	 */
	claim(key: VideoKey): LedgerEntry | undefined {
		const found = this.find(key);
		if (found) this.hold(found);
		return found;
	}

	private find({ slot, parameters, body, isAgentCall, agent }: VideoKey): LedgerEntry | undefined {
		// Whoever still holds an entry of this slot belongs to a run that n8n has given up.
		const own = isAgentCall ? [] : this.entries.filter((entry) => isOf(entry, slot));
		const free = this.entries.filter(
			(entry) => entry.body === body && !held.has(entry) && (isAgentCall || entry.run !== slot.run),
		);
		return (
			own.find((entry) => entry.parameters === parameters) ??
			own.find((entry) => entry.body === body) ??
			free.find(({ delivered }) => !delivered) ??
			free.find(({ deliveredTo }) => deliveredTo && agent?.hasLost(deliveredTo))
		);
	}

	/** Notes that a submit is about to leave, before it does, and holds the new entry. */
	add({ slot, parameters, body }: VideoKey, external?: ExternalId): LedgerEntry {
		const entry: LedgerEntry = { ...slot, parameters, body, ...(external && { external }) };
		this.entries.push(entry);
		this.hold(entry);
		return entry;
	}

	/** Notes that a submit was accepted. */
	accept(entry: LedgerEntry, job: JobRef, nowMs: number): AcceptedEntry {
		this.context[COUNT_KEY] = this.accepted() + 1;
		return Object.assign(entry, { job, acceptedAtMs: nowMs });
	}

	/** Notes that an item goes out for a job. */
	deliver(entry: LedgerEntry, { agent }: VideoKey, nowMs: number): void {
		entry.delivered = true;
		if (agent) entry.deliveredTo = agent.delivery(nowMs);
	}

	/** How many videos this execution has made, failed ones and those of unknown fate among them. */
	videosMade(): number {
		return this.accepted() + this.entries.filter((entry) => !isAccepted(entry)).length;
	}

	private accepted(): number {
		return Number(this.context[COUNT_KEY] ?? 0);
	}

	/** Forgets a job: it was not accepted, or the provider could not make it. */
	remove(entry: LedgerEntry): void {
		const index = this.entries.indexOf(entry);
		if (index >= 0) this.entries.splice(index, 1);
	}

	/** Whether a submit of this item has left whose answer is not known. */
	hasUnansweredSubmit(): boolean {
		return [...this.mine].some((entry) => !isAccepted(entry) && this.entries.includes(entry));
	}

	/** Lets other items have what this one held. */
	release(): void {
		for (const entry of this.mine) held.delete(entry);
	}

	private hold(entry: LedgerEntry): void {
		held.add(entry);
		this.mine.add(entry);
	}
}

function isOf(entry: LedgerEntry, slot: Slot): boolean {
	return entry.run === slot.run && entry.item === slot.item;
}
