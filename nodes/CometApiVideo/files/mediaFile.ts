import type { IBinaryData } from 'n8n-workflow';

import { InputError } from '../errors';
import { httpUrl, isRecord } from '../http/json';
import type { Item } from '../item';
import { inspectFile, unreadable, type MediaFile } from './binaryFile';

/** The node's own limit: the body of a video is one buffer, and two of them may be on their way. */
export const MAX_TOGETHER_MB = 25;

const LONGEST_DATA_HEAD = 200;

/** Files that CometAPI accepts in one place. */
export interface AcceptedMedia {
	/** With its article. */
	name: string;
	/** After "Use". */
	formats: string;
	maxMb: number;
	/** A data URL stands for a file, too. */
	isImage?: true;
	/** First bytes of such a file, in hex, and its media type. */
	types: Array<[start: RegExp, mimeType: string]>;
}

export const IMAGE: AcceptedMedia = {
	...{ name: 'an image', formats: 'a JPEG, PNG or WebP file', maxMb: 20, isImage: true },
	types: [
		[/^ffd8ff/, 'image/jpeg'],
		[/^89504e470d0a1a0a/, 'image/png'],
		[/^52494646.{8}57454250/, 'image/webp'],
	],
};

export const VIDEO: AcceptedMedia = {
	...{ name: 'a video', formats: 'an MP4 or MOV file', maxMb: MAX_TOGETHER_MB },
	types: [
		// The box ftyp of QuickTime; without it, the boxes of older files.
		[/^.{8}(6674797071742020|6d6f6f76|6d646174|77696465|66726565|736b6970)/, 'video/quicktime'],
		// The box ftyp, but not of HEIC, AVIF, M4A and M4B.
		[/^.{8}66747970(?!6865(6963|6978)|6d696631|61766966|4d3441|4d3442)/, 'video/mp4'],
	],
};

export const AUDIO: AcceptedMedia = {
	...{ name: 'an audio file', formats: 'an MP3 or WAV file', maxMb: MAX_TOGETHER_MB },
	types: [
		// A tag, or the head of a frame of layer III.
		[/^(494433|ff[ef][23ab])/, 'audio/mpeg'],
		[/^52494646.{8}57415645/, 'audio/wav'],
	],
};

/**
 * The file in a binary field of the input item, its type by its first bytes. Throws InputError.
 *
 * @param field the field's name, or the file itself, as an expression gives it
 */
export async function readBinaryFile(
	item: Item,
	field: unknown,
	label: string,
	accepted: AcceptedMedia,
): Promise<MediaFile> {
	const isFile = isBinaryValue(field);
	const name = isFile ? (field.fileName ?? 'file') : checkFieldName(field, label);
	const binary = isFile ? field : findBinary(item, name, label, accepted);
	return await checkFile(item, binary, `The file in '${name}'`, accepted);
}

/** The image that a data URL holds, or undefined for an http(s) URL. Throws InputError. */
export async function readDataUrl(
	item: Item,
	url: string,
	label: string,
	accepted = IMAGE,
): Promise<MediaFile | undefined> {
	if (httpUrl(url) !== undefined) return undefined;
	const comma = url.indexOf(',');
	const head = url.slice(0, Math.max(0, comma)).slice(0, LONGEST_DATA_HEAD);
	if (!/^data:image\/(jpe?g|png|webp)(;[^;]*)*;\s*base64\s*$/i.test(head)) {
		throw new InputError(
			`'${label}' must be a URL or a data URL of ${accepted.formats}`,
			`The value is ${url.slice(0, 100)}. Enter one that starts with https://.`,
		);
	}
	// Base64 may stand in a URL with its + and / and = as %2B, %2F and %3D.
	const data = url.slice(comma + 1).replace(/%(2b|2f|3d)/gi, decodeURIComponent);
	const binary = { data, mimeType: 'image/unknown' };
	return await checkFile(item, binary, `The data in '${label}'`, accepted);
}

function checkFieldName(field: unknown, label: string): string {
	if (typeof field === 'string' && field.trim() !== '') return field.trim();
	if (isRecord(field) && 'mimeType' in field) {
		throw new InputError(
			`'${label}' has a file without its content`,
			'n8n gives expressions a file without its content. Enter the name of the input field instead, such as data.',
		);
	}
	const isNothing = field === undefined || field === null || typeof field === 'string';
	throw new InputError(
		`'${label}' ${isNothing ? 'is empty' : 'must be the name of a field'}`,
		'Enter the name of the input field that has the file, such as data.',
	);
}

function findBinary(
	{ context }: Item,
	fieldName: string,
	label: string,
	accepted: AcceptedMedia,
): IBinaryData {
	const found = fileIn(context, fieldName);
	if (found) return found;
	const { binary = {}, json } = context.getInputData();
	// With n8n's combined binary mode the files of an item stand in its JSON.
	const inJson = isRecord(json._files) ? Object.keys(json._files) : [];
	const names = [...Object.keys(binary), ...inJson.map((name) => `_files.${name}`)];
	throw new InputError(
		`There is no file in '${fieldName}'`,
		names.length > 0
			? `The item has files in: ${names.slice(0, 20).join(', ')}. Enter one of these under '${label}'.`
			: `The item has no files. Add a node before this one that outputs ${accepted.name}, such as Google Drive > Download.`,
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
async function checkFile(
	item: Item,
	given: IBinaryData,
	what: string,
	accepted: AcceptedMedia,
): Promise<MediaFile> {
	// Some nodes wrap base64 in lines; pieces of it are decoded one by one.
	const binary = given.id ? given : { ...given, data: given.data.replace(/\s/g, '') };
	const file = await inspectFile(item, binary).catch(() => undefined);
	if (!file) throw unreadable(what);
	const { head, bytes } = file;
	if (bytes === 0) throw new InputError(`${what} is empty`, 'Choose another file.');
	if (bytes > accepted.maxMb * 1_000_000) {
		throw new InputError(
			`${what} is too large`,
			`It has ${(bytes / 1_000_000).toFixed(1)} MB, and ${accepted.isImage ? 'CometAPI takes' : 'this node sends'} up to ${accepted.maxMb} MB. Make it smaller.`,
		);
	}
	const hex = head.toString('hex');
	const [, mimeType] = accepted.types.find(([start]) => start.test(hex)) ?? [];
	if (mimeType === undefined) {
		throw new InputError(
			`${what} is not ${accepted.name} that CometAPI accepts`,
			`Use ${accepted.formats}. n8n calls this one ${binary.mimeType}.`,
		);
	}
	return { binary, mimeType, bytes };
}

/** n8n's own test for a file, which n8n 1 does not export. */
function isBinaryValue(value: unknown): value is IBinaryData {
	return (
		isRecord(value) && typeof value.mimeType === 'string' && ('data' in value || 'id' in value)
	);
}
