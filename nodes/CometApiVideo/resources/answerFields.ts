import { messageIn, readCode } from '../http/answer';
import {
	firstOf,
	httpUrl,
	isRecord,
	plainId,
	readCutJson,
	text,
	toText,
	type JsonRecord,
} from '../http/json';
import { classifyStatus, type StatusWords } from '../statusWords';
import { EXPIRED, NO_REASON, type Failure, type JobStatus, type VideoJob } from '../video';

/** The gateway's row, Kling's envelope and the task: no answer has more. */
const MOST_LAYERS = 4;

/** An answer and what it is wrapped around, the innermost first: {code, message, data: {data: {…}}}. */
export function layersOf(body: JsonRecord, most = MOST_LAYERS): JsonRecord[] {
	return isRecord(body.data) && most > 1 ? [...layersOf(body.data, most - 1), body] : [body];
}

/**
 * The job's id in the answer to a submit, under the first of these names that has one, or `data`
 * itself. A text is an answer that was cut off.
 *
 * @param layersIn where to look, in order: by default outside first, since a submit's answer names its
 * job there
 */
export function readJobId(
	body: unknown,
	names: readonly string[],
	layersIn: (body: JsonRecord) => JsonRecord[] = outsideFirst,
): string | undefined {
	if (typeof body === 'string') return plainId(readCutJson(body, names));
	if (!isRecord(body)) return undefined;
	return firstOf(layersIn(body), (layer) => idIn(layer, names)) ?? plainId(body.data);
}

function idIn(layer: JsonRecord, names: readonly string[]): string | undefined {
	const named = (name: string) => plainId(layer[name]);
	if (typeof layer.id !== 'number' || !names.includes('id')) return firstOf(names, named);
	// As a number, `id` beside another one is the gateway's own row (new-api).
	return (
		firstOf(
			names.filter((name) => name !== 'id'),
			named,
		) ?? named('id')
	);
}

function outsideFirst(body: JsonRecord): JsonRecord[] {
	return isRecord(body.data) ? [body, body.data] : [body];
}

/** 0-100, from a number or a text such as "40%". */
export function readProgress(value: unknown): number | undefined {
	const percent = typeof value === 'string' ? Number.parseFloat(value) : value;
	if (typeof percent !== 'number' || !Number.isFinite(percent)) return undefined;
	return Math.min(100, Math.max(0, percent));
}

/** What the field `error` tells: {code, type, message}, a text, or a list of them; undefined for an empty one. */
export function readError(layers: readonly JsonRecord[]): Failure | undefined {
	return firstOf(layers, ({ error, code }) => {
		const told: unknown = Array.isArray(error) ? error.find(isTelling) : error;
		if (isRecord(told)) return isTelling(told) ? failureIn(told) : undefined;
		const message = text(told);
		return message === undefined ? undefined : { code: codeBeside(code), message };
	});
}

/** Some gateways wrap the provider's error in one of their own. */
function failureIn(error: JsonRecord): Failure {
	const innermost = messageIn(error) === undefined && isRecord(error.error) ? error.error : error;
	return {
		code: readCode(innermost.code) ?? text(innermost.type) ?? NO_REASON.code,
		message: messageIn(innermost) ?? toText(error) ?? NO_REASON.message,
	};
}

/** Whether there is more in it than empty fields. */
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

/** The code of an error that is a text; an envelope's own word says nothing of it. */
function codeBeside(code: unknown): string {
	const told = readCode(code);
	return told === undefined || /^(success|succeed|ok)$/i.test(told) ? NO_REASON.code : told;
}

/** A number, also one that is told as text. */
export function readNumber(value: unknown): number | undefined {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Old gateway rows keep the URL in fail_reason, and only a finished job's row does. */
export function readUrlOfRow({ result_url, fail_reason }: JsonRecord): string | undefined {
	return httpUrl(result_url) ?? httpUrl(fail_reason);
}

/** Why a row's job failed. */
export function readReasonOfRow({ fail_reason }: JsonRecord): string | undefined {
	return httpUrl(fail_reason) === undefined ? text(fail_reason) : undefined;
}

/** The status word: a terminal one wins, then the innermost; undefined without any. */
export function readStatusWord(
	layers: readonly JsonRecord[],
	known: StatusWords,
	name = 'status',
): Pick<VideoJob, 'status' | 'providerStatus' | 'statusIsKnown'> | undefined {
	const words = layers.map((layer) => text(layer[name])).filter((word) => word !== undefined);
	const isTerminal = (word: string) => classifyStatus(word, known).status !== 'pending';
	const providerStatus = words.find(isTerminal) ?? words[0];
	if (providerStatus === undefined) return undefined;
	const { status, isKnown } = classifyStatus(providerStatus, known);
	return { status, providerStatus, statusIsKnown: isKnown };
}

/** The failure of a job that has none told, and nothing for one that goes well. */
export function withFailure(
	status: JobStatus,
	told: Failure | undefined,
): Pick<VideoJob, 'failure'> {
	if (status !== 'failed' && status !== 'expired') return {};
	return { failure: told ?? (status === 'expired' ? EXPIRED : NO_REASON) };
}
