import {
	firstOf,
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
 * The job's id in the answer to a submit, under the first of these names that has one. A text is an
 * answer that was cut off.
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
	return firstOf(layersIn(body), (layer) => firstOf(names, (name) => plainId(layer[name])));
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

/** What the field `error` tells: {code, type, message} or a text. */
export function readError(layers: readonly JsonRecord[]): Failure | undefined {
	const told = firstOf(layers, ({ error }) => (isRecord(error) ? error : text(error)));
	if (told === undefined) return undefined;
	if (typeof told === 'string') return { code: NO_REASON.code, message: told };
	return {
		code: text(told.code) ?? text(told.type) ?? NO_REASON.code,
		message: text(told.message) ?? toText(told) ?? NO_REASON.message,
	};
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
