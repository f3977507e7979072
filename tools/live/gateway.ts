/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tools run outside n8n */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { LOOPBACK } from '../../test/harness/services/loopback.ts';

/** Longer bodies are files: they are kept as their length and hash. */
const LONGEST_KEPT = 64_000;
const LONGEST_SENT = 40_000_000;

/** So long an answer to a submit is waited for when the run ends early: it has the job's ID. */
const LATEST_ANSWER_MS = 30_000;

export interface Message {
	headers: Record<string, string>;
	/** Parsed JSON, or the text; a form has the names of its fields, a file its length and hash. */
	body: unknown;
}

export interface Recorded {
	method: string;
	/** With its query. */
	path: string;
	request: Message;
	status: number;
	answer: Message;
}

export interface Gateway {
	url: string;
	/** Since the last call. */
	take(): Recorded[];
	close(): Promise<void>;
}

/**
 * Passes every request on to the API, and keeps what went both ways.
 *
 * @param onAnswer is awaited before whoever asked sees the answer
 */
export async function startGateway(
	upstream: string,
	onAnswer: (recorded: Recorded) => Promise<void>,
): Promise<Gateway> {
	const kept: Recorded[] = [];
	const pass = async (request: IncomingMessage, response: ServerResponse) => {
		const { method = 'GET', url: path = '/' } = request;
		const sent = await readAll(request);
		const headers = { ...flat(request.headers), 'accept-encoding': 'identity' };
		for (const name of ['host', 'connection', 'content-length', 'transfer-encoding', 'expect']) {
			Reflect.deleteProperty(headers, name);
		}
		const answer = await fetch(upstream + path, {
			...{ method, headers, redirect: 'manual' },
			...(method !== 'GET' && { body: new Uint8Array(sent) }),
		});
		const content = Buffer.from(await answer.arrayBuffer());
		const recorded: Recorded = {
			...{ method, path, request: toMessage(flat(request.headers), sent), status: answer.status },
			answer: toMessage(Object.fromEntries(answer.headers), content),
		};
		kept.push(recorded);
		await onAnswer(recorded);
		const passed = { ...Object.fromEntries(answer.headers), 'content-length': content.length };
		Reflect.deleteProperty(passed, 'transfer-encoding');
		response.writeHead(answer.status, passed).end(content);
	};
	const passing = new Set<Promise<void>>();
	const server = createServer((request, response) => {
		const passed = pass(request, response).catch(() => void response.destroy());
		passing.add(passed);
		void passed.finally(() => passing.delete(passed));
	});
	await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
	return {
		url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
		take: () => kept.splice(0),
		async close() {
			await Promise.race([
				Promise.all(passing),
				setTimeout(LATEST_ANSWER_MS, undefined, { ref: false }),
			]);
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
	const pieces: Buffer[] = [];
	let bytes = 0;
	for await (const piece of request as AsyncIterable<Buffer>) {
		bytes += piece.length;
		if (bytes > LONGEST_SENT) throw new RangeError('The request is too long');
		pieces.push(piece);
	}
	return Buffer.concat(pieces);
}

function flat(headers: IncomingMessage['headers']): Record<string, string> {
	const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
	return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function toMessage(headers: Record<string, string>, content: Buffer): Message {
	return { headers, body: describeBody(headers['content-type'] ?? '', content) };
}

function describeBody(type: string, content: Buffer): unknown {
	if (content.length === 0) return undefined;
	const text = content.toString('latin1');
	if (type.startsWith('multipart/')) {
		return { fields: [...text.matchAll(/ name="([^"]*)"/g)].map(([, name]) => name) };
	}
	if (/json|text/.test(type) && content.length <= LONGEST_KEPT) {
		const words = content.toString('utf8');
		try {
			return JSON.parse(words);
		} catch {
			return words;
		}
	}
	return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}
