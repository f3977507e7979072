/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { type Answer, html } from './answers.ts';
import type { Exchange } from './exchange.ts';
import { FaultBoard, play } from './faults.ts';
import type { RecordedRequest, Route } from './requests.ts';

const BODY_LIMIT_BYTES = 50 * 1024 * 1024;

/** What a route answers; `id` is the path's, empty without one. */
export type Handle = (request: RecordedRequest, id: string) => Answer;

/** Reads to the end even past the limit, so that the client can send on and then hear 413. */
async function readText(request: IncomingMessage): Promise<string | 'too large'> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		bytes += chunk.length;
		if (bytes <= BODY_LIMIT_BYTES) chunks.push(chunk);
	}
	return bytes > BODY_LIMIT_BYTES ? 'too large' : Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
	if (text === '') return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

const idOf = ({ params }: Request) => (typeof params.id === 'string' ? params.id : '');

/** Where the requests of both hosts arrive, are written down and meet their faults. */
export class Reception {
	readonly requests: RecordedRequest[] = [];
	readonly faults = new FaultBoard();
	private readonly closing = new AbortController();
	private readonly log: (request: RecordedRequest) => void;

	constructor(log: (request: RecordedRequest) => void) {
		this.log = log;
	}

	answering(host: 'api' | 'media', route: Route | undefined, handle: Handle): RequestHandler {
		return async (request, response, next) => {
			const exchange = this.open(request, response, host, route);
			try {
				await this.answer(exchange, request, handle);
			} catch (error) {
				if (!response.destroyed && !this.closing.signal.aborted) next(error);
			}
		};
	}

	close(): void {
		this.closing.abort();
	}

	private open(
		request: Request,
		response: ServerResponse,
		host: 'api' | 'media',
		route: Route | undefined,
	): Exchange {
		const { method, originalUrl: path, headers } = request;
		const record: RecordedRequest = { host, route, method, path, headers, at: Date.now() };
		this.requests.push(record);
		const closing = this.closing.signal;
		const exchange = { record, response, closing, brokenByServer: false };
		response.once('close', () => this.end(exchange));
		return exchange;
	}

	private async answer(exchange: Exchange, request: Request, handle: Handle): Promise<void> {
		const { record } = exchange;
		const text = await readText(request);
		if (text !== 'too large') record.body = parsed(text);
		const fault = this.faults.pick(record);
		await play(exchange, fault, () =>
			text === 'too large' ? html(413) : handle(record, idOf(request)),
		);
	}

	private end({ record, response, closing, brokenByServer }: Exchange): void {
		record.endedAt = Date.now();
		if (!response.writableFinished && !brokenByServer && !closing.aborted) {
			record.abortedByClient = true;
		}
		this.log(record);
	}
}
