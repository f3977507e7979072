/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tools run outside n8n */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { LOOPBACK } from '../../test/harness/services/loopback.ts';
import { parsedJson, readForm } from '../../test/simulator/requestBody.ts';

/** Longer bodies are files: they are kept as their length and hash. */
const LONGEST_KEPT = 64_000;

/** So long an answer to a submit is waited for when the run ends early: it has the job's ID. */
const LATEST_ANSWER_MS = 30_000;

/** Headers of one connection, and of the coding of a body on it. */
const OF_CONNECTION =
	/^(host|connection|expect|content-length|transfer-encoding|(content|accept)-encoding)$/;

export interface Message {
	headers: Record<string, string>;
	/** Parsed JSON, or the text; a form by its fields; a file as its length and hash. */
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

/**
 * Passes every request on to the API, and records what goes both ways.
 *
 * @param onAnswer is awaited before whoever asked sees the answer
 */
export async function startGateway(
	upstream: string,
	onAnswer: (recorded: Recorded) => Promise<void>,
): Promise<{ url: string; close(): Promise<void> }> {
	const pass = async (request: IncomingMessage, response: ServerResponse) => {
		const { method = 'GET', url: path = '/' } = request;
		const sent = await buffer(request);
		const headers = new Headers(request.headers as Record<string, string>);
		const answer = await fetch(upstream + path, {
			...{ method, redirect: 'manual' },
			headers: { ...forwarded(headers), 'accept-encoding': 'identity' },
			...(method !== 'GET' && { body: new Uint8Array(sent) }),
		});
		const content = Buffer.from(await answer.arrayBuffer());
		await onAnswer({
			...{ method, path, request: await toMessage(headers, sent), status: answer.status },
			answer: await toMessage(answer.headers, content),
		});
		const passed = { ...forwarded(answer.headers), 'content-length': content.length };
		response.writeHead(answer.status, passed).end(content);
	};
	const server = createServer((request, response) => {
		pass(request, response).catch(() => void response.destroy());
	});
	await once(server.listen(0, LOOPBACK), 'listening');
	return {
		url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
		async close() {
			const late = setTimeout(LATEST_ANSWER_MS, undefined, { ref: false });
			await Promise.race([new Promise((resolve) => server.close(resolve)), late]);
			server.closeAllConnections();
		},
	};
}

function forwarded(headers: Headers): Record<string, string> {
	return Object.fromEntries([...headers].filter(([name]) => !OF_CONNECTION.test(name)));
}

async function toMessage(headers: Headers, content: Buffer): Promise<Message> {
	const body = await describeBody(headers.get('content-type') ?? '', content);
	return { headers: Object.fromEntries(headers), body };
}

async function describeBody(type: string, content: Buffer): Promise<unknown> {
	const parts = type.startsWith('multipart/') ? await readForm(content, type) : undefined;
	if (parts) return Object.fromEntries(parts.map(({ name, value }) => [name, value]));
	const isShort = content.length <= LONGEST_KEPT && /json|text/.test(type);
	if (isShort || content.length === 0) return parsedJson(content.toString());
	return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}
