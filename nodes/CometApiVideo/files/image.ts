import type { IBinaryData } from 'n8n-workflow';

import { InputError } from '../errors';
import { httpUrl, isRecord } from '../http/json';
import type { Item } from '../item';
import { inspectFile } from './binaryFile';

export const MAX_IMAGE_MB = 20;
const MAX_IMAGE_BYTES = MAX_IMAGE_MB * 1_000_000;

const LONGEST_DATA_HEAD = 200;

/** An image that is sent as a file, checked. */
export interface ImageFile {
	binary: IBinaryData;
	/** As its first bytes tell. */
	mimeType: string;
	bytes: number;
}

/**
 * The image in a binary field of the input item. The type is detected from the first bytes.
 *
 * @param field the field's name, or the file itself, as an expression gives it
 * @throws InputError when there is none, or none that CometAPI takes
 */
export async function readBinaryImage(item: Item, field: unknown): Promise<ImageFile> {
	const isFile = isBinaryValue(field);
	const name = isFile ? (field.fileName ?? 'file') : checkFieldName(field);
	const binary = isFile ? field : findBinary(item, name);
	return await checkImage(item, binary, `The file in '${name}'`);
}

/**
 * The image that a data URL holds, or undefined for an http(s) URL.
 *
 * @throws InputError when it is neither, or no image that CometAPI takes
 */
export async function readDataUrl(item: Item, url: string): Promise<ImageFile | undefined> {
	if (httpUrl(url) !== undefined) return undefined;
	const comma = url.indexOf(',');
	const head = url.slice(0, Math.max(0, comma)).slice(0, LONGEST_DATA_HEAD);
	if (!/^data:image\/(jpe?g|png|webp)(;[^;]*)*;\s*base64\s*$/i.test(head)) {
		throw new InputError(
			"'Image URL' must be a URL or a data URL of a JPEG, PNG or WebP image",
			`The value is ${url.slice(0, 100)}. Enter one that starts with https://.`,
		);
	}
	const data = withoutEscapes(url.slice(comma + 1));
	const binary = { data, mimeType: 'image/unknown' };
	return await checkImage(item, binary, "The data in 'Image URL'");
}

/** Base64 may stand in a URL with its + and / and = as %2B, %2F and %3D. */
function withoutEscapes(data: string): string {
	return data.replace(/%(2b|2f|3d)/gi, (escaped) => decodeURIComponent(escaped));
}

function checkFieldName(field: unknown): string {
	if (typeof field === 'string' && field.trim() !== '') return field.trim();
	if (isRecord(field) && 'mimeType' in field) {
		throw new InputError(
			"'Input Data Field Name' has a file without its content",
			'n8n gives expressions a file without its content. Enter the name of the input field instead, such as data.',
		);
	}
	const isNothing = field === undefined || field === null || typeof field === 'string';
	throw new InputError(
		`'Input Data Field Name' ${isNothing ? 'is empty' : 'must be the name of a field'}`,
		'Enter the name of the input field that has the file, such as data.',
	);
}

function findBinary({ context }: Item, fieldName: string): IBinaryData {
	const found = fileIn(context, fieldName);
	if (found) return found;
	const { binary = {}, json } = context.getInputData();
	// With n8n's combined binary mode the files of an item stand in its JSON.
	const inJson = isRecord(json._files) ? Object.keys(json._files) : [];
	const names = [...Object.keys(binary), ...inJson.map((name) => `_files.${name}`)];
	throw new InputError(
		`There is no file in '${fieldName}'`,
		names.length > 0
			? `The item has files in: ${names.slice(0, 20).join(', ')}. Enter one of these under 'Input Data Field Name'.`
			: 'The item has no files. Add a node before this one that outputs an image, such as Google Drive > Download.',
	);
}

function fileIn({ helpers }: Item['context'], fieldName: string): IBinaryData | undefined {
	try {
		return helpers.assertBinaryData(fieldName);
	} catch {
		return undefined;
	}
}

/** @param what how the messages begin */
async function checkImage(item: Item, given: IBinaryData, what: string): Promise<ImageFile> {
	// Some nodes wrap base64 in lines; pieces of it are decoded one by one.
	const binary = given.id ? given : { ...given, data: given.data.replace(/\s/g, '') };
	const file = await inspectFile(item, binary).catch(() => undefined);
	if (!file) {
		throw new InputError(
			`${what} cannot be read`,
			'Run the node that outputs it again. Ask whoever runs your n8n: in queue mode, all processes must share the storage of files.',
		);
	}
	const { head, bytes } = file;
	if (bytes === 0) throw new InputError(`${what} is empty`, 'Choose another file.');
	if (bytes > MAX_IMAGE_BYTES) {
		throw new InputError(
			`${what} is too large`,
			`It has ${(bytes / 1_000_000).toFixed(1)} MB, and CometAPI takes up to ${MAX_IMAGE_MB} MB. Make it smaller.`,
		);
	}
	const mimeType = imageTypeOf(head);
	if (!mimeType) {
		throw new InputError(
			`${what} is not an image that CometAPI accepts`,
			`Use a JPEG, PNG or WebP file. n8n calls this one ${binary.mimeType}.`,
		);
	}
	return { binary, mimeType, bytes };
}

function imageTypeOf(head: Buffer): string | undefined {
	const starts = (bytes: number[], at = 0) =>
		bytes.every((byte, index) => head[at + index] === byte);
	if (starts([0xff, 0xd8, 0xff])) return 'image/jpeg';
	if (starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
	const isRiff = starts([0x52, 0x49, 0x46, 0x46]);
	return isRiff && starts([0x57, 0x45, 0x42, 0x50], 8) ? 'image/webp' : undefined;
}

/** n8n's own test for a file, which n8n 1 does not export. */
function isBinaryValue(value: unknown): value is IBinaryData {
	return (
		isRecord(value) && typeof value.mimeType === 'string' && ('data' in value || 'id' in value)
	);
}
