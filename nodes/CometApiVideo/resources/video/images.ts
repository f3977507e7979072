import { InputError } from '../../errors';
import { checkText, checkUrl } from '../../fields/checks';
import { readImageSource } from '../../fields/imageSource';
import { readBinaryImage, type ImageFile } from '../../files/image';
import { parseJson } from '../../http/json';
import type { Item } from '../../item';
import type { FormValues } from './formFields';

/** The node's own limit: the body of a video is one buffer, and two of them may be on their way. */
export const MAX_IMAGES_MB = 25;

/** A comma belongs to a URL unless a blank or another URL follows, as when a list becomes text. */
const BETWEEN_URLS = /,?\s+|,(?=https?:\/\/)|,$/i;
const BETWEEN_NAMES = /\s*,\s*/;

/** The images to start from, as the form has them: files, or URLs, or none. */
export async function readImages(item: Item): Promise<FormValues> {
	const { context } = item;
	const parameter = (name: string) => context.getNodeParameter(name, null) as unknown;
	const source = readImageSource(item);
	if (source === 'none') return {};
	if (source === 'url') {
		const urls = listOf('Image URL', parameter('imageUrl'), BETWEEN_URLS);
		return { reference_urls: urls.map((url) => checkUrl('Image URL', url)) };
	}
	const files: ImageFile[] = [];
	for (const field of listOf(
		'Input Data Field Name',
		parameter('inputDataFieldName'),
		BETWEEN_NAMES,
	)) {
		files.push(await readBinaryImage(context, field));
	}
	checkTogether(files);
	return { input_reference: files };
}

/** A list as it is or as JSON text, one file alone, or the pieces of a text. */
function listOf(name: string, value: unknown, separator: RegExp): unknown[] {
	if (Array.isArray(value) && value.length > 0) return value;
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [value];
	const names = checkText(name, value);
	const list = names.startsWith('[') ? parseJson(names) : undefined;
	if (Array.isArray(list) && list.length > 0) return list;
	const pieces = names.split(separator).filter((piece) => piece !== '');
	if (pieces.length > 0) return pieces;
	// Names that came out empty are no wish for a video without an image.
	throw new InputError(`'${name}' names nothing`, `It came out as ${JSON.stringify(value)}.`);
}

function checkTogether(files: ImageFile[]): void {
	const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000_000;
	if (megabytes <= MAX_IMAGES_MB) return;
	throw new InputError(
		'The images of one video are too large together',
		`They have ${megabytes.toFixed(1)} MB, and this node sends up to ${MAX_IMAGES_MB} MB. Use smaller ones, or URLs.`,
	);
}
