import { shorten } from '../http/exchange';

/** Why there is no file yet, and whether another try may bring it. */
export interface FileRefusal {
	reason: string;
	fix: string;
	/** `soon`: the file may not be there yet. `later`: something went wrong on the way. */
	again: 'soon' | 'later' | 'never';
}

/** In ms, from the first try on: so long a finished video may not be there yet (docs/api.md). */
const NOT_YET_MS = 20_000;
const MAX_TRIES = 5;
const FIRST_PAUSE_MS = 1_000;

/** How many bytes of a file are looked at. */
export const VIDEO_HEAD_BYTES = 65_536;

export const TRY_LATER =
	"The operation 'Get Status' with 'Download Video' fetches it later, without paying again.";

/**
 * How long to wait before the next try, in ms; undefined when there is none.
 *
 * @param tries so far, from 1
 * @param sinceMs since the first try began
 */
export function pauseBeforeNextMs(
	{ again }: Pick<FileRefusal, 'again'>,
	tries: number,
	sinceMs: number,
): number | undefined {
	const pauseMs = FIRST_PAUSE_MS * 2 ** (tries - 1);
	if (again === 'later') return tries < MAX_TRIES ? pauseMs : undefined;
	const leftMs = NOT_YET_MS - sinceMs;
	return again === 'soon' && leftMs > 0 ? Math.min(pauseMs, leftMs) : undefined;
}

/**
 * What the head of an answer keeps from being the video.
 *
 * @param isAtTheApi the API answers 400 for a file that it does not have yet, also with an error as
 * HTTP 200; its address does not expire
 */
export function judgeAnswer(
	status: number,
	contentType: string | undefined,
	isAtTheApi: boolean,
): FileRefusal | undefined {
	const answered = { reason: `The host of the video answered HTTP ${status}`, fix: TRY_LATER };
	if ([403, 404].includes(status) && isAtTheApi) return { ...answered, again: 'soon' };
	if (status === 403 || status === 404 || status === 410) {
		return {
			reason: `The link to the video has expired (HTTP ${status})`,
			fix: "A link works for about a day. The operation 'Get Status' may have a fresh one.",
			again: status === 410 ? 'never' : 'soon',
		};
	}
	if ([202, 409, 425].includes(status) || (status === 400 && isAtTheApi)) {
		return { ...answered, again: 'soon' };
	}
	if (status === 206) {
		return {
			reason: 'The host of the video sent only a part of it',
			fix: TRY_LATER,
			again: 'later',
		};
	}
	if (status < 200 || status >= 300) {
		const isPassing = status >= 500 || status === 429 || status === 408;
		return { ...answered, again: isPassing ? 'later' : 'never' };
	}
	if (contentType === undefined || !OTHER_TYPES.test(contentType)) return undefined;
	const refusal = notAVideo(contentType);
	return isAtTheApi ? { ...refusal, fix: TRY_LATER, again: 'soon' } : refusal;
}

const OTHER_TYPES =
	/^\s*((text|image|audio|font)\/|application\/(json|xml|xhtml|javascript|ecmascript|pdf)|[^;]*\+(json|xml))/i;

/** The type under which the file is stored: what is no video by name, its bytes must prove. */
export function storedTypeOf(contentType: string | undefined): string {
	const type = contentType?.split(';')[0]?.trim().toLowerCase();
	return type?.startsWith('video/') ? type : 'video/mp4';
}

/**
 * What its first bytes tell of a stored file: the refusal of one that is no video or not all of it,
 * else its type. The length that the host promised is no help: it is that of the encoded file where
 * the host encodes it, and n8n does not tell. A connection that ends too early is an error already.
 *
 * @param bytes of the whole file
 */
export function judgeFile(
	{ head, bytes }: { head: Buffer; bytes: number },
	contentType: string | undefined,
): FileRefusal | { type: string } {
	if (bytes === 0) {
		return { reason: 'The host of the video sent an empty file', fix: TRY_LATER, again: 'later' };
	}
	const container = containerOf(head);
	const named = storedTypeOf(contentType);
	const isNamedVideo = contentType === undefined || /^\s*video\//i.test(contentType);
	if (container === undefined && (!isNamedVideo || isText(head))) {
		return notAVideo(isText(head) ? 'text' : String(contentType));
	}
	if (container === 'video/mp4' && missesBytes(head, bytes)) {
		return {
			reason: `The file has only ${bytes} bytes, and they end too early`,
			fix: TRY_LATER,
			again: 'later',
		};
	}
	return { type: isNamedVideo ? named : (container ?? named) };
}

function containerOf(head: Buffer): string | undefined {
	if (head.toString('latin1', 4, 8) === 'ftyp') return 'video/mp4';
	return head.toString('hex', 0, 4) === '1a45dfa3' ? 'video/webm' : undefined;
}

/** No video begins without a byte that no text has. */
function isText(head: Buffer): boolean {
	return /^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(head.toString('latin1', 0, 16));
}

/** Whether a box of the MP4 that begins within the head ends beyond the file. */
function missesBytes(head: Buffer, bytes: number): boolean {
	let at = 0;
	while (at + 16 <= head.length) {
		const short = head.readUInt32BE(at);
		const size = short === 1 ? Number(head.readBigUInt64BE(at + 8)) : short;
		// 0 stands for the rest of the file.
		if (size < 8) return false;
		at += size;
		if (at > bytes) return true;
	}
	return false;
}

const LONGEST_TYPE = 100;

function notAVideo(sent: string): FileRefusal {
	return {
		reason: `The host of the video sent ${shorten(sent, LONGEST_TYPE)} instead of a video`,
		fix: 'Open the URL in a browser to see what it is.',
		again: 'never',
	};
}
