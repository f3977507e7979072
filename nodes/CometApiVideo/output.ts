import type { IDataObject } from 'n8n-workflow';

import type { WaitEnd } from './job/wait';
import type { VideoJob } from './job/videoJob';

export interface WaitFacts {
	/** How long this execution waited, rounded to a tenth. */
	seconds: number;
	polls: number;
	timed_out: boolean;
}

export function toWaitFacts(end: WaitEnd): WaitFacts {
	return {
		seconds: Math.round(end.waitedMs / 100) / 10,
		polls: end.polls,
		timed_out: end.kind === 'timedOut',
	};
}

/** The item's fields, under the names of the contract; what is not known is left out. */
export function toJson(requestId: string, job: VideoJob, wait?: WaitFacts): IDataObject {
	const fields = {
		request_id: requestId,
		status: job.status,
		provider_status: job.providerStatus,
		progress: job.progress,
		model: job.model,
		video: job.video,
		provider_cost_usd: job.providerCostUsd,
		usage: job.usage,
		failure: job.failure,
		wait,
	};
	return Object.fromEntries(
		Object.entries(fields).filter(([, value]) => value !== undefined),
	) as IDataObject;
}
