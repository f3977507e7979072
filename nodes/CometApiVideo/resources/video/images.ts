import { InputError } from '../../errors';
import { checkText, checkUrl, emptyValue } from '../../fields/checks';
import { imagesField } from '../../fields/imageSource';
import { MAX_IMAGE_MB, readBinaryImage, type ImageFile } from '../../files/image';
import { parseJson } from '../../http/json';
import type { FormValues } from './formFields';

/** The node's own limit: the body of a video is one buffer, and two of them may be on their way. */
const MAX_IMAGES_MB = 25;

/** A comma belongs to a URL unless a blank or another URL follows, as when a list becomes text. */
const BETWEEN_URLS = /,?\s+|,(?=https?:\/\/)|,$/i;
const BETWEEN_NAMES = /,/;

/** The images to start from, as the form has them: files, or URLs, or none. */
export const images = imagesField<FormValues>(
	{
		source: {
			description:
				'The images that the video starts from, if any. Some models take files only, some take URLs only.',
		},
		url: {
			hint: 'For several images, one URL per line',
			description: 'URL that opens the image itself. An expression may also give a list.',
			typeOptions: { rows: 2 },
		},
		file: {
			hint: 'The name of the input binary field that has the image; separate several with commas',
			description: `JPEG, PNG or WebP of up to ${MAX_IMAGE_MB} MB, and up to ${MAX_IMAGES_MB} MB together`,
		},
	},
	async (_item, value, label) => {
		const urls = listOf(value, label, BETWEEN_URLS);
		return { reference_urls: urls.map((url) => checkUrl(url, label)) };
	},
	async (item, value, label) => {
		const files: ImageFile[] = [];
		for (const name of listOf(value, label, BETWEEN_NAMES)) {
			files.push(await readBinaryImage(item, name));
		}
		checkTogether(files);
		return { input_reference: files };
	},
);

/** A list as it is or as JSON text, one file alone, or the pieces of a text. */
function listOf(value: unknown, label: string, separator: RegExp): unknown[] {
	if (Array.isArray(value) && value.length > 0) return value;
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [value];
	const names = checkText(value, label);
	const list = names.startsWith('[') ? parseJson(names) : undefined;
	if (Array.isArray(list) && list.length > 0) return list;
	const pieces = names
		.split(separator)
		.map((piece) => piece.trim())
		.filter((piece) => piece !== '');
	if (pieces.length > 0) return pieces;
	// Names that came out empty are no wish for a video without an image.
	throw emptyValue(label);
}

function checkTogether(files: ImageFile[]): void {
	const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000_000;
	if (megabytes <= MAX_IMAGES_MB) return;
	throw new InputError(
		'The images of one video are too large together',
		`They have ${megabytes.toFixed(1)} MB, and this node sends up to ${MAX_IMAGES_MB} MB. Use smaller ones, or URLs.`,
	);
}
