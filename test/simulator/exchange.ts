/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Content, cutTo } from './answers.ts';
import type { RecordedRequest } from './requests.ts';

/** One request and the response to it. */
export interface Exchange {
	readonly record: RecordedRequest;
	readonly response: ServerResponse;
	/** Aborted when the simulator closes. */
	readonly closing: AbortSignal;
	/** Tells our own broken connections from the client's. */
	brokenByServer: boolean;
}

export interface Delivery {
	/** The body drips over this time; the headers leave at once. */
	overMs?: number;
	/** A byte at a time. */
	everyMs?: number;
	/** The connection closes after so many bytes of the body. */
	stopAfter?: number;
}

const DRIPS = 20;

function* piecesUpTo(chunks: Iterable<Buffer>, size: number): Generator<Buffer> {
	for (const chunk of chunks) {
		for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
	}
}

async function* dripping(
	content: Content,
	overMs: number,
	closing: AbortSignal,
): AsyncGenerator<Buffer> {
	const start = Date.now();
	let sent = 0;
	for (const piece of piecesUpTo(content.chunks(), Math.ceil(content.bytes / DRIPS))) {
		sent += piece.length;
		const dueInMs = start + (overMs * sent) / content.bytes - Date.now();
		if (dueInMs > 0) await sleep(dueInMs, undefined, { signal: closing });
		yield piece;
	}
}

async function* byteByByte(
	content: Content,
	everyMs: number,
	closing: AbortSignal,
): AsyncGenerator<Buffer> {
	for (const byte of piecesUpTo(content.chunks(), 1)) {
		yield byte;
		await sleep(everyMs, undefined, { signal: closing });
	}
}

function begin({ record, response }: Exchange, { status, headers, content }: Answer): void {
	record.status = status;
	const length = Number.isFinite(content.bytes) ? { 'Content-Length': content.bytes } : {};
	response.writeHead(status, { ...headers, ...length });
	response.flushHeaders();
}

/** Then silence. */
export function deliverHead(exchange: Exchange, answer: Answer, bytes = 0): void {
	const { response } = exchange;
	if (response.destroyed) return;
	begin(exchange, answer);
	for (const piece of cutTo(answer.content, bytes).chunks()) response.write(piece);
}

export async function deliver(
	exchange: Exchange,
	answer: Answer,
	{ overMs = 0, everyMs = 0, stopAfter = Infinity }: Delivery = {},
): Promise<void> {
	const { response, closing } = exchange;
	if (response.destroyed) return;
	begin(exchange, answer);
	const promised = answer.content.bytes;
	const bytes = Math.min(promised, stopAfter);
	const content = cutTo(answer.content, bytes);
	const pieces = () => {
		if (everyMs > 0) return byteByByte(content, everyMs, closing);
		return overMs > 0 ? dripping(content, overMs, closing) : content.chunks();
	};
	await pipeline(pieces(), response, { end: bytes === promised });
	if (bytes < promised) {
		exchange.brokenByServer = true;
		response.socket?.destroySoon();
	}
}

export function reset(exchange: Exchange): void {
	exchange.brokenByServer = true;
	exchange.response.socket?.resetAndDestroy();
}
