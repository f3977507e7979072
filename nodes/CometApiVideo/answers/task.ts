import { messageIn, readCode } from './problem';
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
import { saysModeration } from './moderation';
import {
	EXPIRED,
	NO_REASON,
	NO_VIDEO,
	WITHHELD,
	type Failure,
	type JobStatus,
	type Video,
	type VideoJob,
} from '../video';
import { jobAt, type VideoApi } from '../videoApi';

/** What one family's answers have of their own. Everything else is read alike for all families. */
export interface Dialect {
	/** Names of the job's id, in order. */
	ids: readonly string[];
	/** Name of the status word, beside `status`. */
	word?: string;
	/** What one layer of an answer tells of the video. */
	video(layer: JsonRecord): Video;
	/** A finished job may have no URL, since the API key opens its file. */
	hasContent?: boolean;
	/** An error in place of a job is the job's failure. */
	errorIsVerdict?: boolean;
}

/** The words of all providers and of the gateway, in lower case. */
const WORDS: Record<JobStatus, readonly string[]> = {
	done: ['done', 'completed', 'success', 'succeeded', 'succeed'],
	failed: ['failed', 'failure', 'error', 'violation', 'cancelled', 'canceled'],
	expired: ['expired'],
	pending: [
		...['pending', 'queued', 'submitted', 'not_start', 'processing', 'in_progress', 'running'],
		'unknown',
	],
};

/** The gateway's row, Kling's envelope and the task: no answer has more. */
const MOST_LAYERS = 4;

// xAI's unit: ten thousand million ticks are one US dollar.
const TICKS_PER_USD = 10_000_000_000;

/** What a provider's word means, or undefined for one that is not documented. */
export function meaningOf(word: string): JobStatus | undefined {
	const states = Object.keys(WORDS) as JobStatus[];
	return states.find((state) => WORDS[state].includes(word.toLowerCase()));
}

/**
 * Reads a status answer: flat, or wrapped by the provider or by CometAPI's gateway.
 *
 * @returns undefined when the body says nothing about a job
 */
export function readTask(body: unknown, dialect: Dialect): VideoJob | undefined {
	if (!isRecord(body)) return undefined;
	const layers = layersOf(body);
	const error = readError(layers);
	if (!layers.some((layer) => isAboutAJob(layer, dialect))) {
		if (!dialect.errorIsVerdict || !error) return undefined;
		if (/task_not_exist/.test(`${error.code} ${error.message}`)) return undefined;
		return { status: 'failed', statusIsKnown: true, failure: error };
	}
	const told = layers.reduceRight<Video>((all, layer) => ({ ...all, ...dialect.video(layer) }), {});
	const words = layers.flatMap((layer) => wordsIn(layer, dialect));
	const word = words.find(isTerminal) ?? words[0];
	const status =
		word !== undefined
			? (meaningOf(word) ?? 'pending')
			: error
				? 'failed'
				: urlOf(told, layers, false)
					? 'done'
					: 'pending';
	const url = urlOf(told, layers, status === 'done');
	const usage = firstOf(layers, (layer) => (isRecord(layer.usage) ? layer.usage : undefined));
	const ticks = readNumber(usage?.cost_in_usd_ticks);
	const job: VideoJob = {
		status,
		statusIsKnown: word === undefined || meaningOf(word) !== undefined,
		...(word !== undefined && { providerStatus: word }),
		progress: firstOf(layers, ({ progress }) => readProgress(progress)),
		model: firstOf(layers, ({ model }) => text(model)),
		usage,
		...(ticks !== undefined && { providerCostUsd: ticks / TICKS_PER_USD }),
	};
	const failure = error ?? reasonIn(layers, word);
	if (status === 'failed' || status === 'expired') {
		return { ...job, failure: failure ?? (status === 'expired' ? EXPIRED : NO_REASON) };
	}
	if (status !== 'done') return job;
	if (told.respect_moderation === false) {
		return { ...job, status: 'failed', failure: failure ?? WITHHELD };
	}
	if (url !== undefined || dialect.hasContent) {
		return { ...job, video: { ...told, ...(url !== undefined && { url }) } };
	}
	// A row may be ahead of the task in it.
	if (words.some((each) => !isTerminal(each))) return { ...job, status: 'pending' };
	return { ...job, status: 'failed', failure: failure ?? NO_VIDEO };
}

/**
 * The API of a family that answers in this dialect.
 *
 * @param jobsPath where it tells of its jobs; by default below the path of the submit
 */
export function taskApi(
	dialect: Dialect,
	jobsPath?: string,
): Pick<VideoApi, 'readAccepted' | 'readStatus' | 'jobOf'> {
	return {
		readAccepted(body, submitPath) {
			const requestId = readJobId(body, dialect.ids);
			return requestId === undefined ? undefined : jobAt(jobsPath ?? submitPath, requestId);
		},
		readStatus: (body) => readTask(body, dialect),
		jobOf: (_item, requestId) => jobAt(jobsPath ?? '', requestId),
	};
}

/** The job's id in the answer to a submit. An answer that was cut off comes as its text. */
export function readJobId(body: unknown, ids: readonly string[]): string | undefined {
	if (typeof body === 'string') return plainId(readCutJson(body, ids));
	if (!isRecord(body)) return undefined;
	const layers = isRecord(body.data) ? [body, body.data] : [body];
	return firstOf(layers, (layer) => idIn(layer, ids)) ?? plainId(body.data);
}

/** As a number, `id` beside another one is the gateway's own row (new-api). */
function idIn(layer: JsonRecord, ids: readonly string[]): string | undefined {
	const isRow = ids.includes('id') && typeof layer.id === 'number';
	const names = isRow ? [...ids.filter((name) => name !== 'id'), 'id'] : ids;
	return firstOf(names, (name) => plainId(layer[name]));
}

/** An answer and what it is wrapped around, the innermost first: {code, message, data: {data: {…}}}. */
function layersOf(body: JsonRecord, most = MOST_LAYERS): JsonRecord[] {
	return isRecord(body.data) && most > 1 ? [...layersOf(body.data, most - 1), body] : [body];
}

function isAboutAJob(layer: JsonRecord, dialect: Dialect): boolean {
	return (
		wordsIn(layer, dialect).length > 0 ||
		dialect.ids.some((name) => plainId(layer[name]) !== undefined) ||
		Object.keys(dialect.video(layer)).length > 0
	);
}

function wordsIn(layer: JsonRecord, { word }: Dialect): string[] {
	const names = word === undefined ? ['status'] : [word, 'status'];
	return names.flatMap((name) => text(layer[name]) ?? []);
}

function isTerminal(word: string): boolean {
	const status = meaningOf(word);
	return status !== undefined && status !== 'pending';
}

/** Old gateway rows keep the URL in fail_reason, and only a finished job's row does. */
function urlOf({ url }: Video, layers: readonly JsonRecord[], isDone: boolean): string | undefined {
	return (
		url ??
		firstOf(layers, ({ result_url }) => httpUrl(result_url)) ??
		(isDone ? firstOf(layers, ({ fail_reason }) => httpUrl(fail_reason)) : undefined)
	);
}

/** Why a job failed, where the field `error` does not tell it. */
function reasonIn(layers: readonly JsonRecord[], word: string | undefined): Failure | undefined {
	const blocked = firstOf(layers, ({ block_reason }) => text(block_reason));
	const message =
		blocked ??
		firstOf(layers, ({ task_status_msg, fail_reason }) => {
			const reason = text(task_status_msg) ?? text(fail_reason);
			return httpUrl(reason) === undefined ? reason : undefined;
		});
	const isModerated =
		blocked !== undefined || word?.toLowerCase() === 'violation' || saysModeration({ message });
	if (isModerated) {
		return { code: 'moderation', message: message ?? 'The video was stopped by moderation' };
	}
	return message === undefined ? undefined : { ...NO_REASON, message };
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

/** 0-100, from a number or a text such as "40%". */
function readProgress(value: unknown): number | undefined {
	const percent = typeof value === 'string' ? Number.parseFloat(value) : value;
	if (typeof percent !== 'number' || !Number.isFinite(percent)) return undefined;
	return Math.min(100, Math.max(0, percent));
}

/** A number, also one that is told as text. */
export function readNumber(value: unknown): number | undefined {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** What is known of a video, without what is not. */
export function videoOf(url: unknown, duration: unknown): Video {
	const address = httpUrl(url);
	const seconds = readNumber(duration) ?? 0;
	return {
		...(address !== undefined && { url: address }),
		...(seconds > 0 && { duration: seconds }),
	};
}
