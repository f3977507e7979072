import type { IDataObject, INode } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import type { ApiProblem, ProblemReason } from './answers/problem';
import { withoutUndefined } from './http/json';
import {
	EXPIRED,
	NO_REASON,
	NO_VIDEO,
	PENDING,
	WITHHELD,
	type Failure,
	type FailureCause,
	type VideoJob,
	type WaitFacts,
} from './video';

/** How a user gets at a video. */
export interface WayToVideo {
	/** This node submitted it: a retry finds it, and Execute step pays again. Get Status only asks. */
	isSubmitter: boolean;
	/** What Get Status needs beside the request ID, as a sentence. */
	toFind?: string;
}

/** What is known when an item ends without its video. */
export interface VideoErrorFacts {
	requestId?: string;
	/** The user's own text for the item. */
	reference?: string;
	job?: VideoJob;
	/** Where it is not the job's. */
	status?: 'failed' | 'unknown';
	/** Where there is no job. */
	failure?: Failure;
	wait?: WaitFacts;
	httpStatus?: number;
	/** CometAPI's number of the exchange, for its support: not the video's. */
	supportId?: string;
	way?: WayToVideo;
}

/** Failures that the message of the error tells already. */
const SAID_BY_MESSAGE: Failure[] = [NO_VIDEO, EXPIRED];

/** This node's own words for what the provider left unsaid. */
const OWN_WORDS: Failure[] = [NO_REASON, WITHHELD];

/** Codes that this node gives where the provider gave none. */
const OWN_CODES = [NO_REASON.code, WITHHELD.code];

/** Why an item has no video: what happened, what to do, what is known. */
export class VideoError extends Error {
	readonly description: string;
	readonly facts: VideoErrorFacts;

	constructor(happened: string, fix: string, facts: VideoErrorFacts = {}) {
		const { requestId, job } = facts;
		super(requestId === undefined ? happened : `${happened} [request ID ${requestId}]`);
		this.description = sentences(quoteFailure(job?.failure), fix);
		this.facts = facts;
	}

	/** The message, and which item it is about. */
	titleOf(itemIndex = 0, items = 1): string {
		const { reference } = this.facts;
		const item = items === 1 ? '' : ` [item ${itemIndex + 1} of ${items}]`;
		return `${this.message}${item}${reference === undefined ? '' : ` [reference ${reference}]`}`;
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
		fix: 'Change the parameter that CometAPI names.',
	},
	unauthorized: {
		happened: 'CometAPI does not accept the API key',
		fix: "Check 'API Key' in the credential.",
	},
	noBalance: {
		happened: 'The balance of the CometAPI account is too low',
		fix: 'Top up the account in the CometAPI console.',
	},
	forbidden: {
		happened: 'CometAPI refused access',
		fix: 'Check in the CometAPI console what this API key may do.',
	},
	notTheApi: {
		happened: 'The answer did not come from CometAPI',
		fix: "Check 'Base URL' in the credential, and whatever stands between n8n and CometAPI, such as a proxy.",
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
		happened: "This model isn't available on CometAPI",
		fix: "Choose another one under 'Model'.",
	},
	unknownId: {
		happened: 'CometAPI does not know the request ID',
		fix: "Check that 'Resource' is the one that made the video, that 'Request ID' is complete, and that the credential is of the same account.",
	},
	serverError: {
		happened: 'CometAPI cannot process requests at the moment',
		fix: 'Try again later.',
	},
	unreadable: {
		happened: 'CometAPI sent an answer that could not be read',
		fix: 'Try again later.',
	},
	notReached: {
		happened: 'CometAPI could not be reached',
		fix: "Check n8n's network connection, and 'Base URL' in the credential.",
	},
	credentialUnread: {
		happened: 'n8n could not read the credential',
		fix: "Try again later. If that doesn't help, check the load of n8n's database.",
	},
	blocked: {
		happened: 'n8n did not send the request',
		fix: "Check the credential, its allowed domains, and n8n's settings for outgoing requests.",
	},
	connectionLost: {
		happened: 'The connection to CometAPI was lost before it answered',
		fix: 'Try again later.',
	},
};

const KEEP_WAITING =
	"To keep waiting, use the operation 'Get Status' with this request ID and 'Wait for Completion' turned on. That doesn't pay again.";

const RETRY =
	"Retrying this execution from the Executions list doesn't pay again either; Execute step does.";

const RETRY_OF_STATUS =
	"Retrying this execution from the Executions list asks again, and doesn't pay either.";

/** How to go on with a video that is paid for. */
function waysOn({ way }: VideoErrorFacts): Array<string | undefined> {
	return [KEEP_WAITING, way?.toFind, way?.isSubmitter === false ? RETRY_OF_STATUS : RETRY];
}

/** Nothing that the user can change about a status check; its answer was about something else. */
const ADVICE_AT_STATUS: Partial<Record<ProblemReason, Advice>> = {
	badInput: { happened: ADVICE.badInput.happened, fix: 'Try again later.' },
	tooLarge: { happened: ADVICE.badInput.happened, fix: 'Try again later.' },
	modelUnavailable: { happened: ADVICE.modelUnavailable.happened, fix: 'Try again later.' },
};

function adviceAtStatus(reason: ProblemReason): Advice {
	return ADVICE_AT_STATUS[reason] ?? ADVICE[reason];
}

/**
 * CometAPI accepted no video, and nothing is owed.
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
		{ ...factsOf(problem), status: 'failed', failure: failureOf(problem) },
	);
}

/** A problem as a failure: the code is the reason in the form that codes have. */
function failureOf({ reason, said }: ApiProblem): Failure {
	const code = reason.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
	return { code, message: said ?? ADVICE[reason].happened };
}

/**
 * The submit left, and no id came back.
 *
 * @param externalId the id that the submission gave its job, if any
 */
export function outcomeUnknown(problem?: ApiProblem, externalId?: string): VideoError {
	const happened = problem ? `${ADVICE[problem.reason].happened}.` : undefined;
	const fix = problem?.reason === 'notTheApi' ? ADVICE.notTheApi.fix : undefined;
	return new VideoError(
		'It is not known whether CometAPI accepted this video',
		sentences(
			happened,
			problem && quote(problem),
			fix,
			externalId && `This node called the video ${externalId} (external_task_id).`,
			"This execution does not send it again, because you might pay twice. Look for the video in the usage log of the CometAPI console. If it's there, use its request ID with 'Get Status' to fetch the video. If it isn't, start a new execution.",
		),
		{ ...factsOf(problem), status: 'unknown', failure: problem && failureOf(problem) },
	);
}

/** Another version of this node has submitted the video, and its notes cannot be read. */
export function submittedByOtherVersion(requestId: string | undefined): VideoError {
	const find =
		requestId === undefined
			? "Look for the video in the usage log of the CometAPI console. If it's there, use its request ID with 'Get Status'. If it isn't, start a new execution."
			: "To get it free of charge, use 'Get Status' with this request ID and the 'Resource' that made it. To make another one, start a new execution.";
	return new VideoError(
		'Another version of this node submitted this video',
		sentences("So that you don't pay twice, it was not sent again", find),
		{ requestId, ...(requestId === undefined && { status: 'unknown' }) },
	);
}

/** The same error, of an item whose video is submitted already. */
export function withVideo(error: VideoError, requestId: string): VideoError {
	return new VideoError(
		error.message,
		sentences(error.description, 'The video of this item is paid for already', KEEP_WAITING),
		{ ...error.facts, requestId },
	);
}

export function noPlaceFree(problem: ApiProblem, waitedS: number): VideoError {
	return new VideoError(
		`CometAPI accepted no further video for ${waitedS} seconds`,
		sentences(
			quote(problem),
			"Nothing was accepted, so nothing is owed. Run fewer videos at a time, or raise 'Max Wait'.",
		),
		{ ...factsOf(problem), status: 'failed', failure: failureOf(problem) },
	);
}

/**
 * CometAPI does not tell the job's state, and asking again would not help.
 *
 * @param advice where Get Status should look for an ID that is not known, by the family
 */
export function statusRefused(
	problem: ApiProblem,
	facts: VideoErrorFacts & { requestId: string },
	advice?: string,
): VideoError {
	const { happened, fix } = adviceAtStatus(problem.reason);
	if (problem.reason !== 'unknownId') {
		const description = sentences(quote(problem), fix, ...waysOn(facts));
		return new VideoError(happened, description, { ...facts, ...factsOf(problem) });
	}
	const next = facts.way?.isSubmitter
		? ['CometAPI accepted this video, so it has been paid for.', ...waysOn(facts)]
		: [advice ?? fix];
	return new VideoError(happened, sentences(quote(problem), ...next), {
		...facts,
		...factsOf(problem),
		...(facts.way?.isSubmitter !== true && { status: 'unknown', failure: failureOf(problem) }),
	});
}

export function notFinishedInTime(
	problem: ApiProblem | undefined,
	maxWaitS: number,
	facts: VideoErrorFacts & { requestId: string },
): VideoError {
	const last = problem
		? sentences(
				`At the last status check, ${lowerFirst(adviceAtStatus(problem.reason).happened)}`,
				quote(problem),
			)
		: facts.job?.providerStatus && `Its last status was ${facts.job.providerStatus}.`;
	// Get Status knows of a video only what CometAPI has told it.
	const isSeen = facts.way?.isSubmitter !== false || facts.job !== undefined;
	return new VideoError(
		`The video is not finished after ${maxWaitS} seconds`,
		sentences(
			isSeen ? 'The video is still being generated and has been paid for.' : undefined,
			last,
			...waysOn(facts),
		),
		{ ...facts, ...factsOf(problem) },
	);
}

const MAKES_A_NEW_ONE =
	'Try again later: retrying this execution from the Executions list makes a new video.';

const REPEATS =
	'Retrying this execution repeats this answer. Start a new execution to make another video.';

const ONLY_ASKS =
	'Asking again repeats this answer. To make another video, run the node that submitted this one again, which pays again.';

const FAILED: Record<
	FailureCause | 'expired',
	{ happened: string; fix(way?: WayToVideo): string }
> = {
	request: {
		happened: 'The video was refused',
		fix: () => 'Change the prompt, the image or the video, then run the workflow again.',
	},
	expired: {
		happened: 'The video expired before it was finished',
		fix: (way) => (way?.isSubmitter === false ? ONLY_ASKS : MAKES_A_NEW_ONE),
	},
	provider: {
		happened: 'The video could not be made',
		fix: (way) => (way?.isSubmitter === false ? ONLY_ASKS : MAKES_A_NEW_ONE),
	},
	other: {
		happened: 'The video could not be made',
		fix: (way) => (way?.isSubmitter === false ? ONLY_ASKS : REPEATS),
	},
};

/** The job is told as done, and its address isn't. */
export function videoNotLocated(
	facts: VideoErrorFacts & { requestId: string; job: VideoJob },
): VideoError {
	return new VideoError(
		'The video is finished, but CometAPI does not say where it is',
		sentences(
			"The video has been paid for. To ask again, use the operation 'Get Status' with this request ID, or retry this execution from the Executions list. Neither pays again.",
			facts.way?.toFind,
		),
		{ ...facts, job: { ...facts.job, failure: NO_VIDEO } },
	);
}

/** @param cause `provider` says that a retry of this execution makes a new video */
export function videoFailed(
	facts: VideoErrorFacts & { requestId: string; job: VideoJob },
	cause: FailureCause,
): VideoError {
	const { happened, fix } =
		facts.job.status === 'expired' && cause === 'provider' ? FAILED.expired : FAILED[cause];
	const supportId = supportIdIn(facts.job.failure?.message) ?? facts.supportId;
	return new VideoError(happened, fix(facts.way), { ...facts, supportId });
}

/** Where a finished video is. */
export interface FileAddress {
	url: string;
	/** Of a file that only the key opens: its path below the base URL. */
	contentPath?: string;
}

const FETCH_LATER =
	"The operation 'Get Status' with 'Download Video' fetches it later, without paying again.";

/**
 * The video is there, its file is not.
 *
 * @param fix by default Get Status, which may fetch it later
 */
export function downloadFailed(
	{ reason, fix }: { reason: string; fix?: string },
	{ url, contentPath, ...facts }: VideoErrorFacts & { requestId: string } & FileAddress,
): VideoError {
	const key = contentPath === undefined ? '' : ', which only the API key opens';
	const place = `The video is online (${url})${key}`;
	return new VideoError(
		'The video is finished, but could not be downloaded',
		sentences(
			reason,
			...(fix === undefined ? [FETCH_LATER, facts.way?.toFind] : [fix]),
			`${place}.`,
		),
		facts,
	);
}

// By the word canceled in the message n8n tells a stopped execution from one that went wrong.
export function stopped(requestId?: string): StoppedError {
	if (requestId === undefined) {
		return new StoppedError('The execution was canceled', 'No request was sent after that.');
	}
	return new StoppedError(
		'The execution was canceled',
		`The video is still being generated. ${KEEP_WAITING}`,
		{ requestId },
	);
}

export function stoppedWhileSubmitting(): StoppedError {
	return new StoppedError(
		'The execution was canceled while a video was being submitted',
		"If CometAPI accepts the video, the node writes its request ID to n8n's log.",
		{ status: 'unknown' },
	);
}

/** The run would make more videos than the user allows. */
export function tooManyVideos(limit: number, made: number, wanted: number): VideoError {
	return new VideoError(
		`This execution would make ${made + wanted} videos, and 'Max Videos' allows ${limit}`,
		`Videos submitted before: ${made}. Videos wanted now: ${wanted}. None of these was sent, so nothing is owed for them. Raise 'Max Videos', or pass fewer items.`,
	);
}

/** n8n did not start all items, so that nobody knows whether all can be sent. */
export function notAllStarted(started: number, size: number): VideoError {
	return new VideoError(
		`n8n started only ${started} of the ${size} items of this run`,
		'Nothing was sent, so nothing is owed. Run the workflow again. If this comes back, pass fewer items.',
	);
}

/** What no other message covers, a defect of this node among it. */
export function unexpected(cause: unknown, requestId?: string): VideoError {
	const said = cause instanceof Error ? cause.message : String(cause);
	return new VideoError(
		'The node ended unexpectedly',
		sentences(said, requestId === undefined ? undefined : KEEP_WAITING),
		{ requestId },
	);
}

/** How many of a run's other videos a message names. */
const MOST_IDS = 20;

/** A video of an item of the run. */
export interface KnownVideo {
	itemIndex: number;
	requestId: string;
	reference?: string;
}

/**
 * The error as n8n shows it. The run's other videos are named, since n8n drops their items.
 *
 * @param items of the run
 * @param onlyAsks whether the run asks for videos that others have submitted
 */
export function toNodeError(
	node: INode,
	error: VideoError,
	{ itemIndex, runIndex }: { itemIndex: number; runIndex: number },
	items: number,
	others: KnownVideo[],
	onlyAsks = false,
): NodeApiError {
	const message = error.titleOf(itemIndex, items);
	const description = sentences(error.description, ...adviseOnOthers(error, others, onlyAsks));
	const httpCode = error.facts.httpStatus?.toString();
	const shown = new NodeApiError(node, {}, { itemIndex, runIndex, message, description, httpCode });
	const details = detailsOf(error);
	if (Object.keys(details).length > 0) shown.context.data = details;
	return shown;
}

function adviseOnOthers(error: VideoError, others: KnownVideo[], onlyAsks: boolean): string[] {
	if (others.length === 0) return [];
	const named = others
		.slice(0, MOST_IDS)
		.map(({ itemIndex, requestId, reference }) =>
			reference === undefined
				? `item ${itemIndex + 1}: ${requestId}`
				: `item ${itemIndex + 1} (${reference}): ${requestId}`,
		);
	const unnamed = others.length - named.length;
	const more = unnamed > 0 ? `, and ${unnamed} more, which are in n8n's log` : '';
	const list = `Other videos of this run: ${named.join(', ')}${more}.`;
	if (error instanceof StoppedError) return [list];
	return [
		list,
		onlyAsks
			? "Retrying this execution from the Executions list asks for them again, and doesn't pay."
			: "Retrying this execution from the Executions list doesn't pay for them again; Execute step does.",
		"To get them even if this item fails again, set On Error to Continue in the node's settings, save the workflow, and choose 'Retry with currently saved workflow'.",
	];
}

/** What an error tells of its item, under the output's names. */
export function toFields({ facts }: VideoError): IDataObject {
	const { requestId, reference, job, status, failure, wait } = facts;
	return withoutUndefined({
		request_id: requestId,
		status: status ?? (requestId === undefined ? undefined : (job ?? PENDING).status),
		reference,
		failure: failure ?? job?.failure,
		provider_cost_usd: job?.providerCostUsd,
		wait,
	});
}

/** What n8n lists under "Error details". */
function detailsOf(error: VideoError): IDataObject {
	const { httpStatus, supportId } = error.facts;
	return {
		...toFields(error),
		...withoutUndefined({ http_status: httpStatus, support_id: supportId }),
	};
}

/** An ID of the exchange within CometAPI's words, which is not the video's. */
const ID_IN_WORDS = /\s?\(request id: ([^()\s]+)\)/i;

const supportIdIn = (words = '') => ID_IN_WORDS.exec(words)?.[1];

function factsOf(
	problem: ApiProblem | undefined,
): Pick<VideoErrorFacts, 'httpStatus' | 'supportId'> {
	if (!problem) return {};
	const { httpStatus, said, supportId = supportIdIn(said) } = problem;
	return { httpStatus, ...(supportId !== undefined && { supportId }) };
}

function quote(problem: ApiProblem): string | undefined {
	const { said, httpStatus } = problem;
	if (said) return `It said: ${said.replace(ID_IN_WORDS, '')}`;
	return httpStatus ? `It answered HTTP ${httpStatus}` : undefined;
}

/** Only what the provider said stands as its words. */
function quoteFailure(failure: Failure | undefined): string | undefined {
	if (!failure || SAID_BY_MESSAGE.some(({ message }) => message === failure.message)) {
		return undefined;
	}
	if (OWN_WORDS.some(({ message }) => message === failure.message)) return failure.message;
	const code = OWN_CODES.includes(failure.code) ? '' : ` (${failure.code})`;
	return `CometAPI says${code}: ${failure.message.replace(ID_IN_WORDS, '')}`;
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
