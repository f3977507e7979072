import { isSuccess, readRetryAfter, type Exchange, type HttpAnswer } from '../http/exchange';
import { firstOf, isDeeperThan, isRecord, plainId, text, type JsonRecord } from '../http/json';
import { hasFailureCode } from './codes';
import { readJobIds } from './jobIds';
import { layersOf, statusWordsIn } from './layers';
import { saysModeration } from './moderation';
import { describeProblem, pieceOf, reasonOf, type ApiProblem } from './problem';
import { errorIn } from './reason';
import { meaningOf } from './statusWords';

const LONGEST_LOCATION = 300;

/** Fields of an error answer's words and codes (docs/api.md), and their deepest level. */
const FIELDS_OF_WORDS = ['message', 'msg', 'detail', 'errors', 'type', 'param', 'code', 'status'];
const DEEPEST_WORDS = 10;

export type SubmitAnswer =
	/** With the ids that the answer may mean, the most likely first. */
	| { kind: 'accepted'; ids: [string, ...string[]]; raw: unknown }
	/** Not accepted; retry later. */
	| { kind: 'rateLimited'; problem: ApiProblem; retryAfterMs?: number }
	/** Not accepted, and never will be like this. */
	| { kind: 'rejected'; problem: ApiProblem }
	/** Nobody knows whether it was accepted. */
	| { kind: 'outcomeUnknown'; problem: ApiProblem };

/**
 * Reads the answer to a submit for the money, by the table of errors in docs/api.md: a 5xx, a
 * reset or a time-out may come after the job was accepted.
 *
 * @param idNames names of the family's own id, in order
 * @param nowMs epoch ms, for a Retry-After that is a date
 */
export function readSubmitAnswer(
	exchange: Exchange,
	idNames: readonly string[],
	nowMs: number,
): SubmitAnswer {
	const problem = describeProblem(exchange);
	if (problem.reason === 'unknownId') problem.reason = 'notTheApi';
	if ('unanswered' in exchange) {
		return { kind: exchange.unanswered.phase === 'sent' ? 'outcomeUnknown' : 'rejected', problem };
	}
	const { statusCode, headers, body, original = body } = exchange.answer;
	const { ids, hasTaskId, hasState, isAlive } = readJobIds(original, idNames);
	const traced = { ...problem, message: withTrace(problem.message, exchange.answer, idNames) };
	const [first, ...others] = ids;
	const isTask = hasTaskId && hasState;
	// A job inside an error answer is the job.
	if (
		first !== undefined &&
		(isSuccess(statusCode) ? isTask || !hasFailed(original) : isTask && isAlive)
	) {
		return { kind: 'accepted', ids: [first, ...others], raw: body };
	}
	if (isSuccess(statusCode)) {
		const isRejection = problem.reason === 'noBalance' || saysModeration(reasonOf(original));
		return { kind: isRejection && !hasTaskId ? 'rejected' : 'outcomeUnknown', problem: traced };
	}
	// The words for a bad input would say that it was not accepted.
	if (problem.reason === 'badInput') traced.reason = 'unreadable';
	if (namesTask(original)) return { kind: 'outcomeUnknown', problem: traced };
	if (statusCode === 429 && problem.reason === 'rateLimited') {
		return { kind: 'rateLimited', problem, retryAfterMs: readRetryAfter(headers, nowMs) };
	}
	if (!mayBeAccepted(statusCode, problem)) return { kind: 'rejected', problem };
	return { kind: 'outcomeUnknown', problem: traced };
}

/**
 * The ids of the job that was asked for by an id of ours, or undefined when the answer shows none, or
 * another one's.
 *
 * @param externalId ours, which the answer repeats
 */
export function readFoundJob(
	exchange: Exchange,
	externalId: string,
	idNames: readonly string[],
): [string, ...string[]] | undefined {
	if ('unanswered' in exchange || !isSuccess(exchange.answer.statusCode)) return undefined;
	const { body, original = body } = exchange.answer;
	const job = ourJobIn(original, externalId);
	const { ids, hasTaskId, hasState } = readJobIds(job, idNames);
	const [first, ...others] = ids.filter((id) => id !== externalId);
	const isJob = hasTaskId && (hasState || !hasFailed(job));
	return first !== undefined && isJob ? [first, ...others] : undefined;
}

/** The answer, or the one of its listed jobs that repeats our id; undefined if it is about others. */
function ourJobIn(body: unknown, externalId: string): unknown {
	const layers = layersOf(body);
	const list = firstOf(layers, ({ data }) =>
		Array.isArray(data) && data.length > 1 ? data : undefined,
	);
	if (list) return list.find((each) => externalIdIn(layersOf(each)) === externalId);
	const repeated = externalIdIn(layers);
	return repeated === undefined || repeated === externalId ? body : undefined;
}

function externalIdIn(layers: JsonRecord[]): string | undefined {
	return firstOf(layers, ({ external_task_id, task_info }) =>
		firstOf(
			[external_task_id, isRecord(task_info) ? task_info.external_task_id : undefined],
			plainId,
		),
	);
}

/** True if an answer with HTTP 2xx has an error, a failing code, or a word of failure. */
function hasFailed(body: unknown): boolean {
	return layersOf(body).some(
		(layer) =>
			errorIn(layer) !== undefined ||
			hasFailureCode(layer) ||
			layer.success === false ||
			statusWordsIn(layer).some((word) => meaningOf(word) === 'failed') ||
			(Array.isArray(layer.errors) && layer.errors.length > 0) ||
			(isRecord(layer.base_resp) && Number(layer.base_resp.status_code ?? 0) !== 0),
	);
}

/** True if an answer has a task's id by its name. */
function namesTask(body: unknown): boolean {
	return layersOf(body).some(({ task_id, taskId }) => plainId(task_id ?? taskId) !== undefined);
}

/** The words of the answer, and what in it may lead to a job, though it says of none that it was accepted. */
function withTrace(
	message: string | undefined,
	{ headers, body }: HttpAnswer,
	idNames: readonly string[],
): string | undefined {
	const { ids } = readJobIds(body, idNames);
	const location = text(headers.location)?.slice(0, LONGEST_LOCATION);
	const traces =
		ids.length === 0
			? [restOf(message, body), location && `[Location ${location}]`]
			: ids.map((id) => `[request ID ${id}]`);
	return text([message, ...traces].filter((part) => part !== undefined).join(' '));
}

/** The rest of an answer, which may have an id under a name that is not known. */
function restOf(message: string | undefined, body: unknown): string | undefined {
	const piece = pieceOf(body);
	if (!isRecord(body) || piece === message) return undefined;
	const hasMore = isDeeperThan(body, DEEPEST_WORDS) || Object.entries(body).some(saysMore);
	return hasMore ? `[answer ${piece}]` : undefined;
}

function saysMore([name, value]: [string, unknown]): boolean {
	if (FIELDS_OF_WORDS.includes(name)) return false;
	if (typeof value === 'object' && value !== null) return Object.entries(value).some(saysMore);
	return name !== 'error' && (text(value) !== undefined || typeof value === 'number');
}

/**
 * 303 may lead to the accepted job, 409 may mean that it is there already, and with 408 or 499 a
 * gateway gave up waiting for whoever took the request.
 */
function mayBeAccepted(statusCode: number, { reason }: ApiProblem): boolean {
	if (statusCode >= 500) return reason !== 'modelUnavailable' && reason !== 'badInput';
	return [303, 408, 409, 499].includes(statusCode);
}
