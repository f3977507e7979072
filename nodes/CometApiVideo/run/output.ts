import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import type { VideoError } from '../errors';
import type { PollOutcome } from '../polling/pollUntilDone';
import { PENDING, type VideoJob, type WaitFacts } from '../video';

export function toWaitFacts(outcome: PollOutcome): WaitFacts {
	return {
		seconds: Math.round(outcome.waitedMs / 100) / 10,
		polls: outcome.polls,
		timed_out: outcome.kind === 'timedOut',
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

/**
 * The item of a node that continues on fail. It must not be one with n8n's own `error`, for which
 * n8n throws all fields away; to reach the error output, it may have no key beside `error`.
 */
export function toErrorItem(
	{ itemIndex }: { itemIndex: number },
	{ message, description, facts }: VideoError,
	context: IExecutePaginationFunctions,
): INodeExecutionData {
	const { requestId, job, wait } = facts;
	const error = {
		message: `${message}. ${description}`,
		...(requestId !== undefined && { request_id: requestId }),
		...(requestId !== undefined && { status: (job ?? PENDING).status }),
		...(job?.failure && { failure: { ...job.failure } }),
		...(wait && { wait: { ...wait } }),
	};
	const pairedItem = { item: itemIndex };
	if (context.getNode().onError === 'continueErrorOutput') {
		// n8n adds the fields of the input item, but not its files; wired back, they are wanted again.
		return { json: { error }, binary: context.getInputData().binary, pairedItem };
	}
	const fields = requestId === undefined ? {} : toJson(requestId, job ?? PENDING, wait);
	return { json: { ...fields, error }, pairedItem };
}
