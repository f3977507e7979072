import { createHash, randomUUID } from 'node:crypto';

import { InputError } from '../errors';
import { readPieces, type FileReader, type MediaFile } from './binaryFile';
import { MAX_TOGETHER_MB } from './mediaFile';

/** A text as it is sent, or a file that is read when the body's turn comes. */
type BodyPart = string | { file: MediaFile; encoding: 'base64' | 'bytes' };

/** A request body: its parts make one text when they stand in a row. */
export interface RequestBody {
	contentType: string;
	parts: BodyPart[];
}

/** A file as a text of a JSON body: its base64, behind the head of a data URL where there is one. */
class FileText {
	readonly file: MediaFile;
	readonly head: string;

	constructor(file: MediaFile, head: string) {
		this.file = file;
		this.head = head;
	}
}

/** A file as base64, or a URL as it is, for a field of `jsonBody`. */
export const asBase64 = (media: string | MediaFile): string | object =>
	typeof media === 'string' ? media : new FileText(media, '');

/** A file as data URL, or a URL as it is, for a field of `jsonBody`. */
export const asDataUrl = (media: string | MediaFile): string | object =>
	typeof media === 'string' ? media : new FileText(media, `data:${media.mimeType};base64,`);

/** Files may be at any depth, by `asBase64` or `asDataUrl`. Throws InputError if too large. */
export function jsonBody(fields: object): RequestBody {
	const files: MediaFile[] = [];
	const placeholder = randomUUID();
	const json = JSON.stringify(fields, (_name, value: unknown) => {
		if (!(value instanceof FileText)) return value;
		files.push(value.file);
		return `${value.head}${placeholder}`;
	});
	checkTogether(files);
	const parts = json.split(placeholder).flatMap((text, index): BodyPart[] => {
		const file = files[index];
		return file ? [text, { file, encoding: 'base64' }] : [text];
	});
	return { contentType: 'application/json', parts };
}

/** The values of a form's fields, in order: a form repeats the name for more than one. */
export type FormValues = Record<string, Array<string | MediaFile>>;

/**
 * The fields as multipart/form-data (RFC 7578). Equal fields make equal bodies: the boundary is
 * their digest, so that none can hold it. Throws InputError when the files are too large together.
 */
export async function multipartBody(reader: FileReader, values: FormValues): Promise<RequestBody> {
	checkTogether(Object.values(values).flat());
	const boundary = await digestBody(reader, { contentType: '', parts: toParts(values, '') });
	return {
		contentType: `multipart/form-data; boundary=${boundary}`,
		parts: toParts(values, boundary),
	};
}

function checkTogether(media: Array<string | MediaFile>): void {
	const bytes = media.reduce((sum, each) => sum + (typeof each === 'string' ? 0 : each.bytes), 0);
	if (bytes <= MAX_TOGETHER_MB * 1_000_000) return;
	throw new InputError(
		'The files of one video are too large together',
		`They have ${(bytes / 1_000_000).toFixed(1)} MB, and this node sends up to ${MAX_TOGETHER_MB} MB. Use smaller ones, or URLs.`,
	);
}

/** Of the files whose media type has another name. */
const EXTENSIONS: Record<string, string> = { quicktime: 'mov', mpeg: 'mp3' };

function toParts(values: FormValues, boundary: string): BodyPart[] {
	const parts: BodyPart[] = [];
	let texts = '';
	const fields = Object.entries(values).flatMap(([name, all]) =>
		all.map((value) => ({ name, value })),
	);
	for (const [index, { name, value }] of fields.entries()) {
		texts += `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
		if (typeof value === 'string') {
			texts += `\r\n\r\n${value}\r\n`;
			continue;
		}
		const [medium = '', type = ''] = value.mimeType.split('/');
		texts += `; filename="${medium}${index}.${EXTENSIONS[type] ?? type}"\r\nContent-Type: ${value.mimeType}\r\n\r\n`;
		parts.push(texts, { file: value, encoding: 'bytes' });
		texts = '\r\n';
	}
	return [...parts, `${texts}--${boundary}--\r\n`];
}

/** As browsers write a name into a form's header. */
function quoted(name: string): string {
	return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** SHA-256 of the body, files by that of their bytes. Throws InputError if one has changed. */
export async function digestBody(reader: FileReader, { parts }: RequestBody): Promise<string> {
	const hash = createHash('sha256');
	for (const part of parts) {
		if (typeof part === 'string') {
			hash.update(part);
			continue;
		}
		const ofFile = createHash('sha256');
		if (!part.file.sha256) await readPieces(reader, part.file, (piece) => ofFile.update(piece));
		hash.update((part.file.sha256 ??= ofFile.digest('hex')));
	}
	return hash.digest('hex');
}

/** One buffer: a string would be copied. Throws InputError if a file has changed. */
export async function encodeBody(reader: FileReader, { parts }: RequestBody): Promise<Buffer> {
	const body = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + encodedBytes(part), 0));
	let end = 0;
	const append = (piece: Buffer) => (end += piece.copy(body, end));
	const appendText = (text: string, encoding?: BufferEncoding) =>
		(end += body.write(text, end, encoding));
	for (const part of parts) {
		if (typeof part === 'string') appendText(part);
		else if (part.encoding === 'bytes') await readPieces(reader, part.file, append);
		else {
			let rest: Buffer = Buffer.alloc(0);
			await readPieces(reader, part.file, (piece) => {
				const joined = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
				// Whole triplets only, so that what is encoded piece by piece is one base64 text.
				const whole = joined.length - (joined.length % 3);
				appendText(joined.toString('base64', 0, whole), 'latin1');
				rest = joined.subarray(whole);
			});
			appendText(rest.toString('base64'), 'latin1');
		}
	}
	return body;
}

function encodedBytes(part: BodyPart): number {
	if (typeof part === 'string') return Buffer.byteLength(part);
	const { bytes } = part.file;
	return part.encoding === 'bytes' ? bytes : Math.ceil(bytes / 3) * 4;
}
