/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Content } from './answers.ts';
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
	/** The connection closes after so many bytes of the body. */
	stopAfter?: number;
}

const DRIPS = 20;

function* firstBytes(chunks: Iterable<Buffer>, bytes: number): Generator<Buffer> {
	let left = bytes;
	for (const chunk of chunks) {
		if (left <= 0) return;
		yield chunk.subarray(0, left);
		left -= chunk.length;
	}
}

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

export async function deliver(
	exchange: Exchange,
	answer: Answer,
	{ overMs = 0, stopAfter = Infinity }: Delivery = {},
): Promise<void> {
	const { record, response, closing } = exchange;
	if (response.destroyed) return;
	record.status = answer.status;
	const promised = answer.content.bytes;
	response.writeHead(answer.status, { ...answer.headers, 'Content-Length': promised });
	response.flushHeaders();

	const bytes = Math.min(promised, stopAfter);
	const content = { bytes, chunks: () => firstBytes(answer.content.chunks(), bytes) };
	const pieces = overMs > 0 ? dripping(content, overMs, closing) : content.chunks();
	await pipeline(pieces, response, { end: bytes === promised });
	if (bytes < promised) {
		exchange.brokenByServer = true;
		response.socket?.destroySoon();
	}
}

export function reset(exchange: Exchange): void {
	exchange.brokenByServer = true;
	exchange.response.socket?.resetAndDestroy();
}
