import type {
	IAllExecuteFunctions,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';

import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import { onAbort, pause, untilStopped } from '../pause';
import type { Exchange, HttpAnswer, RequestPhase, Unanswered } from './exchange';
import { isRecord, text, type JsonRecord } from './json';
import { redact, redactTexts } from './redact';

/** An answer about a video has some kB; more than this is cut off. */
const MAX_ANSWER_BYTES = 4_000_000;

/** System calls that come before a byte of the request is on the wire. */
const BEFORE_SENDING = ['getaddrinfo', 'connect', 'bind', 'socket'];

export interface RequestLimits {
	/** Aborts on Stop. */
	stop: AbortSignal;
	/** Stop aborts any request, or only one that has not left. */
	stopAborts: 'always' | 'unsent';
	/** For the whole exchange, from reading the credential to the answer's last byte, in ms. */
	deadlineMs: number;
	/** The most that is read of the answer; by default as much as an answer about a video may have. */
	maxBytes?: number;
	/** For what the API tells everybody. */
	withoutKey?: boolean;
}

/** Whoever can make requests: an execution, or the editor. */
type Requester = Pick<ILoadOptionsFunctions, 'getCredentials'> & {
	helpers: Pick<ILoadOptionsFunctions['helpers'], 'httpRequest' | 'httpRequestWithAuthentication'>;
};

/** The sender of a request, as n8n knows it. */
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

/** Asks the API at a path below the base URL. Stop aborts it. Never throws. */
export async function ask(
	{ context, request, signal }: Caller & { signal: AbortSignal },
	path: string,
	limits: Pick<RequestLimits, 'deadlineMs' | 'maxBytes'>,
): Promise<Exchange> {
	return await sendRequest(
		context,
		{ ...request, method: 'GET', url: path, body: undefined, timeout: limits.deadlineMs },
		{ ...limits, stop: signal, stopAborts: 'always' },
	);
}

/**
 * One request to the API with the node's credential. Never throws: what went wrong is part of the
 * result. Redirects are not followed, since the key would go along; should the answer repeat the
 * key, it is replaced in what is shown. An answer that is too long, or not complete at the deadline,
 * counts as far as it came.
 */
export async function sendRequest(
	context: Requester,
	request: IHttpRequestOptions,
	limits: RequestLimits,
): Promise<Exchange> {
	const abort = new RequestAbort(limits);
	const credential: KnownKey = { apiKey: '', isRead: limits.withoutKey === true };
	const options: IHttpRequestOptions = {
		...request,
		encoding: 'stream',
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		abortSignal: abort.clientSignal,
	};
	try {
		const { helpers } = context;
		const caller = withOwnSignal(context, abort, credential);
		const answer = (await (limits.withoutKey
			? helpers.httpRequest(options)
			: helpers.httpRequestWithAuthentication.call(
					caller,
					CREDENTIAL_TYPE,
					options,
				))) as Parameters<typeof readAnswer>[0];
		return { answer: await readAnswer(answer, abort.signal, credential.apiKey, limits.maxBytes) };
	} catch (error) {
		const { phase, message } = describeUnanswered(error, abort.isDispatched);
		const words = abort.isTimedOut
			? `no complete answer within ${limits.deadlineMs / 1000} s`
			: message;
		return {
			unanswered: {
				message: redact(words, credential.apiKey),
				// After an abort nobody knows: an HTTP client may send before it listens to the signal.
				phase: !credential.isRead ? 'credential' : abort.signal.aborted ? 'sent' : phase,
			},
		};
	} finally {
		abort.end();
	}
}

/**
 * n8n puts the execution's own cancel signal into every request, so the request is made on behalf of
 * a context whose signal is the one wanted here. It also tells the key that n8n reads anyway, and
 * ends a credential read that hangs: n8n reads it from its database, also long after Stop.
 */
export function withOwnSignal(
	context: Requester,
	{ signal, clientSignal }: Pick<RequestAbort, 'signal' | 'clientSignal'>,
	credential: KnownKey,
): IAllExecuteFunctions {
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
	}) as IAllExecuteFunctions;
}

/** Aborts a request at its deadline and on Stop. */
class RequestAbort {
	readonly signal: AbortSignal;
	/** The same for the HTTP client, which subscribes when it sends: that tells the dispatch. */
	readonly clientSignal: AbortSignal;
	isTimedOut = false;
	/** The HTTP client has begun to send. */
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
		void this.abortAtDeadline(ended);
	}

	private listenedSignal(): AbortSignal {
		const client = new AbortController();
		this.signal.addEventListener('abort', () => client.abort(), { once: true });
		const listen = client.signal.addEventListener.bind(client.signal);
		client.signal.addEventListener = (...args: Parameters<AbortSignal['addEventListener']>) => {
			this.isDispatched = true;
			if (this.limits.stopAborts === 'unsent') this.stopListening();
			listen(...args);
		};
		return client.signal;
	}

	private async abortAtDeadline(ended: Promise<void>): Promise<void> {
		if (await pause(this.limits.deadlineMs, undefined, ended)) return;
		this.isTimedOut = true;
		this.controller.abort();
	}
}

/** A body as n8n's helper gives it, or what is there of it. */
type AnswerBody = (AsyncIterable<Uint8Array> | Iterable<Uint8Array>) & { destroy?(): unknown };

/**
 * Reads an answer as far as it comes, and closes it. Never throws.
 *
 * @param abort ends the reading
 * @param maxBytes how much is read
 */
export async function readAnswer(
	{ statusCode, headers, body }: { statusCode: number; headers: JsonRecord; body: AnswerBody },
	abort: AbortSignal,
	apiKey: string,
	maxBytes = MAX_ANSWER_BYTES,
): Promise<HttpAnswer> {
	const whole = await readText(body, abort, maxBytes);
	const shown = redact(whole, apiKey);
	const original = parse(redactTexts(whole, apiKey));
	return {
		statusCode,
		headers: withoutKey(headers, apiKey),
		body: shown === whole ? original : parse(shown),
		original,
	};
}

export function withoutKey(headers: JsonRecord, apiKey: string): JsonRecord {
	return JSON.parse(redact(JSON.stringify(headers), apiKey)) as JsonRecord;
}

async function readText(body: AnswerBody, abort: AbortSignal, maxBytes: number): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	const destroy = () => body.destroy?.();
	abort.addEventListener('abort', destroy, { once: true });
	try {
		for await (const chunk of body) {
			chunks.push(chunk.subarray(0, maxBytes - bytes));
			bytes += chunk.length;
			if (bytes >= maxBytes) break;
		}
	} catch {
		// An answer that broke off counts as far as it came: its status and perhaps an id are known.
	} finally {
		abort.removeEventListener('abort', destroy);
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
 * Reads an error of n8n's HTTP helpers about a request without an answer. Its phase is told
 * by its connection: look-up, connect, TLS handshake, or after them.
 *
 * @param isDispatched whether the HTTP client has begun to send
 */
export function describeUnanswered(error: unknown, isDispatched = false): Unanswered {
	const chain = causesOf(error);
	const message = text(chain.at(-1)?.message) ?? 'no reason given';
	return { phase: phaseOf(chain, isDispatched), message };
}

function phaseOf(chain: JsonRecord[], isDispatched: boolean): RequestPhase {
	const isTransport = chain.some(({ code, isAxiosError }) => text(code) ?? isAxiosError === true);
	const isUnsent = isTransport ? chain.some(isBeforeSending) : !isDispatched;
	// n8n's own errors come before a request leaves, but for those of an answer that breaks off.
	if (isUnsent && isOwnError(chain.at(-1))) return 'blocked';
	return isUnsent && isTransport ? 'connecting' : 'sent';
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

/** True if a request had no connection yet, such as its proxy's, or its TLS hand-shake was not over. */
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
