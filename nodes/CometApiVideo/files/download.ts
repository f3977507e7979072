import type { IBinaryData, IHttpRequestOptions } from 'n8n-workflow';

import { downloadFailed, stopped, type VideoErrorFacts } from '../errors';
import { text, type JsonRecord } from '../http/json';
import { describeUnanswered } from '../http/request';
import type { Item } from '../item';
import { pause, untilStopped } from '../pause';
import { inspectFile } from './binaryFile';

const MAX_TRIES = 5;
const FIRST_PAUSE_MS = 1_000;

/** A finished video and where it is. */
export type FinishedFacts = VideoErrorFacts & { requestId: string; url: string };

/** How a try to get the file ended. `again` says that another one may do better. */
type Try = { binary: IBinaryData } | Refusal;

interface Refusal {
	reason: string;
	fix: string;
	again: boolean;
}

/**
 * Streams the video into n8n's binary storage. The API key does not go along: the file is on another
 * host, and its URL is all it takes.
 *
 * @param fileName undefined names the file after the request id
 * @throws VideoError with id and URL when the file is not to be had, or on Stop
 */
export async function downloadVideo(
	item: Item,
	facts: FinishedFacts,
	fileName = `${facts.requestId}.mp4`,
): Promise<IBinaryData> {
	for (let tries = 1; ; tries++) {
		const result = await untilStopped(fetchFile(item, facts.url, fileName), item.signal);
		if (!result || item.signal.aborted) throw stopped(facts.requestId);
		if ('binary' in result) return result.binary;
		if (!result.again || tries === MAX_TRIES) throw downloadFailed(result, facts);
		await pause(FIRST_PAUSE_MS * 2 ** (tries - 1), item.signal);
		if (item.signal.aborted) throw stopped(facts.requestId);
	}
}

async function fetchFile(item: Item, url: string, fileName: string): Promise<Try> {
	const { helpers } = item.context;
	try {
		const answer = await helpers.httpRequest(toRequest(item, url));
		const { statusCode, headers, body } = answer;
		const refusal = refuse(statusCode, text(headers['content-type']));
		if (refusal) {
			body.destroy();
			return refusal;
		}
		const mimeType = text(headers['content-type'])?.split(';')[0] ?? 'video/mp4';
		const binary = await helpers.prepareBinaryData(body, fileName, mimeType);
		const { head, bytes } = await inspectFile(helpers, binary);
		return checkLength(bytes, headers) ?? checkStart(head) ?? { binary };
	} catch (error) {
		const { sent, code, message } = describeUnanswered(error);
		const heldBack = !sent && code === undefined;
		return { reason: `The download broke off: ${message}`, fix: TRY_LATER, again: !heldBack };
	}
}

/** Proxy and certificate settings of the node hold for this host too; its credential does not. */
function toRequest({ request, signal }: Item, url: string): IHttpRequestOptions {
	const { proxy, skipSslCertificateValidation, timeout } = request;
	return {
		url,
		proxy,
		skipSslCertificateValidation,
		timeout,
		headers: { 'Accept-Encoding': 'identity' },
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		abortSignal: signal,
	};
}

const TRY_LATER =
	"Operation 'Get Status' with 'Download Video' gets it later, without paying again.";

function refuse(status: number, contentType = 'video/mp4'): Refusal | undefined {
	if (status === 403 || status === 404 || status === 410) {
		return {
			reason: `The link to the video has expired (HTTP ${status})`,
			fix: "Links last about a day. Operation 'Get Status' may bring a fresh one.",
			again: false,
		};
	}
	if (status < 200 || status >= 300) {
		const again = status >= 500 || status === 429 || status === 408;
		return { reason: `The host of the video answered HTTP ${status}`, fix: TRY_LATER, again };
	}
	if (/^(text\/|application\/(json|xml|xhtml))/i.test(contentType)) return notAVideo(contentType);
	return undefined;
}

function checkLength(bytes: number, headers: JsonRecord): Refusal | undefined {
	if (bytes === 0) {
		return { reason: 'The host of the video sent an empty file', fix: TRY_LATER, again: true };
	}
	const promised = text(headers['content-length']);
	if (promised === undefined || Number(promised) === bytes) return undefined;
	const reason = `The download has ${bytes} bytes instead of ${promised}`;
	return { reason, fix: TRY_LATER, again: true };
}

/** A page or an error message that is sent as if it were a video. */
function checkStart(head: Buffer): Refusal | undefined {
	return /^\s*[<{]/.test(head.toString('latin1')) ? notAVideo('text') : undefined;
}

function notAVideo(sent: string): Refusal {
	return {
		reason: `The host of the video sent ${sent} instead of a video`,
		fix: 'Open the URL in a browser to see what it is.',
		again: false,
	};
}
