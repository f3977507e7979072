import type { IDataObject, INode, INodeExecutionData, OnError } from 'n8n-workflow';

import { VideoError } from '../errors';
import type { Settings } from '../fields/settings';
import type { Item } from '../item';
import type { WaitSoFar } from '../polling/pollUntilDone';
import type { JobRef } from '../videoApi';

/** Get Status's hidden parameter in the sleeping workflow, and the field of that workflow's items. */
export const ASLEEP = 'asleep';

/** The run that a look is for. Plain JSON, like all that a sleep takes along. */
export interface SleepingRun {
	node: { id: string; name: string; onError?: OnError };
	continuesOnFail: boolean;
	runIndex: number;
	onlyAsks: boolean;
}

/** A wait in epoch ms, since it may outlive this process. */
export interface SleepingWait {
	acceptedAtMs: number;
	deadlineMs: number;
	earlier?: Omit<WaitSoFar, 'waitedMs'> & { sinceMs: number };
}

/** A job whose wait goes on after a sleep. */
export interface SleepingJob {
	job: JobRef;
	isSubmitter: boolean;
	reference: string | undefined;
	model: string | undefined;
	kind: string | undefined;
	settings: Settings;
	wait: SleepingWait;
	/** Until the next look. */
	sleepS: number;
}

type StoredError = Pick<VideoError, 'message' | 'description' | 'facts'>;

/** An item of a sleeping run: its job, or how it has ended. */
export type AsleepItem = { job: SleepingJob } | { output: IDataObject } | { failure: StoredError };

/** The run that this node looks for, or undefined for a node of the user's. */
export function sleepingRun({ parameters }: INode): SleepingRun | undefined {
	const value: unknown = parameters[ASLEEP];
	return value instanceof Object ? (value as SleepingRun) : undefined;
}

export function readAsleep(context: Item['context']): AsleepItem {
	return context.getInputData().json[ASLEEP] as unknown as AsleepItem;
}

export function isAsleep({ json }: INodeExecutionData): boolean {
	return ASLEEP in json;
}

export function toJson(item: AsleepItem): IDataObject {
	return { [ASLEEP]: item as unknown as IDataObject };
}

/** @param ended an output, or why there is none */
export function toAsleep(ended: INodeExecutionData | VideoError): INodeExecutionData {
	if (ended instanceof VideoError) {
		const { message, description, facts } = ended;
		return { json: toJson({ failure: { message, description, facts } }) };
	}
	return isAsleep(ended) ? ended : { ...ended, json: toJson({ output: ended.json }) };
}

export function toError(failure: StoredError): VideoError {
	return Object.assign(Object.create(VideoError.prototype) as VideoError, failure);
}
