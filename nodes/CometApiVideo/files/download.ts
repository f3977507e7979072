import type { IBinaryData } from 'n8n-workflow';

import { contentPathOf } from '../answers/contentAddress';
import { findVideoUrl } from '../answers/videoUrl';
import { downloadFailed, stopped, type FileAddress, type VideoErrorFacts } from '../errors';
import { isSuccess } from '../http/exchange';
import { isRecord, text } from '../http/json';
import { addressOf, openFile, type FileStream, type OpenedFile } from '../http/openFile';
import { describeUnanswered } from '../http/request';
import type { Item } from '../item';
import { pause, untilStopped } from '../pause';
import {
	blocked,
	BoxReader,
	brokenOff,
	cutOff,
	hasWholeFile,
	judgeAnswer,
	MAX_FILE_BYTES,
	nameOfFile,
	notStored,
	outOfTime,
	pauseBeforeNextMs,
	stalled,
	tooLarge,
	videoTypeOf,
	type FileProblem,
	type VideoType,
} from './videoFile';

/** A try is cut if it is slower than LEAST_BYTES_PER_S over so many ms; a shorter time-out shortens it. */
const PROGRESS_WINDOW_MS = 60_000;

/** A host that drips would else keep the item for ever. */
const LEAST_BYTES_PER_S = 1_000;

/** A video that is done at the last moment is fetched all the same, if that is a matter of so many ms. */
const LEAST_TIME_MS = 5_000;

/** A finished video and its file. */
export interface Download {
	item: Item;
	facts: VideoErrorFacts & { requestId: string } & FileAddress;
	/** Undefined names the file after the request id. */
	fileName?: string;
	/** The rest of Max Wait, in ms: it bounds all tries together. */
	leftMs: number;
}

type Try = { binary: IBinaryData } | FileProblem;

/** The answer that has the address instead of the file may name another such answer. */
const MAX_HOPS = 3;

/**
 * Streams the video into n8n's binary storage. The API key goes along to the API alone, when only
 * it opens the file. Throws VideoError with id and URL when there is no file in time, or on Stop.
 */
export async function downloadVideo(download: Download): Promise<IBinaryData> {
	const { item, facts } = download;
	const { signal, clock } = item;
	const budget = new AbortController();
	let end: () => void = () => {};
	const ended = new Promise<void>((resolve) => (end = resolve));
	const leftMs = Math.max(download.leftMs, LEAST_TIME_MS);
	void pause(leftMs, signal, ended).then(() => budget.abort());
	const sinceMs = clock.now();
	try {
		for (let tries = 1; ; tries++) {
			const result = await clock.during(tryOnce(download, budget.signal));
			if (signal.aborted) throw stopped(facts);
			if ('binary' in result) return result.binary;
			const pauseMs = pauseBeforeNextMs(result, tries, clock.now() - sinceMs);
			if (pauseMs === undefined) throw downloadFailed(result, facts);
			await clock.during(pause(pauseMs, budget.signal));
			if (signal.aborted) throw stopped(facts);
			if (budget.signal.aborted) throw downloadFailed(outOfTime(result), facts);
		}
	} finally {
		end();
	}
}

async function tryOnce(download: Download, budget: AbortSignal): Promise<Try> {
	const cut = new AbortController();
	const cutOffNow = () => cut.abort();
	budget.addEventListener('abort', cutOffNow, { once: true });
	let bytes = 0;
	const fetching = fetchFile(download, cut.signal, (more) => (bytes += more));
	void watchProgress(download.item, () => bytes, cut, fetching);
	const result = await untilStopped(fetching, cut.signal);
	budget.removeEventListener('abort', cutOffNow);
	if (result && !cut.signal.aborted) return result;
	return budget.aborted ? outOfTime() : stalled;
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
	download: Download,
	signal: AbortSignal,
	onBytes: (bytes: number) => void,
): Promise<Try> {
	const { item, facts } = download;
	const { contentPath } = facts;
	const isAtTheApi = contentPath !== undefined;
	const toApi = isAtTheApi ? (address: string) => toApiAddress(item, address) : undefined;
	let url = isAtTheApi ? addressOf(item, contentPath) : facts.url;
	for (let hops = 0; ; hops++) {
		const opening = await openFile(item, url, toApi, signal);
		if ('unanswered' in opening) {
			const { phase, message } = opening.unanswered;
			return phase === 'blocked' ? blocked(message) : brokenOff(message);
		}
		const { opened } = opening;
		const { head, headers } = opened;
		const type = videoTypeOf(head, text(headers['content-type']));
		if (type && hasWholeFile(opened)) return await store(download, opened, type, onBytes);
		const answer = await opened.readAnswer();
		const next = isAtTheApi && isSuccess(answer.statusCode) && findVideoUrl(answer.body);
		if (!next || hops === MAX_HOPS) return judgeAnswer({ ...answer, head }, isAtTheApi);
		url = next;
	}
}

/** The address at the API's origin of a file that has one under another name of the API's. */
function toApiAddress(item: Item, address: string): string {
	const base = String(item.request.baseURL);
	if (new URL(address).origin === new URL(base).origin) return address;
	const path = contentPathOf(address, base);
	return path === undefined ? address : addressOf(item, path);
}

async function store(
	{ item, facts, fileName }: Download,
	{ content, head, headers }: OpenedFile,
	type: VideoType,
	onBytes: (bytes: number) => void,
): Promise<Try> {
	const stream = content instanceof Uint8Array ? undefined : content;
	if (Number(headers['content-length']) > MAX_FILE_BYTES) {
		stream?.destroy();
		return tooLarge;
	}
	const boxes = new BoxReader();
	const passes = (piece: Uint8Array) => {
		boxes.add(piece);
		onBytes(piece.length);
		if (boxes.bytes > MAX_FILE_BYTES) stream?.destroy(new Error(tooLarge.reason));
	};
	passes(head);
	if (stream) watchPieces(stream, passes);
	try {
		const name = fileName ?? nameOfFile(facts.requestId, type);
		const { helpers } = item.context;
		const binary = await helpers.prepareBinaryData(content, name, type.mimeType);
		return boxes.isCutOff ? cutOff(boxes.bytes) : { binary };
	} catch (error) {
		stream?.destroy();
		if (boxes.bytes > MAX_FILE_BYTES) return tooLarge;
		const { message } = describeUnanswered(error);
		return isOfTheStorage(error, stream) ? notStored(message) : brokenOff(message);
	}
}

// Listeners would start the stream before n8n's storage is ready for it.
function watchPieces(body: FileStream, passes: (piece: Uint8Array) => void): void {
	const push = body.push.bind(body);
	body.push = (piece: unknown, encoding?: BufferEncoding) => {
		if (piece instanceof Uint8Array) passes(piece);
		return push(piece, encoding);
	};
}

/** An error of the stream itself is the host's; a storage fails in a system call, or when all is read. */
function isOfTheStorage(error: unknown, stream: FileStream | undefined): boolean {
	if (!stream) return true;
	if (error === stream.errored) return false;
	return stream.readableEnded || (isRecord(error) && 'syscall' in error);
}
