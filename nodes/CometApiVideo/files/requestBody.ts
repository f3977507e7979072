import { createHash, randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../errors';
import { inspectFile, piecesOf, type BinaryHelpers } from './binaryFile';
import type { ImageFile } from './image';

/** A file in a body, as base64 or as its own bytes. */
export interface FilePart {
	file: ImageFile;
	encoding: 'base64' | 'bytes';
}

/** A text as it is sent, or a file that is read when the body's turn comes. */
export type BodyPart = string | FilePart;

/** A request body: its parts make one text when they stand in a row. */
export interface RequestBody {
	contentType: string;
	parts: BodyPart[];
}

export function jsonBody(fields: IDataObject): RequestBody {
	return { contentType: 'application/json', parts: [JSON.stringify(fields)] };
}

/** @param build makes the fields, given the text that stands for the file's base64 */
export function jsonBodyWithFile(
	file: ImageFile,
	build: (base64: string) => IDataObject,
): RequestBody {
	const placeholder = randomUUID();
	const [start = '', end = ''] = JSON.stringify(build(placeholder)).split(placeholder);
	return { contentType: 'application/json', parts: [start, { file, encoding: 'base64' }, end] };
}

/**
 * SHA-256 of the body in hex; a file counts by the SHA-256 of its bytes.
 *
 * @throws InputError when a file is not as long as n8n says
 */
export async function digestBody(helpers: BinaryHelpers, { parts }: RequestBody): Promise<string> {
	const hash = createHash('sha256');
	for (const part of parts) {
		hash.update(typeof part === 'string' ? part : await digestFile(helpers, part.file));
	}
	return hash.digest('hex');
}

async function digestFile(helpers: BinaryHelpers, { binary }: ImageFile): Promise<string> {
	const hash = createHash('sha256');
	let length = 0;
	for await (const piece of piecesOf(helpers, binary)) {
		hash.update(piece);
		length += piece.length;
	}
	// Before anything is paid for, not when the body's turn comes.
	if (length !== (await inspectFile(helpers, binary)).bytes) throw unreadable();
	return hash.digest('hex');
}

function unreadable(): InputError {
	return new InputError(
		'The image cannot be read',
		"Its size in n8n's storage has changed. Run the node that outputs it again.",
	);
}

/**
 * The body as one buffer: a string of that size would be copied several times on its way.
 *
 * @throws InputError when a file is not as long as n8n says
 */
export async function encodeBody(helpers: BinaryHelpers, { parts }: RequestBody): Promise<Buffer> {
	const sizes = await Promise.all(parts.map(async (part) => await encodedBytes(helpers, part)));
	const body = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, 0));
	let length = 0;
	for (const part of parts) {
		length =
			typeof part === 'string'
				? length + body.write(part, length)
				: await writeFile(helpers, part, body, length);
	}
	if (length !== body.length) throw unreadable();
	return body;
}

async function encodedBytes(helpers: BinaryHelpers, part: BodyPart): Promise<number> {
	if (typeof part === 'string') return Buffer.byteLength(part);
	const { bytes } = await inspectFile(helpers, part.file.binary);
	return part.encoding === 'bytes' ? bytes : Math.ceil(bytes / 3) * 4;
}

/** @returns where in `body` the file ends */
async function writeFile(
	helpers: BinaryHelpers,
	{ file, encoding }: FilePart,
	body: Buffer,
	start: number,
): Promise<number> {
	let length = start;
	let rest: Buffer = Buffer.alloc(0);
	for await (const piece of piecesOf(helpers, file.binary)) {
		if (encoding === 'bytes') {
			length += piece.copy(body, length);
			continue;
		}
		const joined = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
		// Whole triplets only, so that what is encoded piece by piece is one base64 text.
		const whole = joined.length - (joined.length % 3);
		length += body.write(joined.toString('base64', 0, whole), length, 'latin1');
		rest = joined.subarray(whole);
	}
	return length + body.write(rest.toString('base64'), length, 'latin1');
}
