import type { ApiProblem } from '../answers/problem';
import { isRecord, plainId, type JsonRecord } from '../http/json';
import type { JobRef } from '../videoApi';

/** The form of the entries that this version writes and reads. 0.1 wrote entries without a version. */
export const VERSION = 1;

/** An item of a run of the node. n8n runs one slot twice only to retry it. */
export interface Slot {
	run: number;
	item: number;
}

/**
 * Digests of the parameters that make a video and differ from their defaults, by name: the stored
 * form's, and the evaluated value's of an expression.
 */
export type ParameterDigests = Record<string, string[]>;

/** The digest of a default. */
export const DEFAULT_DIGEST = '';

/** A run of an agent, at which one of its calls was answered. */
export interface Delivery {
	agent: string;
	run: number;
	execution: string;
	/** Epoch ms. */
	atMs: number;
}

/** An id of ours within a submission. It tells no video from another, so no key has it. */
export interface ExternalId {
	id: string;
	submitPath: string;
}

/** One job of this execution, as it is kept in the execution's own data. */
export interface LedgerEntry extends Slot {
	version: typeof VERSION;
	parameters: ParameterDigests;
	body: string;
	model: string;
	/** Absent between the submit and its answer, and for good when that answer never came. */
	job?: JobRef;
	/** The id of ours in the submission, and where it went: a job whose answer never came is found by it. */
	external?: ExternalId;
	/** The reason that nobody knows whether the submit was accepted. */
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

/** An entry that another version of this node has written, or that is damaged. */
export interface UnreadableEntry {
	/** As far as it can be read. */
	slot?: Slot;
	requestId?: string;
	/** It may be the video of an item of another run: no item has got it for good. */
	isOpen: boolean;
	/** The count of accepted videos leaves it out. */
	isUncounted: boolean;
}

export function isReadable(entry: unknown): entry is LedgerEntry {
	return (
		isRecord(entry) &&
		entry.version === VERSION &&
		slotOf(entry) !== undefined &&
		isRecord(entry.parameters) &&
		Object.values(entry.parameters).every(Array.isArray) &&
		typeof entry.body === 'string' &&
		typeof entry.model === 'string' &&
		(entry.job === undefined || isJobRef(entry.job))
	);
}

function isJobRef(job: unknown): boolean {
	return (
		isRecord(job) && plainId(job.requestId) !== undefined && typeof job.statusPath === 'string'
	);
}

function slotOf({ run, item }: JsonRecord): Slot | undefined {
	return Number.isInteger(run) && Number.isInteger(item)
		? { run: Number(run), item: Number(item) }
		: undefined;
}

/** 0.1 kept the request ID beside the slot, later versions in a job. */
export function toUnreadable(entry: unknown): UnreadableEntry {
	const fields = isRecord(entry) ? entry : {};
	const job = isRecord(fields.job) ? fields.job : fields;
	return {
		slot: slotOf(fields),
		requestId: plainId(job.requestId),
		isOpen: fields.delivered !== true || !slotOf(fields) || fields.deliveredTo !== undefined,
		isUncounted: !isRecord(fields.job),
	};
}
