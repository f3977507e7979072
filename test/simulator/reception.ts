/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { type Answer, html, stamped } from './answers.ts';
import type { Exchange } from './exchange.ts';
import { FaultBoard } from './faults.ts';
import { play } from './playFault.ts';
import { recordBody } from './requestBody.ts';
import type { RecordedRequest } from './requests.ts';

/** What a route answers; `id` is the path's, empty without one. */
export type Handle = (request: RecordedRequest, id: string) => Answer;

const idOf = ({ params }: Request) => (typeof params.id === 'string' ? params.id : '');

/** Which of the simulator's routes a request met. */
export type Origin = Pick<RecordedRequest, 'host' | 'family' | 'route'>;

/** Where the requests of both hosts arrive, are written down and meet their faults. */
export class Reception {
	readonly requests: RecordedRequest[] = [];
	readonly faults = new FaultBoard();
	private readonly closing = new AbortController();
	private readonly log: (request: RecordedRequest) => void;

	constructor(log: (request: RecordedRequest) => void) {
		this.log = log;
	}

	answering(origin: Origin, handle: Handle): RequestHandler {
		return async (request, response, next) => {
			const exchange = this.open(request, response, origin);
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

	private open(request: Request, response: ServerResponse, origin: Origin): Exchange {
		const { method, originalUrl: path, headers } = request;
		const cometRequestId = origin.host === 'api' ? randomUUID() : undefined;
		const record: RecordedRequest = {
			...{ ...origin, method, path, headers, cometRequestId },
			at: Date.now(),
		};
		this.requests.push(record);
		const closing = this.closing.signal;
		const exchange = { record, response, closing, brokenByServer: false };
		response.once('close', () => this.end(exchange));
		return exchange;
	}

	private async answer(exchange: Exchange, request: Request, handle: Handle): Promise<void> {
		const { record } = exchange;
		const isKept = await recordBody(record, request);
		const fault = this.faults.pick(record);
		await play(exchange, fault, () =>
			isKept ? stamped(handle(record, idOf(request)), record) : html(413),
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
