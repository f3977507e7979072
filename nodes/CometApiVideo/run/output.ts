import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { isPlainWord } from '../answers/statusWords';
import { isNothingKnown, toFields, type VideoError } from '../errors';
import { shorten } from '../http/exchange';
import { isDeeperThan, toText, withoutUndefined } from '../http/json';
import type { Item } from '../item';
import type { PollOutcome } from '../polling/pollUntilDone';
import { PENDING, type VideoJob, type WaitFacts } from '../video';

export function toWaitFacts(outcome: PollOutcome): WaitFacts {
	return {
		seconds: Math.round(outcome.waitedMs / 100) / 10,
		polls: outcome.polls,
		timed_out: outcome.kind === 'timedOut',
	};
}

/** In levels: n8n cannot store an execution with data that is nested much deeper. */
const DEEPEST = 200;

const TOO_DEEP = 'a deeply nested answer';

/** A part of an answer as the item has it. */
export function toStorable(part: unknown): unknown {
	return isDeeperThan(part, DEEPEST) ? TOO_DEEP : part;
}

/** In characters: an item must not grow with what a server sends. */
const LONGEST_NAME = 100;
const LONGEST_PART = 10_000;

/** The cost, which the item has in USD. */
const COST_IN_USAGE = 'cost_in_usd_ticks';

/**
 * The item's fields, in the order in which n8n's table shows them; what is not known, or is told by
 * another field, is left out.
 */
export function toJson({
	requestId,
	reference,
	job,
	wait,
}: {
	requestId: string;
	reference?: string;
	job: VideoJob;
	wait?: WaitFacts;
}): IDataObject {
	const fields = {
		request_id: requestId,
		status: job.status,
		reference,
		video: boundedVideo(job),
		model: shorten(job.model, LONGEST_NAME),
		progress: job.progress,
		provider_status: tellingWord(job),
		provider_cost_usd: job.providerCostUsd,
		usage: tellingUsage(job),
		failure: job.failure,
		wait,
	};
	return withoutUndefined(fields);
}

/** A part of a URL opens nothing, so one that is too long is left out. */
function boundedVideo({ video }: VideoJob): VideoJob['video'] {
	if (video?.url === undefined || video.url.length <= LONGEST_PART) return video;
	return { ...video, url: undefined };
}

/** A job as it is kept, also asleep. */
export function toKept(job: VideoJob): VideoJob {
	if (job.usage === undefined) return job;
	const usage = isDeeperThan(job.usage, DEEPEST) ? TOO_DEEP : job.usage;
	return { ...job, usage: (toText(usage)?.length ?? 0) <= LONGEST_PART ? usage : 'a long answer' };
}

function tellingWord({ providerStatus }: VideoJob): string | undefined {
	return providerStatus === undefined || isPlainWord(providerStatus) ? undefined : providerStatus;
}

function tellingUsage({ usage, providerCostUsd }: VideoJob): VideoJob['usage'] {
	const names = Object.keys(usage ?? {}).filter(
		(name) => name !== COST_IN_USAGE || providerCostUsd === undefined,
	);
	return names.length > 0 ? usage : undefined;
}

/**
 * The item of a node that continues on fail. Its message says all by itself, since forms and chats
 * show nothing else. It must not be an item with n8n's own `error`, for which n8n throws all fields
 * away; to reach the error output, it may have no key beside `error`.
 */
export function toErrorItem(
	{ itemIndex, reference }: Pick<Item, 'itemIndex' | 'reference'>,
	failed: VideoError,
	context: IExecutePaginationFunctions,
): INodeExecutionData {
	const { requestId, job = PENDING, wait } = failed.facts;
	const error = { message: `${failed.titleOf()}. ${failed.description}`, ...toFields(failed) };
	const pairedItem = { item: itemIndex };
	if (context.getNode().onError === 'continueErrorOutput') {
		// n8n adds the fields of the input item, but not its files; wired back, they are wanted again.
		return { json: { error }, binary: context.getInputData().binary, pairedItem };
	}
	const isKnown = failed.facts.status === undefined && !isNothingKnown(failed.facts);
	const hasJob = requestId !== undefined && isKnown;
	const fields = hasJob
		? toJson({ requestId, reference, job, wait })
		: withoutUndefined({ request_id: requestId, reference });
	return { json: { ...fields, error }, pairedItem };
}
