import type { IExecuteSingleFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import { pause } from '../pause';
import type { HttpAnswer, Unanswered } from './exchange';
import { httpUrl, text, type JsonRecord } from './json';
import { redact } from './redact';
import {
	describeUnanswered,
	readAnswer,
	withOwnSignal,
	withoutKey,
	type Caller,
	type KnownKey,
} from './request';

/** A file on its way, as n8n's storage takes it. */
export type FileStream = Exclude<
	Parameters<IExecuteSingleFunctions['helpers']['prepareBinaryData']>[0],
	Buffer
>;

/** An answer whose body has only begun. Whoever opens it reads or destroys it. */
export interface OpenedFile {
	statusCode: number;
	/** Without the key. */
	headers: JsonRecord;
	/** The first HEAD_BYTES of the body at least, or all of a shorter one. */
	head: Buffer;
	/** The whole body. */
	content: Buffer | FileStream;
	/** Reads the body as an answer of a few kB, as far as it comes in a moment, and closes it. */
	readAnswer(): Promise<HttpAnswer>;
}

export type Opening = { opened: OpenedFile } | { unanswered: Unanswered };

interface StreamAnswer {
	statusCode: number;
	headers: JsonRecord;
	body: FileStream;
}

/** By these, a container of videos can be told. */
const HEAD_BYTES = 400;

/** Words are short; an answer may as well be endless. */
const MAX_ANSWER_BYTES = 16_384;
const ANSWER_MS = 5_000;

const MAX_REDIRECTS = 5;

/**
 * Opens a file. Redirects are followed. Never throws.
 *
 * @param toOwn undefined if the API did not tell this address. Else its key goes along as long as the
 * address is at the API's own origin, and nowhere else: this gives what stands under another name of
 * the API's its own name, and anything else back
 */
export async function openFile(
	caller: Caller,
	address: string,
	toOwn: ((address: string) => string) | undefined,
	signal: AbortSignal,
): Promise<Opening> {
	const key: KnownKey = { apiKey: '', isRead: false };
	try {
		const answer = await request(caller, address, toOwn, signal, key);
		return { opened: await openBody(answer, signal, key) };
	} catch (error) {
		const { phase, message } = describeUnanswered(error);
		return { unanswered: { phase, message: redact(message, key.apiKey) } };
	}
}

/** The URL of a path below the base URL. */
export function addressOf({ request }: Pick<Caller, 'request'>, path: string): string {
	return `${String(request.baseURL).replace(/(?<!\/)\/+$/, '')}${path}`;
}

async function request(
	caller: Caller,
	address: string,
	toOwn: ((address: string) => string) | undefined,
	signal: AbortSignal,
	key: KnownKey,
): Promise<StreamAnswer> {
	const api = new URL(String(caller.request.baseURL)).origin;
	let url = toOwn?.(address) ?? address;
	let withKey = toOwn !== undefined;
	for (let hops = 0; ; hops++) {
		withKey &&= new URL(url).origin === api;
		const ask = withKey ? requestWithKey : requestPublicly;
		const answer = await ask(caller, url, signal, key);
		const next = isRedirect(answer.statusCode)
			? toAddress(answer.headers.location, url)
			: undefined;
		if (next === undefined || hops === MAX_REDIRECTS) return answer;
		answer.body.destroy();
		const own = (withKey && toOwn?.(next)) || next;
		// One that leads to itself again and again is asked under its other name, without the key.
		url = own === url && hops > 0 ? next : own;
	}
}

function toAddress(location: unknown, base: string): string | undefined {
	const target = text(location);
	if (target === undefined || !URL.canParse(target, base)) return undefined;
	return httpUrl(new URL(target, base).href);
}

async function requestPublicly(
	{ context, request }: Caller,
	url: string,
	signal: AbortSignal,
): Promise<StreamAnswer> {
	const options = { ...toStreamRequest(request, url), abortSignal: signal };
	return (await context.helpers.httpRequest(options)) as StreamAnswer;
}

async function requestWithKey(
	{ context, request }: Caller,
	url: string,
	signal: AbortSignal,
	key: KnownKey,
): Promise<StreamAnswer> {
	const caller = withOwnSignal(context, { signal, clientSignal: signal }, key);
	const options = toStreamRequest(request, url);
	return (await context.helpers.httpRequestWithAuthentication.call(
		caller,
		CREDENTIAL_TYPE,
		options,
	)) as StreamAnswer;
}

function toStreamRequest(request: IHttpRequestOptions, url: string): IHttpRequestOptions {
	const { proxy, skipSslCertificateValidation, timeout } = request;
	return {
		proxy,
		skipSslCertificateValidation,
		timeout,
		url,
		method: 'GET',
		headers: { 'Accept-Encoding': 'identity' },
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
	};
}

async function openBody(
	{ statusCode, headers, body }: StreamAnswer,
	signal: AbortSignal,
	{ apiKey }: KnownKey,
): Promise<OpenedFile> {
	if (signal.aborted) body.destroy();
	signal.addEventListener('abort', () => body.destroy(), { once: true });
	const head = await readHead(body);
	// A stream that has ended takes nothing back.
	if (!body.readableEnded) body.unshift(head);
	const content = body.readableEnded ? head : body;
	return {
		statusCode,
		headers: withoutKey(headers, apiKey),
		head,
		content,
		async readAnswer() {
			const late = new AbortController();
			const answer = { statusCode, headers, body: content === head ? [head] : body };
			const reading = readAnswer(answer, late.signal, apiKey, MAX_ANSWER_BYTES);
			await pause(ANSWER_MS, signal, reading);
			late.abort();
			return await reading;
		},
	};
}

async function readHead(body: FileStream): Promise<Buffer> {
	const pieces: Uint8Array[] = [];
	let bytes = 0;
	for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
		pieces.push(piece);
		bytes += piece.length;
		if (bytes >= HEAD_BYTES) break;
	}
	return Buffer.concat(pieces);
}

const isRedirect = (statusCode: number) => [301, 302, 303, 307, 308].includes(statusCode);
