import type {
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import type { Unanswered } from './answer';
import { text, type JsonRecord } from './json';
import { redact } from './redact';
import { describeUnanswered } from './request';

/** A file on its way, as n8n's storage takes it. */
export type FileStream = Exclude<
	Parameters<IExecuteSingleFunctions['helpers']['prepareBinaryData']>[0],
	Buffer
>;

/** The head of an answer, and its body as it comes. Whoever opens it reads or destroys it. */
export interface OpenedFile {
	statusCode: number;
	contentType?: string;
	body: FileStream;
}

export type Opening = { opened: OpenedFile } | { unanswered: Unanswered };

interface Caller {
	context: IExecutePaginationFunctions;
	/** As the engine prepared it: its base URL, proxy, certificate settings and time-out hold here too. */
	request: IHttpRequestOptions;
}

interface StreamAnswer {
	statusCode: number;
	headers: JsonRecord;
	body: FileStream;
}

const MAX_REDIRECTS = 3;

/** Opens a file whose URL is all it takes: the API key does not go along. Never throws. */
export async function openPublicFile(
	caller: Caller,
	url: string,
	signal: AbortSignal,
): Promise<Opening> {
	return await opening(
		() => '',
		async () => await requestPublicly(caller, { url }, signal),
	);
}

/**
 * Opens what only the API key opens, at the API's own address. A redirect is followed without the
 * key, wherever it leads. Never throws.
 *
 * @param path below the base URL
 */
export async function openWithKey(
	caller: Caller,
	path: string,
	signal: AbortSignal,
): Promise<Opening> {
	let apiKey = '';
	return await opening(
		() => apiKey,
		async () => {
			let answer = await requestWithKey(caller, path, signal, (key) => (apiKey = key));
			let url = addressOf(caller, path);
			for (let hops = 0; hops < MAX_REDIRECTS && isRedirect(answer.statusCode); hops++) {
				const location = text(answer.headers.location);
				if (location === undefined || !URL.canParse(location, url)) break;
				answer.body.destroy();
				url = new URL(location, url).href;
				answer = await requestPublicly(caller, { url, disableFollowRedirect: true }, signal);
			}
			return answer;
		},
	);
}

/**
 * The beginning of what only the API key opens, as text. No redirect is followed.
 *
 * @returns undefined when there is none to be had
 */
export async function readStartWithKey(
	caller: Caller,
	path: string,
	{ maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<string | undefined> {
	let apiKey = '';
	try {
		const answer = await requestWithKey(caller, path, signal, (key) => (apiKey = key));
		if (isRedirect(answer.statusCode)) {
			answer.body.destroy();
			return undefined;
		}
		const start = await firstBytes(answer.body, maxBytes);
		return redact(start.toString('utf8'), apiKey);
	} catch {
		return undefined;
	}
}

/** Where a path below the base URL is. */
export function addressOf({ request }: Pick<Caller, 'request'>, path: string): string {
	return `${String(request.baseURL).replace(/\/+$/, '')}${path}`;
}

async function firstBytes(body: FileStream, maxBytes: number): Promise<Buffer> {
	const pieces: Buffer[] = [];
	let length = 0;
	for await (const piece of body) {
		pieces.push(Buffer.from(piece));
		length += pieces.at(-1)?.length ?? 0;
		if (length >= maxBytes) break;
	}
	return Buffer.concat(pieces).subarray(0, maxBytes);
}

async function opening(key: () => string, request: () => Promise<StreamAnswer>): Promise<Opening> {
	try {
		const { statusCode, headers, body } = await request();
		const contentType = text(headers['content-type']);
		return {
			opened: { statusCode, body, contentType: contentType && redact(contentType, key()) },
		};
	} catch (error) {
		const unanswered = describeUnanswered(error);
		return { unanswered: { ...unanswered, message: redact(unanswered.message, key()) } };
	}
}

async function requestPublicly(
	{ context, request }: Caller,
	options: Pick<IHttpRequestOptions, 'url' | 'disableFollowRedirect'>,
	signal: AbortSignal,
): Promise<StreamAnswer> {
	return (await context.helpers.httpRequest({
		...toStreamRequest(request),
		...options,
		abortSignal: signal,
	})) as StreamAnswer;
}

async function requestWithKey(
	{ context, request }: Caller,
	path: string,
	signal: AbortSignal,
	onKey: (apiKey: string) => void,
): Promise<StreamAnswer> {
	// n8n puts the execution's own cancel signal into every such request, so this one is made on behalf
	// of a context whose signal is the one wanted here. It also tells the key that n8n reads anyway.
	const caller: IExecutePaginationFunctions = Object.create(context, {
		getExecutionCancelSignal: { value: () => signal },
		getCredentials: {
			value: async (type: string) => {
				const credential = await context.getCredentials(type);
				onKey(String(credential.apiKey).trim());
				return credential;
			},
		},
	});
	return (await context.helpers.httpRequestWithAuthentication.call(caller, CREDENTIAL_TYPE, {
		...toStreamRequest(request),
		url: addressOf({ request }, path),
		disableFollowRedirect: true,
	})) as StreamAnswer;
}

function toStreamRequest(request: IHttpRequestOptions): Omit<IHttpRequestOptions, 'url'> {
	const { proxy, skipSslCertificateValidation, timeout } = request;
	return {
		proxy,
		skipSslCertificateValidation,
		timeout,
		method: 'GET',
		headers: { 'Accept-Encoding': 'identity' },
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	};
}

const isRedirect = (statusCode: number) => [301, 302, 303, 307, 308].includes(statusCode);
