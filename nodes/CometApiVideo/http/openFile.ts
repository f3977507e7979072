import type { IExecuteSingleFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import type { Unanswered } from './exchange';
import { text, type JsonRecord } from './json';
import { redact } from './redact';
import { describeUnanswered, withOwnSignal, type Caller, type KnownKey } from './request';

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
	return await opening(async () => await requestPublicly(caller, { url }, signal));
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
	return await opening(async (key) => {
		let answer = await requestWithKey(caller, path, signal, key);
		let url = addressOf(caller, path);
		for (let hops = 0; hops < MAX_REDIRECTS && isRedirect(answer.statusCode); hops++) {
			const location = text(answer.headers.location);
			if (location === undefined || !URL.canParse(location, url)) break;
			answer.body.destroy();
			url = new URL(location, url).href;
			answer = await requestPublicly(caller, { url, disableFollowRedirect: true }, signal);
		}
		return answer;
	});
}

/** Where a path below the base URL is. */
export function addressOf({ request }: Pick<Caller, 'request'>, path: string): string {
	return `${String(request.baseURL).replace(/\/+$/, '')}${path}`;
}

async function opening(request: (key: KnownKey) => Promise<StreamAnswer>): Promise<Opening> {
	const key: KnownKey = { apiKey: '', isRead: false };
	const shown = (words: string) => redact(words, key.apiKey);
	try {
		const { statusCode, headers, body } = await request(key);
		const contentType = text(headers['content-type']);
		return { opened: { statusCode, body, contentType: contentType && shown(contentType) } };
	} catch (error) {
		const unanswered = describeUnanswered(error);
		return { unanswered: { ...unanswered, message: shown(unanswered.message) } };
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
	key: KnownKey,
): Promise<StreamAnswer> {
	const caller = withOwnSignal(context, { signal, clientSignal: signal }, key);
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
