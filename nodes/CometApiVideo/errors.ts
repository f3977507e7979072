import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import type { ApiProblem, ProblemReason } from './http/answer';
import type { FailureKind, VideoJob, WaitFacts } from './video';

/** What is known when an item ends without its video. */
export interface VideoErrorFacts {
	requestId?: string;
	job?: VideoJob;
	wait?: WaitFacts;
	httpStatus?: number;
}

/** Why an item has no video: what happened (message), what to do (description), what is known. */
export class VideoError extends Error {
	readonly description: string;
	readonly facts: VideoErrorFacts;

	constructor(message: string, description: string, facts: VideoErrorFacts = {}) {
		super(message);
		this.description = description;
		this.facts = facts;
	}
}

/** The execution was stopped: n8n offers no retry of it. */
export class StoppedError extends VideoError {}

/** A parameter that cannot be sent. */
export class InputError extends VideoError {}

interface Advice {
	happened: string;
	fix: string;
}

const ADVICE: Record<ProblemReason, Advice> = {
	badInput: {
		happened: 'CometAPI did not accept the request',
		fix: 'Change the parameter that it names.',
	},
	unauthorized: {
		happened: 'CometAPI does not accept the API key',
		fix: "Check 'API Key' in the credential.",
	},
	noBalance: {
		happened: 'The balance of the CometAPI account is too low',
		fix: "Top up the account in CometAPI's console.",
	},
	forbidden: {
		happened: 'CometAPI refused access',
		fix: "Check in CometAPI's console what this API key may do.",
	},
	notTheApi: {
		happened: 'It was not CometAPI that answered',
		fix: "Check 'Base URL' in the credential, and what stands between n8n and CometAPI, for example a proxy.",
	},
	tooLarge: {
		happened: 'The request is too large for CometAPI',
		fix: 'Use a smaller image or a shorter prompt.',
	},
	rateLimited: {
		happened: 'CometAPI is receiving too many requests',
		fix: 'Run fewer videos at a time, or try again later.',
	},
	modelUnavailable: {
		happened: 'CometAPI has no such model available',
		fix: "Choose another one under 'Model'.",
	},
	unknownId: {
		happened: 'CometAPI does not know the request ID',
		fix: "Check 'Request ID', and that the credential is of the account that made the video.",
	},
	serverError: {
		happened: 'CometAPI is out of order',
		fix: 'Try again later.',
	},
	unreadable: {
		happened: 'CometAPI gave an answer that could not be read',
		fix: 'Try again later.',
	},
	notReached: {
		happened: 'CometAPI could not be reached',
		fix: "Check the network of n8n, and 'Base URL' in the credential.",
	},
	credentialUnread: {
		happened: 'n8n could not read the credential',
		fix: 'Try again later. If that does not help, look at the load of its database.',
	},
	heldBack: {
		happened: 'n8n did not send the request',
		fix: "Check the credential, its allowed domains, and n8n's settings for outgoing requests.",
	},
	connectionLost: {
		happened: 'The connection to CometAPI was lost before it answered',
		fix: 'Try again later.',
	},
};

const GO_ON =
	"To go on waiting, use the operation 'Get Status' with this request ID and 'Wait for Completion'. It does not pay again.";

const RETRY = 'A retry of this execution does not pay again either.';

/**
 * The API took no video, and nothing is owed.
 *
 * @param advice what to do, by the family whose API it is; by default what the reason suggests
 */
export function notAccepted(problem: ApiProblem, sentBytes: number, advice?: string): VideoError {
	const { happened, fix } = ADVICE[problem.reason];
	const size =
		problem.reason === 'tooLarge' ? `It had ${(sentBytes / 1_000_000).toFixed(1)} MB.` : undefined;
	return new VideoError(
		happened,
		sentences(quote(problem), size, advice ?? fix, 'No video was accepted, so nothing is owed.'),
		{ httpStatus: problem.httpStatus },
	);
}

/** The submit left, and no id came back. */
export function outcomeUnknown(problem?: ApiProblem): VideoError {
	const happened = problem ? `${ADVICE[problem.reason].happened}.` : undefined;
	const fix = problem?.reason === 'notTheApi' ? ADVICE.notTheApi.fix : undefined;
	return new VideoError(
		'It is not known whether CometAPI accepted this video',
		sentences(
			happened,
			problem && quote(problem),
			fix,
			"This execution does not send it again, since it would be paid twice. Look for it in the log of usage in CometAPI's console: with its request ID, 'Get Status' brings the video. If it is not there, start a new execution.",
		),
		{ httpStatus: problem?.httpStatus },
	);
}

export function noPlaceFree(problem: ApiProblem, waitedS: number): VideoError {
	return new VideoError(
		`CometAPI accepted no further video for ${waitedS} seconds`,
		sentences(
			quote(problem),
			"Nothing was accepted, nothing is owed. Run fewer videos at a time, or raise 'Max Wait'.",
		),
		{ httpStatus: problem.httpStatus },
	);
}

/** The API does not tell the job's state, and asking again would not help. */
export function statusRefused(
	problem: ApiProblem,
	facts: VideoErrorFacts & { requestId: string },
): VideoError {
	const { happened, fix } = ADVICE[problem.reason];
	return new VideoError(
		`${happened} [request ID ${facts.requestId}]`,
		sentences(quote(problem), fix, ...(problem.reason === 'unknownId' ? [] : [GO_ON, RETRY])),
		{ ...facts, httpStatus: problem.httpStatus },
	);
}

export function notFinishedInTime(
	problem: ApiProblem | undefined,
	maxWaitS: number,
	facts: VideoErrorFacts & { requestId: string },
): VideoError {
	const last = problem
		? sentences(`Last, ${lowerFirst(ADVICE[problem.reason].happened)}`, quote(problem))
		: facts.job?.providerStatus && `Its last status was ${facts.job.providerStatus}.`;
	return new VideoError(
		`The video is not finished after ${maxWaitS} seconds [request ID ${facts.requestId}]`,
		sentences('It goes on being made, and it is paid for.', last, GO_ON, RETRY),
		{ ...facts, httpStatus: problem?.httpStatus },
	);
}

const FAILED: Record<FailureKind | 'expired', Advice> = {
	refused: {
		happened: 'The video was refused',
		fix: 'Change the prompt, the image or the video, then run this again.',
	},
	expired: {
		happened: 'The video expired before it was finished',
		fix: 'Try again later: a retry of this execution makes a new video.',
	},
	own: {
		happened: 'The video could not be made',
		fix: 'Try again later: a retry of this execution makes a new video.',
	},
	noUrl: {
		happened: 'The video is finished, but CometAPI does not say where it is',
		fix: "It is paid for. The operation 'Get Status' with this request ID may bring it later, and a retry of this execution asks again. Neither pays again.",
	},
	other: {
		happened: 'The video could not be made',
		fix: 'A retry of this execution repeats this answer. Start a new execution to make another video.',
	},
};

/** @param kind `own` says that a retry of this execution makes a new video */
export function videoFailed(
	facts: VideoErrorFacts & { requestId: string; job: VideoJob },
	kind: FailureKind,
): VideoError {
	const { failure, status } = facts.job;
	const { happened, fix } = status === 'expired' ? FAILED.expired : FAILED[kind];
	return new VideoError(
		`${happened} [request ID ${facts.requestId}]`,
		sentences(failure && `CometAPI says (${failure.code}): ${failure.message}`, fix),
		facts,
	);
}

/** Where a finished video is. */
export interface FileAddress {
	url: string;
	/** Of a file that only the key opens: its path below the base URL. */
	contentPath?: string;
}

/** The video is there, its file is not. */
export function downloadFailed(
	{ reason, fix }: { reason: string; fix: string },
	{ url, contentPath, ...facts }: VideoErrorFacts & { requestId: string } & FileAddress,
): VideoError {
	const place = `The video is at ${url} ${contentPath === undefined ? '' : ', which only the API key opens'}`;
	return new VideoError(
		`The video is finished, but could not be downloaded [request ID ${facts.requestId}]`,
		sentences(reason, fix, `${place}.`),
		facts,
	);
}

// By the word canceled in the message n8n tells a stopped execution from one that went wrong.
export function stopped(requestId?: string): StoppedError {
	if (requestId === undefined) {
		return new StoppedError('The execution was canceled', 'No request was sent after that.');
	}
	return new StoppedError(
		`The execution was canceled [request ID ${requestId}]`,
		`The video goes on being made. ${GO_ON}`,
		{ requestId },
	);
}

export function stoppedWhileSubmitting(): StoppedError {
	return new StoppedError(
		'The execution was canceled while a video was being submitted',
		"If CometAPI accepts it, its request ID is written to n8n's log.",
	);
}

/** The run would make more videos than the user allows. */
export function tooManyVideos(limit: number, made: number, wanted: number): VideoError {
	return new VideoError(
		`This execution would make ${made + wanted} videos, and 'Max Videos' allows ${limit}`,
		`Before this, ${made} were submitted; ${wanted} more were wanted. None of these was sent, so nothing is owed for them. Raise 'Max Videos', or pass fewer items.`,
	);
}

/** n8n did not start all items, so that nobody knows whether all can be sent. */
export function notAllStarted(started: number, size: number): VideoError {
	return new VideoError(
		`n8n started only ${started} of the ${size} items of this run`,
		'Nothing was sent, so nothing is owed. Run the workflow again; with fewer items, if this comes back.',
	);
}

/** What no other message covers, a defect of this node among it. */
export function unexpected(cause: unknown, requestId?: string): VideoError {
	const said = cause instanceof Error ? cause.message : String(cause);
	return new VideoError(
		requestId === undefined
			? 'The node ended unexpectedly'
			: `The node ended unexpectedly [request ID ${requestId}]`,
		sentences(said, requestId === undefined ? undefined : GO_ON),
		{ requestId },
	);
}

/** How many of a run's other videos a message names. */
const MOST_IDS = 20;

/** The error as n8n shows it. The ids of the run's other videos are named, since n8n drops their items. */
export function toNodeError(
	node: INode,
	error: VideoError,
	{ itemIndex, runIndex }: { itemIndex: number; runIndex: number },
	isOneOfMany: boolean,
	otherIds: string[],
): NodeApiError {
	const { facts } = error;
	const message = isOneOfMany ? `${error.message} [item ${itemIndex}]` : error.message;
	const unnamed = otherIds.length - MOST_IDS;
	const more = unnamed > 0 ? ` and ${unnamed} more, which are in n8n's log` : '';
	const others =
		otherIds.length > 0
			? `Other videos of this run: ${otherIds.slice(0, MOST_IDS).join(', ')}${more}.`
			: undefined;
	const pickUp = 'A retry of this execution picks them up without paying again.';
	const retry = others && !(error instanceof StoppedError) ? pickUp : undefined;
	const description = sentences(error.description, others, retry);
	const options = {
		itemIndex,
		runIndex,
		message,
		description,
		httpCode: facts.httpStatus?.toString(),
	};
	return new NodeApiError(node, { message } satisfies JsonObject, options);
}

function quote({ said, httpStatus, supportId }: ApiProblem): string | undefined {
	const told = said ? `It said: ${said}` : httpStatus && `It answered HTTP ${httpStatus}`;
	const support = supportId && `For CometAPI's support this was request ${supportId}`;
	return sentences(told || undefined, support);
}

function sentences(...parts: Array<string | undefined>): string {
	return parts
		.filter((part) => part !== undefined && part !== '')
		.map((part) => (/[.!?]$/.test(String(part)) ? part : `${part}.`))
		.join(' ');
}

function lowerFirst(sentence: string): string {
	return /^(CometAPI|n8n)/.test(sentence)
		? sentence
		: sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
