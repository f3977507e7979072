import type { INodeProperties } from 'n8n-workflow';

import { IMAGE, readBinaryFile, readDataUrl, type MediaFile } from '../files/mediaFile';
import type { Item } from '../item';
import { checkFileUrl, checkText } from './checks';
import { asUserGaveIt, choiceField, field, type Field } from './field';
import { meaningOfTexts } from './meaning';

/** Texts that differ from family to family. */
type Texts = Record<
	'source' | 'url' | 'file',
	Pick<INodeProperties, 'description' | 'hint' | 'typeOptions'>
>;

type FromValue<T> = (item: Item, value: unknown, label: string) => Promise<T>;

/**
 * The choice of an image to start from, and the field of each choice.
 *
 * @param fromUrl reads what the user gave as URL
 * @param fromFile reads what the user gave as name of a field
 */
export function imagesField<T>(
	{ source, url, file }: Texts,
	fromUrl: FromValue<T>,
	fromFile: FromValue<T>,
): Field<Promise<T | undefined>> {
	const choice = choiceField({
		displayName: 'Image Source',
		name: 'imageSource',
		options: [
			{ name: 'Binary Data', value: 'binary', description: 'A file from the input item' },
			{ name: 'None', value: 'none', description: 'Only the prompt' },
			{ name: 'URL', value: 'url', description: 'An image at a URL' },
		],
		default: 'none',
		...source,
	});
	const imageUrl = field(
		{
			displayName: 'Image URL',
			name: 'imageUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://example.com/image.png',
			...url,
			displayOptions: { show: { imageSource: ['url'] } },
		},
		(value, label) => (item: Item) => fromUrl(item, value, label),
	);
	const fieldName = field(
		{
			displayName: 'Input Data Field Name',
			name: 'inputDataFieldName',
			type: 'string',
			default: 'data',
			hint: 'The name of the input binary field that has the image',
			...file,
			displayOptions: { show: { imageSource: ['binary'] } },
		},
		(value, label) => (item: Item) => fromFile(item, value, label),
	);
	return {
		properties: [choice, imageUrl, fieldName].flatMap(({ properties }) => properties),
		async read(item) {
			const from = choice.read(item);
			if (from === 'url') {
				return await imageUrl
					.read(item)(item)
					.catch((error: unknown) => {
						throw asUserGaveIt(error, item, 'imageUrl');
					});
			}
			if (from === 'binary') return await fieldName.read(item)(item);
			return undefined;
		},
		meaning(lookup) {
			const from = choice.meaning(lookup);
			// The field that is not asked for keeps its value.
			const url = from === 'binary' ? null : lookup('imageUrl');
			const file = from === 'url' ? null : (lookup('inputDataFieldName') ?? 'data');
			return from === 'none' ? from : [from, url, file].map(meaningOfTexts);
		},
	};
}

const ONE_IMAGE: Texts = {
	source: { description: 'The image that the video starts from, if any' },
	url: { description: 'URL of a JPEG, PNG or WebP image, or a data URL' },
	file: { description: `JPEG, PNG or WebP of up to ${IMAGE.maxMb} MB` },
};

/** One image to start from: an http(s) URL, a file, or none. */
export const imageField = (): Field<Promise<string | MediaFile | undefined>> =>
	imagesField<string | MediaFile>(
		ONE_IMAGE,
		async (item, value, label) => {
			const url = checkText(value, label);
			checkFileUrl(url, label);
			return (await readDataUrl(item, url, label)) ?? url;
		},
		(item, value, label) => readBinaryFile(item, value, label, IMAGE),
	);
