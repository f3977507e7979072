import type { IExecutePaginationFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import { onAbort, pause, untilStopped } from '../pause';
import { CREDENTIAL_UNREAD, type Exchange, type HttpAnswer, type Unanswered } from './exchange';
import { isRecord, text, type JsonRecord } from './json';
import { redact } from './redact';

/** An answer about a video has some kB; more than this is cut off. */
const MAX_ANSWER_BYTES = 4_000_000;

/** System calls that come before a byte of the request is on the wire. */
const BEFORE_SENDING = ['getaddrinfo', 'connect', 'bind', 'socket'];

export interface RequestLimits {
	/** Aborts on Stop. */
	stop: AbortSignal;
	/** What Stop cuts off: any request, or only one that has not left. */
	stopCuts: 'always' | 'unsent';
	/** For the whole exchange, from reading the credential to the answer's last byte, in ms. */
	deadlineMs: number;
	/** How much of the answer is read; by default as much as an answer about a video may have. */
	maxBytes?: number;
}

/** Who asks, as n8n knows it. */
export interface Caller {
	context: IExecutePaginationFunctions;
	/** As the engine prepared it: its base URL, proxy, certificate settings and time-out hold here too. */
	request: IHttpRequestOptions;
}

/** The node's key, once n8n has read it. */
export interface KnownKey {
	apiKey: string;
	isRead: boolean;
}

/** What the API answers at a path below the base URL. Stop cuts it off. Never throws. */
export async function ask(
	{ context, request, signal }: Caller & { signal: AbortSignal },
	path: string,
	limits: Pick<RequestLimits, 'deadlineMs' | 'maxBytes'>,
): Promise<Exchange> {
	return await sendRequest(
		context,
		{ ...request, method: 'GET', url: path, body: undefined, timeout: limits.deadlineMs },
		{ ...limits, stop: signal, stopCuts: 'always' },
	);
}

/**
 * One request to the API with the node's credential. Never throws: what went wrong is part of the
 * result. Redirects are not followed, since the key would go along; should the answer repeat the
 * key, it is replaced in what is shown. An answer that is too long, or not complete at the deadline,
 * counts as far as it came.
 */
export async function sendRequest(
	context: IExecutePaginationFunctions,
	request: IHttpRequestOptions,
	limits: RequestLimits,
): Promise<Exchange> {
	const cutter = new Cutter(limits);
	const credential: KnownKey = { apiKey: '', isRead: false };
	try {
		const answer: unknown = await context.helpers.httpRequestWithAuthentication.call(
			withOwnSignal(context, cutter, credential),
			CREDENTIAL_TYPE,
			{
				...request,
				encoding: 'stream',
				json: true,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
			},
		);
		return { answer: await readAnswer(answer, cutter.signal, credential.apiKey, limits.maxBytes) };
	} catch (error) {
		const told = describeUnanswered(error);
		const message = cutter.isOverdue
			? `no complete answer within ${limits.deadlineMs / 1000} s`
			: told.message;
		const shown = { message: redact(message, credential.apiKey) };
		if (!credential.isRead) {
			return { unanswered: { ...shown, sent: false, code: CREDENTIAL_UNREAD } };
		}
		if (cutter.signal.aborted) {
			// Nobody knows how far it came: an HTTP client may send before it listens to the signal.
			return { unanswered: { ...shown, sent: true, code: 'ETIMEDOUT' } };
		}
		// n8n's own errors come before a request leaves, but for those of an answer that breaks off.
		const sent = told.sent || (told.code === undefined && cutter.isDispatched);
		return { unanswered: { ...told, ...shown, sent } };
	} finally {
		cutter.end();
	}
}

/**
 * n8n puts the execution's own cancel signal into every request, so the request is made on behalf of
 * a context whose signal is the one wanted here. It also tells the key that n8n reads anyway, and
 * ends a credential read that hangs: n8n reads it from its database, also long after Stop.
 */
export function withOwnSignal(
	context: IExecutePaginationFunctions,
	{ signal, clientSignal }: Pick<Cutter, 'signal' | 'clientSignal'>,
	credential: KnownKey,
): IExecutePaginationFunctions {
	const getCredentials = async (type: string) => {
		const data = await untilStopped(context.getCredentials(type), signal);
		if (data === undefined || signal.aborted) {
			throw new Error('n8n did not give the credential in time');
		}
		credential.apiKey = String(data.apiKey).trim();
		credential.isRead = true;
		return data;
	};
	return Object.create(context, {
		getExecutionCancelSignal: { value: () => clientSignal },
		getCredentials: { value: getCredentials },
	}) as IExecutePaginationFunctions;
}

/** Cuts a request off at its deadline and on Stop. */
class Cutter {
	readonly signal: AbortSignal;
	/** The same for the HTTP client, which begins to listen in the moment in which it sends. */
	readonly clientSignal: AbortSignal;
	isOverdue = false;
	/** Whether the HTTP client has begun to send. */
	isDispatched = false;
	private readonly controller = new AbortController();
	private readonly limits: RequestLimits;
	private readonly stopListening: () => void;
	end: () => void = () => {};

	constructor(limits: RequestLimits) {
		this.limits = limits;
		this.signal = this.controller.signal;
		this.clientSignal = this.listenedSignal();
		this.stopListening = onAbort(limits.stop, () => this.controller.abort());
		const ended = new Promise<void>((resolve) => {
			this.end = () => {
				this.stopListening();
				resolve();
			};
		});
		if (limits.stop.aborted) this.controller.abort();
		void this.cutWhenOverdue(ended);
	}

	private listenedSignal(): AbortSignal {
		const client = new AbortController();
		this.signal.addEventListener('abort', () => client.abort(), { once: true });
		const listen = client.signal.addEventListener.bind(client.signal);
		client.signal.addEventListener = (...args: Parameters<AbortSignal['addEventListener']>) => {
			this.isDispatched = true;
			if (this.limits.stopCuts === 'unsent') this.stopListening();
			listen(...args);
		};
		return client.signal;
	}

	private async cutWhenOverdue(ended: Promise<void>): Promise<void> {
		if (await pause(this.limits.deadlineMs, undefined, ended)) return;
		this.isOverdue = true;
		this.controller.abort();
	}
}

/** A stream as n8n's helper gives it. */
interface AnswerStream extends AsyncIterable<Uint8Array> {
	destroy(): void;
}

async function readAnswer(
	answer: unknown,
	cut: AbortSignal,
	apiKey: string,
	maxBytes = MAX_ANSWER_BYTES,
): Promise<HttpAnswer> {
	const { statusCode, headers, body } = answer as {
		statusCode: number;
		headers: JsonRecord;
		body: AnswerStream;
	};
	const whole = await readText(body, cut, maxBytes);
	const shown = redact(whole, apiKey);
	const original = parse(whole);
	return {
		statusCode,
		headers: parse(redact(JSON.stringify(headers), apiKey)) as JsonRecord,
		body: shown === whole ? original : parse(shown),
		original,
	};
}

/** The text as far as it comes. */
async function readText(body: AnswerStream, cut: AbortSignal, maxBytes: number): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	const destroy = () => body.destroy();
	cut.addEventListener('abort', destroy, { once: true });
	try {
		for await (const chunk of body) {
			chunks.push(chunk.subarray(0, maxBytes - bytes));
			bytes += chunk.length;
			if (bytes >= maxBytes) break;
		}
	} catch {
		// A cut answer is an answer as far as it came: its status and perhaps an id are known.
	} finally {
		cut.removeEventListener('abort', destroy);
		destroy();
	}
	// A byte order mark, which n8n's client strips from what it reads itself, is no JSON.
	return Buffer.concat(chunks)
		.toString('utf8')
		.replace(/^\ufeff/, '');
}

function parse(json: string): unknown {
	try {
		return JSON.parse(withLongNumbersAsText(json));
	} catch {
		return json;
	}
}

/** JavaScript rounds a whole number of more than 16 digits, and an id may be one. */
function withLongNumbersAsText(json: string): string {
	if (!/\d{16}/.test(json)) return json;
	return json.replace(
		/("[^"\\]*"\s*:\s*)(\d{16,})(?=\s*[,}])/g,
		(field: string, name: string, digits: string) =>
			Number.isSafeInteger(Number(digits)) ? field : `${name}"${digits}"`,
	);
}

/**
 * What an error of n8n's HTTP helpers says about a request that brought no answer. Whether it left
 * is decided by the phase of its connection: look-up, connect, TLS hand-shake, or after them.
 */
export function describeUnanswered(error: unknown): Unanswered {
	const chain = causesOf(error);
	const code = chain.map((cause) => text(cause.code)).find((found) => found !== undefined);
	const root = chain.at(-1);
	const message = text(root?.message) ?? 'no reason given';
	const isTransport = code !== undefined || chain.some((cause) => cause.isAxiosError === true);
	const sent = isTransport ? !chain.some(isBeforeSending) : !isOwnError(root);
	return { sent, code: isTransport ? (code ?? 'unknown') : undefined, message };
}

function isBeforeSending(cause: JsonRecord): boolean {
	const attempts = Array.isArray(cause.errors) ? cause.errors.filter(isRecord) : [];
	return (
		BEFORE_SENDING.includes(String(cause.syscall)) ||
		(attempts.length > 0 && attempts.every(isBeforeSending)) ||
		isConnecting(cause.request) ||
		// Node refuses a bad URL or header with a TypeError before it connects.
		(cause instanceof TypeError && /^ERR_/.test(String((cause as { code?: unknown }).code)))
	);
}

/** Whether a request had no connection yet, for example of its proxy, or its TLS hand-shake was not over. */
function isConnecting(request: unknown): boolean {
	if (!isRecord(request)) return false;
	const current = isRecord(request._currentRequest) ? request._currentRequest : request;
	if (current.socket === null) return true;
	return isRecord(current.socket) && current.socket.secureConnecting === true;
}

/** True for what n8n itself raises before it sends: a credential, allowed domains, SSRF protection. */
function isOwnError(error: JsonRecord | undefined): boolean {
	return error !== undefined && 'level' in error && error.name !== 'NodeApiError';
}

function causesOf(error: unknown): JsonRecord[] {
	const chain: JsonRecord[] = [];
	for (let cause = error; isRecord(cause) && !chain.includes(cause); cause = cause.cause) {
		chain.push(cause);
	}
	return chain;
}
