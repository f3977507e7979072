import type { IExecuteSingleFunctions } from 'n8n-workflow';

import { pause } from '../pause';
import type { HttpAnswer, Unanswered } from './exchange';
import { httpUrl, text, type JsonRecord } from './json';
import { redact } from './redact';
import {
	describeUnanswered,
	openAnswer,
	readAnswer,
	withoutKey,
	type Caller,
	type KnownKey,
	type RawAnswer,
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

/** By these, a container of videos can be told. */
const HEAD_BYTES = 400;

/** Words are short; an answer may as well be endless. */
const MAX_ANSWER_BYTES = 16_384;
const ANSWER_MS = 5_000;
const MAX_REDIRECTS = 5;

/**
 * Opens a file. Redirects are followed. Never throws.
 *
 * @param toApi undefined if the API did not tell this address. Else its key goes along as long as
 * the address is at the API's origin: this gives that for another name of the API's
 */
export async function openFile(
	{ context, request }: Caller,
	address: string,
	toApi: ((address: string) => string) | undefined,
	signal: AbortSignal,
): Promise<{ opened: OpenedFile } | { unanswered: Unanswered }> {
	const { baseURL, proxy, skipSslCertificateValidation, timeout } = request;
	const headers = { 'Accept-Encoding': 'identity' };
	const signals = { signal, clientSignal: signal };
	const key: KnownKey = { apiKey: '', isRead: false };
	try {
		let url = toApi?.(address) ?? address;
		let withKey = toApi !== undefined;
		for (let hops = 0; ; hops++) {
			withKey &&= new URL(url).origin === new URL(String(baseURL)).origin;
			const answer = await openAnswer<FileStream>(
				context,
				{ method: 'GET', url, headers, proxy, skipSslCertificateValidation, timeout },
				signals,
				withKey ? key : undefined,
			);
			const next = isRedirect(answer.statusCode) && toAddress(answer.headers.location, url);
			if (!next || hops === MAX_REDIRECTS) return { opened: await openBody(answer, signal, key) };
			answer.body.destroy();
			const atApi = (withKey && toApi?.(next)) || next;
			// One that leads to itself again and again is asked under its other name, without the key.
			url = atApi === url && hops > 0 ? next : atApi;
		}
	} catch (error) {
		const { phase, message } = describeUnanswered(error);
		return { unanswered: { phase, message: redact(message, key.apiKey) } };
	}
}

/** The URL of a path below the base URL. */
export function addressOf({ request }: Pick<Caller, 'request'>, path: string): string {
	return `${String(request.baseURL).replace(/(?<!\/)\/+$/, '')}${path}`;
}

const isRedirect = (statusCode: number) => [301, 302, 303, 307, 308].includes(statusCode);

function toAddress(location: unknown, base: string): string | undefined {
	const target = text(location);
	if (target === undefined || !URL.canParse(target, base)) return undefined;
	return httpUrl(new URL(target, base).href);
}

async function openBody(
	{ statusCode, headers, body }: RawAnswer<FileStream>,
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
