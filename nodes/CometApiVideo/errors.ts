import { NodeApiError, type IDataObject, type INode } from 'n8n-workflow';

import type { ApiProblem, ProblemReason } from './answers/problem';
import { shorten } from './http/exchange';
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

/** Facts about an item that ends without its video. */
export interface VideoErrorFacts {
	requestId?: string;
	/** The user's own text for the item. */
	reference?: string;
	job?: VideoJob;
	/** If it is not the job's. */
	status?: 'failed' | 'unknown';
	/** If there is no job. */
	failure?: Failure;
	wait?: WaitFacts;
	httpStatus?: number;
	/** CometAPI's number of the exchange, for its support: not the video's. */
	supportId?: string;
	/** False for Get Status, which only asks: a retry never makes a new video. */
	isSubmitter?: boolean;
	/** What Get Status needs beside the request ID, as a sentence. */
	toFind?: string;
}

/** A fact about a video that CometAPI has accepted. */
type JobFacts = VideoErrorFacts & { requestId: string };

/**
 * The reason for no video, in at most 35 words: what happened, whether the money is safe, what to
 * press. Others' words, addresses and IDs follow.
 */
export class VideoError extends Error {
	readonly advice: string;
	readonly details: string;
	readonly facts: VideoErrorFacts;

	constructor(
		happened: string,
		advice: string,
		facts: VideoErrorFacts = {},
		details: Array<string | undefined> = [],
	) {
		const { requestId } = facts;
		// n8n writes it into its log, where a value with line breaks could pass for another line.
		const line = happened.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
		super(requestId === undefined ? line : `${line} [request ID ${requestId}]`);
		this.advice = sentences(advice);
		this.details = sentences(...details, facts.toFind);
		this.facts = facts;
	}

	get description(): string {
		return sentences(this.advice, this.details);
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
export class InputError extends VideoError {
	constructor(happened: string, advice: string) {
		// Names of fields and files are as long as their nodes make them.
		super(shorten(happened), shorten(advice));
	}

	/** The same about a value that the user typed, and no expression gave. */
	asTyped(): InputError {
		return new InputError(this.message, this.advice.replace(/^The value is/, 'You entered'));
	}
}

const LATER = 'Try again later.';

/** The event, the next step, and the step after a status check, which the user can't change. */
const ADVICE: Record<ProblemReason, [happened: string, fix: string, fixAtStatus?: string]> = {
	badInput: [
		'CometAPI did not accept the request',
		'Change the parameter that CometAPI names.',
		LATER,
	],
	unauthorized: ["CometAPI doesn't accept the API key", "Check 'API Key' in the credential."],
	noBalance: ['The balance of the CometAPI account is too low', 'Top up in the CometAPI console.'],
	forbidden: ['CometAPI refused access', 'Check in the CometAPI console what this API key may do.'],
	notTheApi: [
		'The answer did not come from CometAPI',
		"Check 'Base URL' in the credential. Ask whoever runs your n8n about a proxy or firewall in between.",
		"Check 'Base URL' in the credential.",
	],
	tooLarge: ['The request is too large for CometAPI', 'Use a smaller image or a shorter prompt.'],
	rateLimited: [
		'CometAPI is receiving too many requests',
		'Run fewer videos at a time, or try again later.',
		LATER,
	],
	modelUnavailable: [
		"This model isn't available on CometAPI",
		"Choose another one under 'Model'.",
		LATER,
	],
	unknownId: [
		"CometAPI doesn't know this request ID",
		"Check that 'Resource' is the one that made the video, that the ID is complete, and that the credential is of the same account.",
	],
	serverError: ['CometAPI cannot process requests at the moment', LATER],
	unreadable: ['CometAPI sent an answer that could not be read', LATER],
	notReached: [
		'CometAPI could not be reached',
		"Check 'Base URL' in the credential. Ask whoever runs your n8n to check its network.",
		'Ask whoever runs your n8n to check its network.',
	],
	credentialUnread: [
		'n8n could not read the credential',
		'Try again later. Ask whoever runs your n8n to check the load of its database.',
		LATER,
	],
	blocked: [
		'n8n blocked the request',
		"Ask whoever runs your n8n: the credential's allowed domains or n8n's rules for outgoing requests don't allow it.",
		'Ask whoever runs your n8n about allowed domains and outgoing requests.',
	],
	connectionLost: ['The connection to CometAPI was lost before it answered', LATER],
};

/** The speaker of a problem's words, if not CometAPI. */
const SPEAKERS: Partial<Record<ProblemReason, string>> = {
	notTheApi: 'The answer',
	notReached: 'The network',
	connectionLost: 'The network',
	credentialUnread: 'n8n',
	blocked: 'n8n',
};

function adviceAtStatus({ reason }: ApiProblem): [happened: string, fix: string] {
	const [happened, fix, fixAtStatus = fix] = ADVICE[reason === 'tooLarge' ? 'badInput' : reason];
	return [happened, fixAtStatus];
}

const NOT_CHARGED = 'You were not charged.';
const MAY_BE_CHARGED = 'It may have been charged.';
const NOT_SENT_AGAIN = "It was not sent again, so you don't pay twice.";

const IN_USAGE_LOG =
	"If CometAPI's usage log has it, use Get Status with its ID. If not, start a new execution.";

const WAIT_ON = "Get Status with this ID and 'Wait for Completion'";

/** Ways to a video that CometAPI has accepted. */
function waysOn({ isSubmitter }: VideoErrorFacts): string {
	return isSubmitter === false
		? 'Asking again is free: Executions > Retry, or Get Status with this ID.'
		: 'The video is paid for: Executions > Retry or Get Status with this ID gets it free. Execute step pays again.';
}

/** @param advice what to do, by the family whose API it is; by default what the reason suggests */
export function notAccepted(problem: ApiProblem, sentBytes: number, advice?: string): VideoError {
	const [happened, fix] = ADVICE[problem.reason];
	const size = problem.reason === 'tooLarge' && `It had ${(sentBytes / 1_000_000).toFixed(1)} MB.`;
	return refused(happened, sentences(size, advice ?? fix), problem);
}

export function noPlaceFree(problem: ApiProblem, waitedS: number): VideoError {
	const happened = `CometAPI rejected new videos for ${waitedS} seconds (rate limit)`;
	return refused(happened, "Run fewer videos at a time, or raise 'Max Wait'.", problem);
}

function refused(happened: string, fix: string, problem: ApiProblem): VideoError {
	return new VideoError(
		happened,
		`${NOT_CHARGED} ${fix}`,
		{ ...factsOf(problem), status: 'failed', failure: failureOf(problem) },
		[quote(problem)],
	);
}

/** A problem as a failure: the code is the reason in the form that codes have. */
function failureOf({ reason, message }: ApiProblem): Failure {
	const code = reason.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
	return { code, message: message ?? ADVICE[reason][0] };
}

/** @param externalId the id that the submission gave its job, if any */
export function outcomeUnknown(problem?: ApiProblem, externalId?: string): VideoError {
	const [happened, fix] = problem ? ADVICE[problem.reason] : [];
	return new VideoError(
		"It's unclear whether CometAPI accepted this video",
		`${NOT_SENT_AGAIN} ${IN_USAGE_LOG}`,
		{ ...factsOf(problem), status: 'unknown', failure: problem && failureOf(problem) },
		[
			happened,
			problem?.reason === 'notTheApi' ? fix : undefined,
			problem && quote(problem),
			externalId && `This node called the video ${externalId} (external_task_id)`,
		],
	);
}

/** Another version of this node has submitted the video, and its notes cannot be read. */
export function submittedByOtherVersion(requestId: string | undefined): VideoError {
	const find =
		requestId === undefined
			? IN_USAGE_LOG
			: 'To get it free of charge: Get Status with this ID. To make another one, start a new execution.';
	return new VideoError(
		'Another version of this node submitted this video',
		`${NOT_SENT_AGAIN} ${find}`,
		{ requestId, ...(requestId === undefined && { status: 'unknown' }) },
	);
}

/** The same error, of an item whose video is submitted already. */
export function withVideo(error: VideoError, requestId: string): VideoError {
	return new VideoError(
		error.message,
		sentences(error.advice, `The video is paid for already: ${WAIT_ON} gets it`),
		{ ...error.facts, requestId },
		[error.details],
	);
}

/** @param advice where Get Status should look for an ID that is not known, by the family */
export function statusRefused(problem: ApiProblem, facts: JobFacts, advice?: string): VideoError {
	const [happened, fix] = adviceAtStatus(problem);
	const isUnknownId = problem.reason === 'unknownId';
	const all = { ...facts, ...factsOf(problem) };
	if (facts.isSubmitter || !isUnknownId) {
		const next = sentences(!isUnknownId && fix, waysOn(facts));
		return new VideoError(happened, next, all, [quote(problem)]);
	}
	return new VideoError(
		happened,
		advice ?? fix,
		{ ...all, toFind: undefined, status: 'unknown', failure: failureOf(problem) },
		[quote(problem)],
	);
}

export function notFinishedInTime(
	problem: ApiProblem | undefined,
	maxWaitS: number,
	facts: JobFacts,
): VideoError {
	const isPaid = !isNothingKnown(facts);
	const ways =
		facts.isSubmitter === false
			? `Asking again is free: Executions > Retry, or ${WAIT_ON}.`
			: `To get it free of charge: Executions > Retry, or ${WAIT_ON}. Execute step pays again.`;
	const last = problem
		? [`The last status check: ${adviceAtStatus(problem)[0]}`, quote(problem)]
		: [facts.job?.providerStatus && `The last status: ${facts.job.providerStatus}`];
	return new VideoError(
		`Not finished after ${maxWaitS} seconds`,
		sentences(isPaid && 'It is paid for and still being made', ways),
		{ ...facts, ...factsOf(problem) },
		last,
	);
}

const RETRY_MAKES_ANOTHER =
	'Try again later: Executions > Retry makes a new video, which you pay for.';

const FAILED: Record<FailureCause | 'expired', [happened: string, fix: string]> = {
	moderation: [
		'Moderation refused this video',
		'Change the prompt or the image and run again, which makes and charges a new video.',
	],
	request: [
		'The video was refused',
		'Change the prompt, the image or the video and run again, which makes and charges a new video.',
	],
	provider: ['The video could not be made', RETRY_MAKES_ANOTHER],
	expired: ['The video expired before it was finished', RETRY_MAKES_ANOTHER],
	other: [
		'The video could not be made',
		'Executions > Retry repeats this answer. To make another video, which you pay for, start a new execution.',
	],
};

const ONLY_ASKS =
	'Asking again repeats this answer. To make another video, run the node that submitted it, which pays again.';

/** @param cause `provider` says that a retry of this execution makes a new video */
export function videoFailed(facts: JobFacts & { job: VideoJob }, cause: FailureCause): VideoError {
	const { status, failure } = facts.job;
	const hasExpired = status === 'expired' && cause === 'provider';
	const [happened, fix] = FAILED[hasExpired ? 'expired' : cause];
	const isRefusal = cause === 'moderation' || cause === 'request';
	return new VideoError(
		happened,
		`${MAY_BE_CHARGED} ${facts.isSubmitter === false && !isRefusal ? ONLY_ASKS : fix}`,
		{ ...facts, toFind: undefined, supportId: supportIdIn(failure?.message) ?? facts.supportId },
		[quoteFailure(failure)],
	);
}

/** The job is told as done, and its address isn't. */
export function videoNotLocated(facts: JobFacts & { job: VideoJob }): VideoError {
	return new VideoError(
		"The video is finished, but CometAPI doesn't say where it is",
		`It is paid for. Asking again is free: Executions > Retry, or ${WAIT_ON}.`,
		{ ...facts, job: { ...facts.job, failure: NO_VIDEO } },
	);
}

/** The place of a finished video. */
export interface FileAddress {
	url: string;
	/** Of a file that only the key opens: its path below the base URL. */
	contentPath?: string;
}

/** @param fix by default a retry or Get Status, which may fetch it later */
export function downloadFailed(
	{ reason, fix }: { reason: string; fix?: string },
	{ url, contentPath, ...facts }: JobFacts & FileAddress,
): VideoError {
	const key = contentPath === undefined ? '' : ', which only the API key opens';
	return new VideoError(
		'The video is finished, but could not be downloaded',
		`It is paid for. ${fix ?? "Executions > Retry or Get Status with 'Download Video' fetches it free of charge."}`,
		fix === undefined ? facts : { ...facts, toFind: undefined },
		[reason, `The video is online (${url})${key}`],
	);
}

// By the word canceled in the message n8n tells a stopped execution from one that went wrong.
export function stopped(facts: VideoErrorFacts = {}): StoppedError {
	const { requestId, job, isSubmitter } = facts;
	const advice =
		requestId === undefined
			? 'No request was sent after that.'
			: isSubmitter === false
				? `To ask again free of charge: ${WAIT_ON}.`
				: `${job?.status === 'done' ? 'The video is finished' : 'CometAPI goes on making the video'}. To get it free of charge: ${WAIT_ON}.`;
	return new StoppedError('The execution was canceled', advice, facts);
}

export function stoppedWhileSubmitting(): StoppedError {
	return new StoppedError(
		'The execution was canceled while a video was being submitted',
		"If CometAPI accepts it, you pay for it. Its request ID is then in n8n's log: use it with Get Status.",
		{ status: 'unknown' },
	);
}

/** The run would make more videos than the user allows. */
export function tooManyVideos(limit: number, made: number, wanted: number): VideoError {
	return new VideoError(
		`This execution would make ${made + wanted} videos, and 'Max Videos' allows ${limit}`,
		`You were not charged for these ${wanted}; ${made} had been submitted before. Raise 'Max Videos', or pass fewer items.`,
	);
}

/** n8n did not start all items, so that nobody knows whether all can be sent. */
export function notAllStarted(started: number, size: number): VideoError {
	return new VideoError(
		`n8n started only ${started} of the ${size} items of this run`,
		`${NOT_CHARGED} Run the workflow again. If this comes back, pass fewer items.`,
	);
}

/** The homepage in package.json. */
const REPORT_TO = 'https://www.npmjs.com/package/n8n-nodes-cometapi-video';

/** Everything that no other message covers, such as a defect of this node. */
export function unexpected(cause: unknown, facts: VideoErrorFacts = {}): VideoError {
	const ways = facts.requestId === undefined ? undefined : waysOn(facts);
	return new VideoError(
		'Unexpected error in the node',
		sentences(ways, `Please report it: ${REPORT_TO}`),
		facts,
		[cause instanceof Error ? cause.message : String(cause)],
	);
}

/** The most videos that a message names. */
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
	const description = sentences(
		error.advice,
		adviseOnOthers(error, others.length, onlyAsks),
		error.details,
		listOf(others),
	);
	const { httpStatus, supportId } = error.facts;
	const httpCode = httpStatus?.toString();
	const shown = new NodeApiError(node, {}, { itemIndex, runIndex, message, description, httpCode });
	const exchange = withoutUndefined({ http_status: httpStatus, support_id: supportId });
	const details = { ...toFields(error), ...exchange };
	if (Object.keys(details).length > 0) shown.context.data = details;
	return shown;
}

function adviseOnOthers(error: VideoError, count: number, onlyAsks: boolean): string | undefined {
	if (count === 0 || error instanceof StoppedError) return undefined;
	const [others, are, them] =
		count === 1 ? ['other video', 'is', 'it'] : [`other ${count} videos`, 'are', 'them'];
	return sentences(
		onlyAsks
			? `Executions > Retry asks for your ${others} again, free of charge.`
			: `Your ${others} ${are} safe: Executions > Retry gets ${them}.`,
		"If this one fails again: Settings > On Error > Continue, save, 'Retry with currently saved workflow'.",
	);
}

function listOf(videos: KnownVideo[]): string | undefined {
	if (videos.length === 0) return undefined;
	const named = videos.slice(0, MOST_IDS).map(({ itemIndex, requestId, reference }) => {
		const of = reference === undefined ? '' : ` (${reference})`;
		return `item ${itemIndex + 1}${of}: ${requestId}`;
	});
	const unnamed = videos.length - named.length;
	const more = unnamed > 0 ? `, and ${unnamed} more, which are in n8n's log` : '';
	return `IDs of the other videos: ${named.join(', ')}${more}`;
}

/** An error's facts, under the output's names. */
export function toFields({ facts }: VideoError): IDataObject {
	const { requestId, reference, job, failure = job?.failure, wait } = facts;
	const known = isNothingKnown(facts) ? 'unknown' : (job ?? PENDING).status;
	const { status = requestId === undefined ? undefined : known } = facts;
	return withoutUndefined({
		request_id: requestId,
		status,
		reference,
		failure,
		provider_cost_usd: job?.providerCostUsd,
		wait,
	});
}

/** True for a video of another node, if there is one: no answer has told anything of it. */
export function isNothingKnown({ job, isSubmitter }: VideoErrorFacts): boolean {
	return isSubmitter === false && job === undefined;
}

/** An ID of the exchange within CometAPI's words, which is not the video's. */
const ID_IN_WORDS = /\s?\(request id: ([^()\s]+)\)/i;

const supportIdIn = (words = '') => ID_IN_WORDS.exec(words)?.[1];

function factsOf(
	problem: ApiProblem | undefined,
): Pick<VideoErrorFacts, 'httpStatus' | 'supportId'> {
	if (!problem) return {};
	const { httpStatus, message, supportId = supportIdIn(message) } = problem;
	return { httpStatus, ...(supportId !== undefined && { supportId }) };
}

function quote({ reason, message, httpStatus }: ApiProblem): string | undefined {
	if (message) return `${SPEAKERS[reason] ?? 'CometAPI'}: ${message.replace(ID_IN_WORDS, '')}`;
	return httpStatus ? `HTTP status ${httpStatus}` : undefined;
}

/** Only the provider's words stand as CometAPI's. */
function quoteFailure(failure: Failure | undefined): string | undefined {
	const isAmong = (known: Failure[]) => known.some(({ message }) => message === failure?.message);
	// The message of the error tells these already.
	if (!failure || isAmong([NO_VIDEO, EXPIRED])) return undefined;
	const ofThisNode = [NO_REASON, WITHHELD];
	if (isAmong(ofThisNode)) return failure.message;
	const code = ofThisNode.some((each) => each.code === failure.code) ? '' : ` (${failure.code})`;
	return `CometAPI${code}: ${failure.message.replace(ID_IN_WORDS, '')}`;
}

function sentences(...parts: Array<string | false | undefined>): string {
	return parts
		.filter((part) => typeof part === 'string' && part !== '')
		.map((part) => (/[.!?]$/.test(String(part)) ? part : `${part}.`))
		.join(' ');
}
