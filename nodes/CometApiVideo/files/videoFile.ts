import { describeProblem } from '../answers/problem';
import { shorten, type HttpAnswer } from '../http/exchange';
import { text, toText } from '../http/json';

/** The reason for no file, and the use of another try. */
export interface FileProblem {
	reason: string;
	/** Undefined where Get Status may fetch the file later. */
	fix?: string;
	/** `soon`: the file may not be there yet. `later`: something went wrong on the way. */
	again: 'soon' | 'later' | 'never';
}

const problem = (again: FileProblem['again'], reason: string, fix?: string): FileProblem => ({
	...{ reason, again },
	...(fix !== undefined && { fix }),
});

/** In ms, from the first try on: so long a finished video may not be there yet (docs/api.md). */
const NOT_YET_MS = 20_000;
const MAX_TRIES = 5;
const FIRST_PAUSE_MS = 1_000;

/** The pause in ms before the next try, if there is one; `sinceMs` counts from the first try. */
export function pauseBeforeNextMs(
	{ again }: Pick<FileProblem, 'again'>,
	tries: number,
	sinceMs: number,
): number | undefined {
	const pauseMs = FIRST_PAUSE_MS * 2 ** (tries - 1);
	if (again === 'later') return tries < MAX_TRIES ? pauseMs : undefined;
	const leftMs = NOT_YET_MS - sinceMs;
	return again === 'soon' && leftMs > 0 ? Math.min(pauseMs, leftMs) : undefined;
}

/** A media type, and the extension of a file's name. */
export interface VideoType {
	mimeType: string;
	extension: string;
}

/** First bytes of a file in hex, and its type. */
const CONTAINERS: Array<[start: RegExp, mimeType: string, extension: string]> = [
	// The box ftyp of QuickTime; else ftyp, styp, free, skip, wide, mdat or moov.
	[/^.{8}6674797071742020/, 'video/quicktime', 'mov'],
	[/^.{8}(66747970|73747970|66726565|736b6970|77696465|6d646174|6d6f6f76)/, 'video/mp4', 'mp4'],
	// Within the first 64 bytes, the word "matroska".
	[/^1a45dfa3(..){0,52}6d6174726f736b61/, 'video/x-matroska', 'mkv'],
	[/^1a45dfa3/, 'video/webm', 'webm'],
	[/^52494646.{8}41564920/, 'video/x-msvideo', 'avi'],
	// Two packets of a transport stream.
	[/^47.{374}47/, 'video/mp2t', 'ts'],
];

/** PNG, JPEG, GIF, WebP, ZIP and gzip. */
const OTHER_FILES = /^(89504e47|ffd8ff|47494638|52494646.{8}57454250|504b0304|1f8b)/;

/** The type of a video by its first bytes, else by the host's word; undefined for other files. */
export function videoTypeOf(head: Buffer, contentType = 'video/mp4'): VideoType | undefined {
	const hex = head.toString('hex');
	if (head.length === 0 || isText(head) || OTHER_FILES.test(hex)) return undefined;
	const [, mimeType, extension = ''] = CONTAINERS.find(([start]) => start.test(hex)) ?? [];
	if (mimeType !== undefined) return { mimeType, extension };
	const [type = ''] = contentType.toLowerCase().split(';', 1);
	const [medium, name = ''] = type.trim().split('/');
	if (medium !== 'video') return undefined;
	return { mimeType: type.trim(), extension: name.replace(/^x-|\W/g, '') };
}

/** No video begins without a byte that no text has. */
function isText(head: Buffer): boolean {
	return /^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(head.toString('latin1', 0, 16));
}

const BOX_HEAD_BYTES = 16;

/** Follows the boxes of an MP4 as its bytes pass, to tell one that was cut off. */
export class BoxReader {
	/** So far. */
	bytes = 0;
	private nextBox = 0;
	private boxHead = Buffer.alloc(0);
	private mediaEnd = 0;

	add(piece: Uint8Array): void {
		const start = this.bytes;
		this.bytes += piece.length;
		while (this.nextBox + this.boxHead.length < this.bytes) {
			const from = this.nextBox + this.boxHead.length - start;
			const missing = BOX_HEAD_BYTES - this.boxHead.length;
			this.boxHead = Buffer.concat([this.boxHead, piece.subarray(from, from + missing)]);
			if (this.boxHead.length < BOX_HEAD_BYTES) return;
			this.enterBox();
		}
	}

	/** True if the file ends within its pictures or their index; what follows these is no matter. */
	get isCutOff(): boolean {
		return this.mediaEnd > this.bytes;
	}

	private enterBox(): void {
		const head = this.boxHead;
		const short = head.readUInt32BE(0);
		const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
		// 0 and ffffffff stand for the rest of the file; with less than 8 it is no box.
		const isLast = size < 8 || short === 0xffffffff;
		this.nextBox = isLast ? Infinity : this.nextBox + size;
		if (!isLast && ['mdat', 'moov'].includes(head.toString('latin1', 4, 8))) {
			this.mediaEnd = this.nextBox;
		}
		// A box may be shorter than what was read of it.
		this.boxHead = head.subarray(size);
	}
}

type AnswerHead = Pick<HttpAnswer, 'statusCode' | 'headers'>;

/** True if an answer has a whole file, or a part that is all of it. */
export function hasWholeFile({ statusCode, headers }: AnswerHead): boolean {
	if (statusCode !== 206) return statusCode >= 200 && statusCode < 300 && statusCode !== 202;
	const range = /^bytes 0-(\d+)\/(\d+)$/i.exec(text(headers['content-range']) ?? '');
	return range !== null && Number(range[1]) + 1 === Number(range[2]);
}

/** Statuses and words of a file that may not be there yet. */
const NOT_YET = [202, 400, 403, 404, 409, 425];
const NOT_YET_WORDS =
	/not.{0,12}(ready|finish|complete|available|exist|found)|processing|in.?progress|pending|queue|generating|try again/i;
const PASSING = [408, 429];

/** The reason for no file. The API gives an error as HTTP 200, too; its address does not expire. */
export function judgeAnswer(
	answer: HttpAnswer & { head: Buffer },
	isAtTheApi: boolean,
): FileProblem {
	const { statusCode: status, head } = answer;
	const message = isText(head) ? describeProblem({ answer }).message : undefined;
	const quoting = (reason: string) => (message === undefined ? reason : `${reason}: ${message}`);
	const isNotYet = isText(head) && NOT_YET_WORDS.test(toText(answer.body) ?? '');
	if (hasWholeFile(answer)) {
		if (head.length === 0) return problem('later', 'The host of the video sent an empty file');
		const reason = quoting(`The host of the video sent ${typeOf(answer)} instead of a video`);
		return isAtTheApi || isNotYet
			? problem('soon', reason)
			: problem('never', reason, 'Open the URL in a browser to see what it is.');
	}
	if (status === 206) return problem('later', 'The host of the video sent only a part of it');
	if ([403, 404, 410].includes(status) && !isAtTheApi) {
		const reason = quoting(`The link to the video has expired (HTTP ${status})`);
		const fix = 'A link works for about a day. Get Status may have a fresh one.';
		return problem(status === 410 ? 'never' : 'soon', reason, fix);
	}
	const isPassing = status >= 500 || PASSING.includes(status);
	return problem(
		NOT_YET.includes(status) || isNotYet ? 'soon' : isPassing ? 'later' : 'never',
		quoting(`The host of the video answered HTTP ${status}`),
	);
}

const LONGEST_TYPE = 100;

/** The host's word for the file, if that says more than the bytes. */
function typeOf({ headers, head }: HttpAnswer & { head: Buffer }): string {
	const type = text(headers['content-type']) ?? '';
	if (type !== '' && !/^video\/|octet-stream/i.test(type)) return shorten(type, LONGEST_TYPE);
	return isText(head) ? 'text' : 'another file';
}

/** No video of the API comes near; an endless one would fill the disk. */
export const MAX_FILE_BYTES = 2_000_000_000;

const LINK_ONLY = "Without 'Download Video', the item has the link.";

export const tooLarge = problem(
	'never',
	`The file has more than ${MAX_FILE_BYTES / 1_000_000_000} GB, and this node downloads no more`,
	LINK_ONLY,
);

export const brokenOff = (message: string) =>
	problem('later', `The download was interrupted: ${shorten(message)}`);

export const blocked = (message: string) =>
	problem(
		'never',
		`n8n blocked the request: ${shorten(message)}`,
		`Ask whoever runs your n8n: its rules for outgoing requests don't allow this host. ${LINK_ONLY}`,
	);

export const notStored = (message: string) =>
	problem(
		'never',
		`n8n could not store the file: ${shorten(message)}`,
		`Ask whoever runs your n8n: its storage has no space or refuses this file. ${LINK_ONLY}`,
	);

export const cutOff = (bytes: number) =>
	problem('later', `The file has only ${bytes} bytes, and they end too early`);

export const stalled = problem('later', 'The download stalled');

/** @param last what the last try came to */
export function outOfTime(last?: FileProblem): FileProblem {
	const reason = "There was no time left of 'Max Wait' to download it";
	return problem('never', last ? `${reason}. Last: ${last.reason}` : reason);
}

/** A file's name from an id, which may have characters that no file system takes. */
export function nameOfFile(requestId: string, { extension }: VideoType): string {
	return `${requestId.replace(/[\\/:*?"<>|]/g, '_').slice(0, 200)}.${extension}`;
}
