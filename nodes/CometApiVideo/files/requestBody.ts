import { createHash, randomUUID } from 'node:crypto';

import { readPieces, type FileReader } from './binaryFile';
import { unreadable, type MediaFile } from './mediaFile';

/** A file in a body, as base64 or as its own bytes. */
export interface FilePart {
	file: MediaFile;
	encoding: 'base64' | 'bytes';
}

/** A text as it is sent, or a file that is read when the body's turn comes. */
export type BodyPart = string | FilePart;

/** A request body: its parts make one text when they stand in a row. */
export interface RequestBody {
	contentType: string;
	parts: BodyPart[];
}

/** A file as a text of a JSON body: its base64, behind the head of a data URL where there is one. */
class FileText {
	readonly file: MediaFile;
	readonly head: string;

	constructor(file: MediaFile, head = '') {
		this.file = file;
		this.head = head;
	}
}

/** A file as base64, or a URL as it is, for a field of `jsonBody`. */
export const asBase64 = (media: string | MediaFile): string | object =>
	typeof media === 'string' ? media : new FileText(media);

/** A file as data URL, or a URL as it is, for a field of `jsonBody`. */
export const asDataUrl = (media: string | MediaFile): string | object =>
	typeof media === 'string' ? media : new FileText(media, `data:${media.mimeType};base64,`);

/** @param fields may have files at any depth, by `asBase64` or `asDataUrl` */
export function jsonBody(fields: object): RequestBody {
	const files: MediaFile[] = [];
	const placeholder = randomUUID();
	const json = JSON.stringify(fields, (_name, value: unknown) => {
		if (!(value instanceof FileText)) return value;
		files.push(value.file);
		return `${value.head}${placeholder}`;
	});
	const parts = json.split(placeholder).flatMap((text, index): BodyPart[] => {
		const file = files[index];
		return file ? [text, { file, encoding: 'base64' }] : [text];
	});
	return { contentType: 'application/json', parts };
}

/**
 * SHA-256 of the body in hex; a file counts by the SHA-256 of its bytes.
 *
 * @throws InputError when a file is not as long as n8n says
 */
export async function digestBody(reader: FileReader, { parts }: RequestBody): Promise<string> {
	const hash = createHash('sha256');
	for (const part of parts) {
		hash.update(typeof part === 'string' ? part : await digestFile(reader, part.file));
	}
	return hash.digest('hex');
}

async function digestFile(reader: FileReader, { binary, bytes }: MediaFile): Promise<string> {
	const hash = createHash('sha256');
	let length = 0;
	await readPieces(reader, binary, (piece) => {
		hash.update(piece);
		length += piece.length;
	});
	// Before anything is paid for, not when the body's turn comes.
	if (length !== bytes) throw unreadable('The file');
	return hash.digest('hex');
}

/**
 * The body as one buffer: a string of that size would be copied several times on its way.
 *
 * @throws InputError when a file is not as long as n8n says
 */
export async function encodeBody(reader: FileReader, { parts }: RequestBody): Promise<Buffer> {
	const sizes = parts.map(encodedBytes);
	const body = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, 0));
	let start = 0;
	for (const [index, part] of parts.entries()) {
		const end = start + (sizes[index] ?? 0);
		const room = body.subarray(start, end);
		if (typeof part === 'string') room.write(part);
		else await writeFile(reader, part, room);
		start = end;
	}
	return body;
}

function encodedBytes(part: BodyPart): number {
	if (typeof part === 'string') return Buffer.byteLength(part);
	const { bytes } = part.file;
	return part.encoding === 'bytes' ? bytes : Math.ceil(bytes / 3) * 4;
}

/** @param room as long as the file is in its encoding */
async function writeFile(
	reader: FileReader,
	{ file, encoding }: FilePart,
	room: Buffer,
): Promise<void> {
	let bytes = 0;
	let length = 0;
	let rest: Buffer = Buffer.alloc(0);
	const writeBase64 = (piece: Buffer) => room.write(piece.toString('base64'), length, 'latin1');
	await readPieces(reader, file.binary, (piece) => {
		bytes += piece.length;
		if (encoding === 'bytes') {
			length += piece.copy(room, length);
			return;
		}
		const joined = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
		// Whole triplets only, so that what is encoded piece by piece is one base64 text.
		const whole = joined.length - (joined.length % 3);
		length += writeBase64(joined.subarray(0, whole));
		rest = joined.subarray(whole);
	});
	writeBase64(rest);
	if (bytes !== file.bytes) throw unreadable('The file');
}
