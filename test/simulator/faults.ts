/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, empty, errorEnvelope, html, json, plain, redirect } from './answers.ts';
import { type Exchange, deliver, reset } from './exchange.ts';
import type { Family, RecordedRequest, Route } from './requests.ts';

/** The real handler ran first, so a POST was accepted and billed; then the fault. */
interface AfterHandler {
	afterHandler?: boolean;
}

/** Units are ms. Kinds without afterHandler change the normal answer on its way. */
export type Fault =
	| ({
			kind: 'status';
			status: number;
			/** A string as it is, anything else as JSON; by default the error envelope. */
			body?: unknown;
			headers?: Record<string, string>;
			contentType?: string;
	  } & AfterHandler)
	| ({ kind: 'reset' } & AfterHandler)
	/** With ms the normal answer comes after all, also to a client that has left. */
	| ({ kind: 'hang'; ms?: number } & AfterHandler)
	/** With afterHandler it is accepted at once and answered late. */
	| ({ kind: 'delay'; ms: number } & AfterHandler)
	| ({ kind: 'html'; status: number } & AfterHandler)
	| ({ kind: 'empty'; status: number } & AfterHandler)
	| ({ kind: 'redirect'; status: number; location: string } & AfterHandler)
	| { kind: 'slowBody'; ms: number }
	/** Half of the answer; with closeEarly its Content-Length promises the whole. */
	| { kind: 'truncatedJson'; closeEarly?: boolean }
	| { kind: 'contentType'; value: string }
	| { kind: 'shortRead'; bytes: number };

export interface FaultRule {
	/** Absent: every request to both hosts. */
	route?: Route;
	/** Absent: whatever the family. */
	family?: Family;
	when?: (request: RecordedRequest) => boolean;
	/** Default 1. */
	times?: number;
	fault: Fault;
}

export interface InjectedFault {
	readonly hits: number;
	remove(): void;
}

export class FaultBoard {
	decideFault?: (request: RecordedRequest) => Fault | undefined;
	private readonly injected: Array<{ rule: FaultRule; hits: number }> = [];

	inject(rule: FaultRule): InjectedFault {
		const entry = { rule, hits: 0 };
		this.injected.push(entry);
		return {
			get hits() {
				return entry.hits;
			},
			remove: () => {
				entry.rule = { ...rule, times: 0 };
			},
		};
	}

	/** The oldest rule that matches and is not used up, else what the hook says. */
	pick(request: RecordedRequest): Fault | undefined {
		const entry = this.injected.find(
			({ rule, hits }) =>
				hits < (rule.times ?? 1) &&
				(rule.route === undefined || rule.route === request.route) &&
				(rule.family === undefined || rule.family === request.family) &&
				(rule.when?.(request) ?? true),
		);
		if (entry === undefined) return this.decideFault?.(request);
		entry.hits += 1;
		return entry.rule.fault;
	}
}

function statusFault(fault: Extract<Fault, { kind: 'status' }>): Answer {
	const { status, body = errorEnvelope(`simulated HTTP ${status}`), contentType } = fault;
	const headers = { ...fault.headers, ...(contentType && { 'Content-Type': contentType }) };
	return typeof body === 'string' ? plain(status, body, headers) : json(status, body, headers);
}

function cutInHalf(answer: Answer): Answer {
	const bytes = Math.floor(answer.content.bytes / 2);
	const { chunks } = answer.content;
	return { ...answer, content: { bytes, chunks } };
}

/** Plays the fault, or without one the normal answer. */
export async function play(
	exchange: Exchange,
	fault: Fault | undefined,
	handle: () => Answer,
): Promise<void> {
	let handled: Answer | undefined;
	const normal = () => (handled ??= handle());
	if (fault === undefined) return await deliver(exchange, normal());
	if ('afterHandler' in fault && fault.afterHandler) normal();

	switch (fault.kind) {
		case 'status':
			return await deliver(exchange, statusFault(fault));
		case 'html':
			return await deliver(exchange, html(fault.status));
		case 'empty':
			return await deliver(exchange, empty(fault.status));
		case 'redirect':
			return await deliver(exchange, redirect(fault.status, fault.location));
		case 'reset':
			return reset(exchange);
		case 'hang':
		case 'delay':
			if (fault.ms === undefined) return;
			await sleep(fault.ms, undefined, { signal: exchange.closing });
			return await deliver(exchange, normal());
		case 'slowBody':
			return await deliver(exchange, normal(), { overMs: fault.ms });
		case 'truncatedJson': {
			const half = cutInHalf(normal());
			if (!fault.closeEarly) return await deliver(exchange, half);
			return await deliver(exchange, normal(), { stopAfter: half.content.bytes });
		}
		case 'contentType': {
			const answer = normal();
			const headers = { ...answer.headers, 'Content-Type': fault.value };
			return await deliver(exchange, { ...answer, headers });
		}
		case 'shortRead':
			return await deliver(exchange, normal(), { stopAfter: fault.bytes });
	}
}
