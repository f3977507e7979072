/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
	type Answer,
	type Content,
	cutTo,
	empty,
	errorEnvelope,
	filledTo,
	html,
	json,
	plain,
	redirect,
	stamped,
	textOf,
	whole,
} from './answers.ts';
import { type Exchange, deliver, deliverHead, reset } from './exchange.ts';
import type { Fault } from './faults.ts';
import type { RecordedRequest } from './requests.ts';

type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

type Alteration = FaultOf<'rewrite' | 'gzip' | 'partial' | 'shortFile' | 'contentType'>;

function statusFault(fault: FaultOf<'status'>, record: RecordedRequest): Answer {
	const { status, body = errorEnvelope(`simulated HTTP ${status}`), contentType } = fault;
	const headers = { ...fault.headers, ...(contentType && { 'Content-Type': contentType }) };
	if (typeof body === 'string') return plain(status, body, headers);
	const answer = json(status, body, headers);
	return fault.fromProxy ? answer : stamped(answer, record);
}

const withHeaders = (answer: Answer, headers: Record<string, string>): Answer => ({
	...answer,
	headers: { ...answer.headers, ...headers },
});

function huge({ bytes, as = 'json', status = 200 }: FaultOf<'huge'>, normal?: Answer) {
	if (as === 'text') {
		return { ...plain(status, ''), content: filledTo(whole(Buffer.alloc(0)), bytes, 'x') };
	}
	const fields = normal === undefined ? '' : textOf(normal).slice(1, -1);
	const start = Buffer.from(`{${fields}${fields === '' ? '' : ','}"filler":"`);
	const end = Buffer.from('"}');
	const filled = filledTo(whole(start), bytes - end.length, 'x');
	const content: Content = {
		bytes,
		*chunks() {
			yield* filled.chunks();
			yield end;
		},
	};
	return { ...(normal ?? json(200, {})), status, content };
}

/** Of the job that was accepted, or that the path asks for. */
function bytesUpToId(answer: Answer, { acceptedId, path }: RecordedRequest): number {
	const id = acceptedId ?? decodeURIComponent(path.split('/').pop() ?? '');
	const [before, after] = textOf(answer).split(id, 2);
	if (after === undefined) throw new Error(`The answer does not tell the id ${id}`);
	return Buffer.byteLength(`${before}${id}"`);
}

function truncated(answer: Answer, record: RecordedRequest, cut: 'half' | 'afterId'): Answer {
	const bytes = cut === 'half' ? Math.floor(answer.content.bytes / 2) : bytesUpToId(answer, record);
	return { ...answer, content: cutTo(answer.content, bytes) };
}

function rewritten(answer: Answer, { body, status }: FaultOf<'rewrite'>): Answer {
	return json(status ?? answer.status, body(JSON.parse(textOf(answer))), answer.headers);
}

function gzipped(answer: Answer): Answer {
	const content = whole(gzipSync(Buffer.concat([...answer.content.chunks()])));
	return { ...withHeaders(answer, { 'Content-Encoding': 'gzip' }), content };
}

function partial(answer: Answer, bytes: number): Answer {
	const range = `bytes 0-${bytes - 1}/${answer.content.bytes}`;
	const content = cutTo(answer.content, bytes);
	return { ...withHeaders(answer, { 'Content-Range': range }), status: 206, content };
}

function altered(answer: Answer, fault: Alteration): Answer {
	switch (fault.kind) {
		case 'rewrite':
			return rewritten(answer, fault);
		case 'gzip':
			return gzipped(answer);
		case 'partial':
			return partial(answer, fault.bytes);
		case 'shortFile':
			return { ...answer, content: cutTo(answer.content, fault.bytes) };
		case 'contentType':
			return withHeaders(answer, { 'Content-Type': fault.value });
	}
}

/** Plays the fault, or without one the normal answer. */
export async function play(
	exchange: Exchange,
	fault: Fault | undefined,
	handle: () => Answer,
): Promise<void> {
	const { record, closing } = exchange;
	let handled: Answer | undefined;
	const normal = () => (handled ??= handle());
	if (fault === undefined) return await deliver(exchange, normal());
	if ('afterHandler' in fault && fault.afterHandler) normal();

	switch (fault.kind) {
		case 'status':
			return await deliver(exchange, statusFault(fault, record));
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
			await sleep(fault.ms, undefined, { signal: closing });
			return await deliver(exchange, normal());
		case 'slowBody':
			return await deliver(exchange, normal(), { overMs: fault.ms });
		case 'drip': {
			const { everyMs, bytes = Infinity } = fault;
			const content = filledTo(normal().content, bytes, ' ');
			return await deliver(exchange, { ...normal(), content }, { everyMs });
		}
		case 'headersOnly':
			return deliverHead(exchange, normal(), fault.bytes);
		case 'huge':
			return await deliver(exchange, huge(fault, handled));
		case 'truncatedJson': {
			const cut = truncated(normal(), record, fault.cut ?? 'half');
			if (!fault.closeEarly) return await deliver(exchange, cut);
			return await deliver(exchange, normal(), { stopAfter: cut.content.bytes });
		}
		case 'rewrite':
		case 'gzip':
		case 'partial':
		case 'shortFile':
		case 'contentType':
			return await deliver(exchange, altered(normal(), fault));
		case 'shortRead':
			return await deliver(exchange, normal(), { stopAfter: fault.bytes });
	}
}
