import type { IBinaryData } from 'n8n-workflow';

import { downloadFailed, stopped, type FileAddress, type VideoErrorFacts } from '../errors';
import { shorten } from '../http/exchange';
import { openPublicFile, openWithKey, type FileStream } from '../http/openFile';
import { describeUnanswered } from '../http/request';
import type { Item } from '../item';
import { pause, untilStopped } from '../pause';
import { inspectFile } from './binaryFile';
import {
	judgeAnswer,
	judgeFile,
	pauseBeforeNextMs,
	storedTypeOf,
	TRY_LATER,
	VIDEO_HEAD_BYTES,
	type FileRefusal,
} from './videoFile';

/** In so many ms a try must bring LEAST_BYTES_PER_S; a shorter time-out of the node shortens it. */
const PROGRESS_WINDOW_MS = 60_000;

/** A host that drips would else keep the item for ever. */
const LEAST_BYTES_PER_S = 1_000;

/** A video that is done at the last moment is fetched all the same, if that is a matter of so many ms. */
const LEAST_TIME_MS = 5_000;

/** A finished video and where it is. */
export type FinishedFacts = VideoErrorFacts & { requestId: string } & FileAddress;

export interface DownloadOptions {
	/** Undefined names the file after the request id. */
	fileName?: string;
	/** What is left of Max Wait, in ms: it bounds all tries together. */
	leftMs: number;
}

type Try = { binary: IBinaryData } | FileRefusal;

/**
 * Streams the video into n8n's binary storage. The API key does not go along, unless only it opens
 * the file; then it goes to the API alone. A try without progress is cut off.
 *
 * @throws VideoError with id and URL when the file is not to be had in time, or on Stop
 */
export async function downloadVideo(
	item: Item,
	facts: FinishedFacts,
	{ fileName = `${facts.requestId.replaceAll('/', '_')}.mp4`, leftMs }: DownloadOptions,
): Promise<IBinaryData> {
	const { signal } = item;
	const budget = new AbortController();
	let end: () => void = () => {};
	const ended = new Promise<void>((resolve) => (end = resolve));
	void pause(Math.max(leftMs, LEAST_TIME_MS), signal, ended).then(() => budget.abort());
	const since = Date.now();
	try {
		for (let tries = 1; ; tries++) {
			const result = await tryOnce(item, facts, fileName, budget.signal);
			if (signal.aborted) throw stopped(facts.requestId);
			if ('binary' in result) return result.binary;
			const pauseMs = pauseBeforeNextMs(result, tries, Date.now() - since);
			if (pauseMs === undefined) throw downloadFailed(result, facts);
			await pause(pauseMs, budget.signal);
			if (signal.aborted) throw stopped(facts.requestId);
			if (budget.signal.aborted) throw downloadFailed(outOfTime(result), facts);
		}
	} finally {
		end();
	}
}

async function tryOnce(
	item: Item,
	address: FileAddress,
	fileName: string,
	budget: AbortSignal,
): Promise<Try> {
	const cut = new AbortController();
	const cutOff = () => cut.abort();
	budget.addEventListener('abort', cutOff, { once: true });
	let bytes = 0;
	const fetching = fetchFile(item, address, fileName, cut.signal, (more) => (bytes += more));
	void watchProgress(item, () => bytes, cut, fetching);
	const result = await untilStopped(fetching, cut.signal);
	budget.removeEventListener('abort', cutOff);
	if (result && !cut.signal.aborted) return result;
	return budget.aborted ? outOfTime() : STALLED;
}

/** Cuts the try off when too little comes. */
async function watchProgress(
	{ request }: Item,
	bytesSoFar: () => number,
	cut: AbortController,
	fetching: Promise<unknown>,
): Promise<void> {
	const windowMs = Math.min(PROGRESS_WINDOW_MS, request.timeout ?? PROGRESS_WINDOW_MS);
	for (let seen = 0; ; seen = bytesSoFar()) {
		if ((await pause(windowMs, cut.signal, fetching)) || cut.signal.aborted) return;
		if (bytesSoFar() - seen < (LEAST_BYTES_PER_S * windowMs) / 1000) return cut.abort();
	}
}

/** Never throws. */
async function fetchFile(
	item: Item,
	{ url, contentPath }: FileAddress,
	fileName: string,
	signal: AbortSignal,
	onBytes: (bytes: number) => void,
): Promise<Try> {
	const opening =
		contentPath === undefined
			? await openPublicFile(item, url, signal)
			: await openWithKey(item, contentPath, signal);
	if ('unanswered' in opening) {
		const { phase, message } = opening.unanswered;
		return brokenOff(message, phase === 'blocked' ? 'never' : 'later');
	}
	const { statusCode, contentType, body } = opening.opened;
	const refusal = judgeAnswer(statusCode, contentType, contentPath !== undefined);
	if (refusal || signal.aborted) body.destroy();
	if (refusal) return refusal;
	signal.addEventListener('abort', () => body.destroy(), { once: true });
	countBytes(body, onBytes);
	try {
		const { helpers } = item.context;
		const binary = await helpers.prepareBinaryData(body, fileName, storedTypeOf(contentType));
		const judged = judgeFile(await inspectFile(helpers, binary, VIDEO_HEAD_BYTES), contentType);
		return 'type' in judged ? { binary: { ...binary, mimeType: judged.type } } : judged;
	} catch (error) {
		// Whatever n8n calls it, the file was on its way.
		return brokenOff(describeUnanswered(error).message, 'later');
	}
}

// Listeners would start the stream before n8n's storage is ready for it.
function countBytes(body: FileStream, onBytes: (bytes: number) => void): void {
	const push = body.push.bind(body);
	body.push = (piece: unknown, encoding?: BufferEncoding) => {
		if (piece instanceof Uint8Array) onBytes(piece.length);
		return push(piece, encoding);
	};
}

const STALLED: FileRefusal = {
	reason: 'The download stalled',
	fix: TRY_LATER,
	again: 'later',
};

const brokenOff = (message: string, again: FileRefusal['again']): FileRefusal => ({
	reason: `The download was interrupted: ${shorten(message)}`,
	fix: TRY_LATER,
	again,
});

/** @param last what the last try came to */
function outOfTime(last?: FileRefusal): FileRefusal {
	const reason = "There was no time left of 'Max Wait' to download it";
	return {
		reason: last ? `${reason}. Last: ${last.reason}` : reason,
		fix: TRY_LATER,
		again: 'never',
	};
}
