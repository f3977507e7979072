import { shorten } from '../http/exchange';
import { httpUrl, isRecord, text, toText, type JsonRecord } from '../http/json';
import { isFailureCode, isSuccessWord } from './codes';

/** The error in an answer: neither field has to be there. */
export interface Reason {
	code?: string;
	message?: string;
}

/** Names of the words beside a job's state, in order (docs/api.md). */
const OF_A_JOB = [
	...[
		'block_reason',
		'task_status_msg',
		'fail_reason',
		'failure_reason',
		'failure',
		'failed_reason',
	],
	...['error_message', 'error_msg', 'status_msg'],
];
const OF_AN_ANSWER = ['message', 'msg', 'detail'];
const CODES = ['code', 'error_code', 'failure_code', 'failureCode'];

const MOST_ERRORS = 20;

/** More of a server's words is neither read nor shown. */
export const LONGEST_WORDS = 2_000;

/**
 * The reason for no video, by one layer of an answer: `error` as {code, type, message}, text or list,
 * nested once; or one of the names above. An envelope's word of success is no reason.
 */
export function reasonIn(layer: JsonRecord): Reason | undefined {
	const error = readError(layer.error) ?? readError(layer.errors);
	const code = codeIn(layer);
	if (error) return { ...error, code: error.code ?? code };
	const message = wordsIn(layer);
	if (message === undefined && code === undefined) return undefined;
	return { code: code ?? (text(layer.block_reason) && 'moderation'), message };
}

/** The error that a layer names as such. */
export function errorIn(layer: JsonRecord): Reason | undefined {
	const error = readError(layer.error);
	return error && { ...error, code: error.code ?? codeIn(layer) };
}

function wordsIn(layer: JsonRecord): string | undefined {
	const { base_resp, detail } = layer;
	const values = [
		...OF_A_JOB.map((name) => layer[name]),
		isRecord(base_resp) ? base_resp.status_msg : undefined,
		...OF_AN_ANSWER.map((name) => layer[name]),
	];
	const words = values.flatMap((value) => text(value) ?? []);
	const telling = words.find((each) => !isSuccessWord(each) && httpUrl(each) === undefined);
	return shorten(telling ?? listOf(detail), LONGEST_WORDS);
}

function codeIn(layer: JsonRecord): string | undefined {
	const code = CODES.map((name) => layer[name]).find(isFailureCode);
	return typeof code === 'number' ? String(code) : text(code);
}

function readError(error: unknown): Reason | undefined {
	if (Array.isArray(error)) {
		const message = listOf(error);
		const first = error.find(isTelling);
		return message === undefined && !isRecord(first) ? undefined : { ...readError(first), message };
	}
	if (!isRecord(error)) {
		const message = shorten(text(error), LONGEST_WORDS);
		return message === undefined || isSuccessWord(message) ? undefined : { message };
	}
	if (!isTelling(error) || isSuccessWord(error.message)) return undefined;
	// Some gateways wrap the provider's error in one of their own.
	const inner = wordsIn(error) === undefined && isRecord(error.error) ? error.error : error;
	return {
		code: codeIn(inner) ?? text(inner.type),
		message: wordsIn(inner) ?? toText(error),
	};
}

function listOf(value: unknown): string | undefined {
	if (!Array.isArray(value)) return undefined;
	const entries = value.slice(0, MOST_ERRORS);
	return text(
		entries.flatMap((entry) => (isRecord(entry) ? wordsIn(entry) : text(entry)) ?? []).join('; '),
	);
}

/** True if there is more in it than empty fields. */
function isTelling(value: unknown): boolean {
	if (typeof value === 'number') return value !== 0;
	if (!isRecord(value)) return text(value) !== undefined;
	return Object.values(value).some(
		(field) =>
			text(field) !== undefined ||
			(typeof field === 'number' && field !== 0) ||
			(typeof field === 'object' && field !== null && Object.keys(field).length > 0),
	);
}
