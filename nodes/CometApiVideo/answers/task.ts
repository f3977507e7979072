import { firstOf, httpUrl, isRecord, plainId, text, type JsonRecord } from '../http/json';
import {
	EXPIRED,
	NO_REASON,
	WITHHELD,
	type Failure,
	type JobStatus,
	type Video,
	type VideoJob,
} from '../video';
import { hasFailureCode, isSuccessWord } from './codes';
import { layersOf, names, statusWordsIn } from './layers';
import { saysModeration } from './moderation';
import { errorIn, reasonIn, type Reason } from './reason';
import { isExchangeWord, isModerationWord, meaningOf } from './statusWords';
import { saysTryAgain } from './tryAgain';
import { findVideoUrl } from './videoUrl';

// xAI's unit: ten thousand million ticks are one US dollar.
const TICKS_PER_USD = 10_000_000_000;

/** Words by which an envelope (JSend) tells that the exchange went well. */
const ENVELOPE_WORDS = /^(success|succeed|ok)$/i;

/** A layer that is about the job, and the state it tells. */
interface LayerState {
	layer: JsonRecord;
	status: JobStatus;
	/** The provider's own. */
	word?: string;
	isNamed: boolean;
}

/**
 * Reads an answer about a job, in whatever of the forms of docs/api.md it comes.
 *
 * @param jobId the id that was asked for
 * @returns undefined when the answer doesn't show the job
 */
export function readTask(body: unknown, jobId: string): VideoJob | undefined {
	const layers = layersOf(body);
	// Old gateway rows keep the URL in fail_reason, and only a finished job's row does.
	const url = findVideoUrl(body);
	const rowsUrl = url ?? firstOf(layers, ({ fail_reason }) => httpUrl(fail_reason));
	const states = statesIn(layers, jobId, url);
	const state = decide(states, layers, { url, rowsUrl });
	if (!state) return undefined;
	const { word, status, isNamed } = state;
	const usage = firstOf(layers, (layer) => (isRecord(layer.usage) ? layer.usage : undefined));
	const ticks = toNumber(usage?.cost_in_usd_ticks);
	const job: VideoJob = {
		status,
		statusIsKnown: word === undefined || meaningOf(word) !== undefined,
		...(word !== undefined && { providerStatus: word }),
		isNamed,
		progress: firstOf(layers, progressIn),
		model: firstOf(layers, ({ model, model_name }) => text(model) ?? text(model_name)),
		usage,
		...(ticks !== undefined && { providerCostUsd: ticks / TICKS_PER_USD }),
	};
	const failure = failureIn(layers, word);
	if (status === 'expired') return { ...job, failure: failure ?? EXPIRED };
	if (status === 'failed') return { ...job, failure: failure ?? NO_REASON };
	if (status !== 'done') return job;
	const video = videoIn(layers);
	if (video.respect_moderation === false) {
		return { ...job, status: 'failed', failure: failure ?? WITHHELD };
	}
	return { ...job, video: { ...(rowsUrl !== undefined && { url: rowsUrl }), ...video } };
}

/** The job's state in each layer, the innermost first, without envelopes around it. */
function statesIn(layers: JsonRecord[], jobId: string, url: string | undefined): LayerState[] {
	const states = layers.flatMap((layer) => stateIn(layer, jobId, url) ?? []);
	return states.filter(
		(state) => isOfJob(state, states.length === 1) && !isOfExchange(state, layers),
	);
}

/** True if what is around all else tells an end in its own words, without the id or a field of a job. */
function isOfExchange({ layer, isNamed, status }: LayerState, layers: JsonRecord[]): boolean {
	const isEnd = status === 'failed' || status === 'expired';
	const isOutermost = layer === layers.at(-1);
	if (!isEnd || isNamed || !isOutermost || errorIn(layer) !== undefined) return false;
	return hasOwnWords(layer) && !hasJobFields(layer);
}

/** True unless the word of a layer is about the exchange, as an envelope's or a gateway's is. */
function isOfJob({ layer, word, isNamed, status }: LayerState, isOnly: boolean): boolean {
	if (word === undefined) return true;
	if (ENVELOPE_WORDS.test(word)) return isNamed || (isOnly && hasJobFields(layer));
	const isDoubtful = isExchangeWord(word) || (meaningOf(word) === undefined && status === 'failed');
	if (!isDoubtful) return true;
	return isNamed ? hasJobFields(layer) || !hasOwnWords(layer) : isOnly && hasJobFields(layer);
}

function stateIn(
	layer: JsonRecord,
	jobId: string,
	url: string | undefined,
): LayerState | undefined {
	const words = statusWordsIn(layer);
	const isNamed = names(layer, jobId);
	const word = words.find((each) => meaningOf(each) !== undefined) ?? words[0];
	if (word === undefined) {
		// An error that only names the ID may be one of the exchange.
		return isNamed && !hasFailed(layer) ? { layer, isNamed, status: 'pending' } : undefined;
	}
	const isComplete = url !== undefined && progressIn(layer) === 100;
	const status = hasFailed(layer) ? 'failed' : isComplete ? 'done' : 'pending';
	return { layer, isNamed, word, status: meaningOf(word) ?? status };
}

/** True if a layer without a known word has the job's error. */
function hasFailed(layer: JsonRecord): boolean {
	const error = errorIn(layer);
	return error !== undefined && !saysTryAgain(error);
}

/** Fields that only a job has. */
const JOB_FIELDS = [
	...['progress', 'video', 'usage', 'model', 'object', 'created_at', 'submit_time', 'fail_reason'],
	...['file_id', 'base_resp', 'task_status'],
];

/** True if a layer with an envelope's word is a job after all: xAI's flat one has no id. */
function hasJobFields(layer: JsonRecord): boolean {
	return findVideoUrl(layer) !== undefined || JOB_FIELDS.some((name) => name in layer);
}

/** True if a layer speaks by itself, as an error of the exchange does. */
function hasOwnWords({ message, msg, code }: JsonRecord): boolean {
	return [message, msg, code].some((value) => text(value) !== undefined && !isSuccessWord(value));
}

/**
 * The innermost state counts, as the provider's own. A row that failed, or has the URL, is ahead of
 * the task in it that is pending, or done without a URL.
 */
function decide(
	states: LayerState[],
	layers: JsonRecord[],
	{ url, rowsUrl }: { url?: string; rowsUrl?: string },
): Pick<LayerState, 'status' | 'word' | 'isNamed'> | undefined {
	const [first, ...outer] = states;
	if (!first) {
		return url === undefined || hasError(layers) ? undefined : { status: 'done', isNamed: false };
	}
	// A name around a state is its own, too. One within is not that of what is around it.
	const inner = { ...first, isNamed: states.some(({ isNamed }) => isNamed) };
	const isOpen = inner.status === 'pending' || (inner.status === 'done' && rowsUrl === undefined);
	if (!isOpen) return inner;
	const ahead = outer.find(
		({ word, status, isNamed }) =>
			word !== undefined && status !== 'pending' && (inner.status === 'pending' || isNamed),
	);
	if (ahead && (ahead.status !== 'done' || rowsUrl !== undefined)) return ahead;
	return inner.word === undefined && url !== undefined && !hasError(layers)
		? { ...inner, word: undefined, status: 'done' }
		: inner;
}

const hasError = (layers: JsonRecord[]) =>
	layers.some(
		(layer) => errorIn(layer) !== undefined || hasFailureCode(layer) || layer.success === false,
	);

function failureIn(layers: JsonRecord[], word: string | undefined): Failure | undefined {
	const reason = firstOf(layers, reasonIn);
	if (word !== undefined && isModerationWord(word))
		return toFailure({ code: 'moderation', ...reason });
	return reason && toFailure(reason);
}

const MODERATED = 'The video was stopped by moderation';

export function toFailure({ code, message }: Reason): Failure {
	const isModerated = code === 'moderation' || saysModeration({ code, message });
	return {
		code: code ?? (isModerated ? 'moderation' : NO_REASON.code),
		message: message ?? (isModerated ? MODERATED : NO_REASON.message),
	};
}

/** The video's own id, its length in seconds, and whether moderation lets it out. */
function videoIn(layers: JsonRecord[]): Omit<Video, 'url'> {
	const inResult = layers.map((layer) => withUrl(recordAt(layer, 'task_result').videos));
	const places = layers.flatMap((layer) => [layer.video, withUrl(layer.videos), layer]);
	const records = [...inResult, ...places].filter(isRecord);
	const id = firstOf(inResult, (place) => (isRecord(place) ? plainId(place.id) : undefined));
	const duration = firstOf(records, (place) => positive(place.duration) ?? positive(place.seconds));
	const respects = firstOf(records, ({ respect_moderation }) => readSwitch(respect_moderation));
	return {
		...(id !== undefined && { id }),
		...(duration !== undefined && { duration }),
		...(respects !== undefined && { respect_moderation: respects }),
	};
}

const recordAt = (layer: JsonRecord, name: string) => {
	const value = layer[name];
	return isRecord(value) ? value : {};
};

const withUrl = (list: unknown): unknown =>
	Array.isArray(list) ? list.find((each) => findVideoUrl(each) !== undefined) : undefined;

/** True or false, also as text. */
function readSwitch(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const word = text(value)?.toLowerCase();
	return word === 'true' || word === 'false' ? word === 'true' : undefined;
}

/** 0-100, from a number, a text such as "40%", or a share of 1. */
function progressIn({ progress }: JsonRecord): number | undefined {
	const value = typeof progress === 'string' ? Number.parseFloat(progress) : progress;
	if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
	const percent = value > 0 && value < 1 ? value * 100 : value;
	return Math.min(100, Math.max(0, percent));
}

/** A number, also one that is told as text. */
function toNumber(value: unknown): number | undefined {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function positive(value: unknown): number | undefined {
	const number = toNumber(value);
	return number !== undefined && number > 0 ? number : undefined;
}
