import type {
	IAllExecuteFunctions,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';

import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import { onAbort, pause, untilStopped } from '../pause';
import type { Exchange, HttpAnswer, RequestPhase, Unanswered } from './exchange';
import { isRecord, parseAnswer, text, type JsonRecord } from './json';
import { redact, redactTexts } from './redact';

/** An answer about a video has some kB; more than this is cut off. */
export const MAX_ANSWER_BYTES = 4_000_000;

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

/** An answer as n8n's helper gives it, its body on the way. */
export interface RawAnswer<Body = AnswerBody> {
	statusCode: number;
	headers: JsonRecord;
	body: Body;
}

type AnswerBody = (AsyncIterable<Uint8Array> | Iterable<Uint8Array>) & { destroy?(): unknown };

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
 * One request to the API with the node's credential. Never throws. The key is replaced in what is
 * shown of the answer. An answer that is too long, or late, counts as far as it came.
 */
export async function sendRequest(
	context: Requester,
	request: IHttpRequestOptions,
	limits: RequestLimits,
): Promise<Exchange> {
	const { withoutKey = false, deadlineMs, maxBytes } = limits;
	const abort = new RequestAbort(limits);
	const key: KnownKey = { apiKey: '', isRead: withoutKey };
	try {
		const options = { ...request, json: true };
		const answer = await openAnswer(context, options, abort, withoutKey ? undefined : key);
		return { answer: await readAnswer(answer, abort.signal, key.apiKey, maxBytes) };
	} catch (error) {
		const { phase, message } = describeUnanswered(error, abort.isDispatched);
		const words = abort.isTimedOut ? `no complete answer within ${deadlineMs / 1000} s` : message;
		return {
			unanswered: {
				message: redact(words, key.apiKey),
				// After an abort nobody knows: an HTTP client may send before it listens to the signal.
				phase: !key.isRead ? 'credential' : abort.signal.aborted ? 'sent' : phase,
			},
		};
	} finally {
		abort.end();
	}
}

/**
 * Sends a request by n8n's helper, and throws what that throws; an answer of any status is one.
 * Redirects are not followed, since the key would go along.
 *
 * @param key learns the key, which is sent; undefined sends none
 */
export async function openAnswer<Body = AnswerBody>(
	context: Requester,
	request: IHttpRequestOptions,
	signals: Pick<RequestAbort, 'signal' | 'clientSignal'>,
	key: KnownKey | undefined,
): Promise<RawAnswer<Body>> {
	const { helpers } = context;
	const options: IHttpRequestOptions = {
		...request,
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		abortSignal: signals.clientSignal,
	};
	const answer: unknown = key
		? await helpers.httpRequestWithAuthentication.call(
				withSignal(context, signals, key),
				CREDENTIAL_TYPE,
				options,
			)
		: await helpers.httpRequest(options);
	return answer as RawAnswer<Body>;
}

/**
 * n8n puts the execution's cancel signal into every request, and may read the credential long after
 * Stop: so the caller gets the signal that is wanted here. The key is learned as n8n reads it.
 */
function withSignal(
	context: Requester,
	{ signal, clientSignal }: Pick<RequestAbort, 'signal' | 'clientSignal'>,
	key: KnownKey,
): IAllExecuteFunctions {
	const getCredentials = async (type: string) => {
		const data = await untilStopped(context.getCredentials(type), signal);
		if (data === undefined || signal.aborted) {
			throw new Error('n8n did not give the credential in time');
		}
		Object.assign(key, { apiKey: String(data.apiKey).trim(), isRead: true });
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
	end: () => void = () => {};

	constructor({ stop, stopAborts, deadlineMs }: RequestLimits) {
		const whole = new AbortController();
		const client = new AbortController();
		this.signal = whole.signal;
		this.clientSignal = client.signal;
		this.signal.addEventListener('abort', () => client.abort(), { once: true });
		const ignoreStop = onAbort(stop, () => whole.abort());
		if (stop.aborted) whole.abort();
		const listen = client.signal.addEventListener.bind(client.signal);
		client.signal.addEventListener = (...args: Parameters<AbortSignal['addEventListener']>) => {
			this.isDispatched = true;
			if (stopAborts === 'unsent') ignoreStop();
			listen(...args);
		};
		const ended = new Promise<void>((resolve) => (this.end = resolve));
		void pause(deadlineMs, undefined, ended).then((hasEnded) => {
			ignoreStop();
			this.isTimedOut = !hasEnded;
			if (!hasEnded) whole.abort();
		});
	}
}

/** Reads an answer as far as it comes before `abort`, then closes it. Never throws. */
export async function readAnswer(
	{ statusCode, headers, body }: RawAnswer,
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

function parse(body: string): unknown {
	const parsed = parseAnswer(body);
	return parsed === undefined ? body : parsed;
}

/**
 * Reads an error of n8n's HTTP helpers about a request without an answer. Its phase is told by its
 * connection, and by whether the HTTP client has begun to send.
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
	if (isUnsent && isN8nError(chain.at(-1))) return 'blocked';
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
function isN8nError(error: JsonRecord | undefined): boolean {
	return error !== undefined && 'level' in error && error.name !== 'NodeApiError';
}

function causesOf(error: unknown): JsonRecord[] {
	const chain: JsonRecord[] = [];
	for (let cause = error; isRecord(cause) && !chain.includes(cause); cause = cause.cause) {
		chain.push(cause);
	}
	return chain;
}
