import type { INodeProperties } from 'n8n-workflow';

import { readBinaryImage, readDataUrl, type ImageFile } from '../files/image';
import type { Item } from '../item';
import { checkChoice, checkOneUrl, checkText } from './checks';

const IMAGE_SOURCES = ['none', 'url', 'binary'] as const;

/** What differs from family to family. */
type Texts = Record<
	'source' | 'url' | 'file',
	Pick<INodeProperties, 'description' | 'hint' | 'typeOptions'>
>;

/** The choice of an image to start from, and the field of each choice. */
export function imageFields({ source, url, file }: Texts): INodeProperties[] {
	return [
		{
			displayName: 'Image Source',
			name: 'imageSource',
			type: 'options',
			options: [
				{ name: 'Binary Data', value: 'binary', description: 'A file from the input item' },
				{ name: 'None', value: 'none', description: 'Only the prompt' },
				{ name: 'URL', value: 'url', description: 'An image at a URL' },
			],
			default: 'none',
			...source,
		},
		{
			displayName: 'Image URL',
			name: 'imageUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://example.com/image.png',
			...url,
			displayOptions: { show: { imageSource: ['url'] } },
		},
		{
			displayName: 'Input Data Field Name',
			name: 'inputDataFieldName',
			type: 'string',
			default: 'data',
			hint: 'The name of the input binary field that has the image',
			...file,
			displayOptions: { show: { imageSource: ['binary'] } },
		},
	];
}

export function readImageSource({ context }: Item): (typeof IMAGE_SOURCES)[number] {
	const value: unknown = context.getNodeParameter('imageSource', null);
	return checkChoice('Image Source', value, IMAGE_SOURCES, 'none');
}

/** The one image to start from: an http(s) URL, a file, or none. */
export async function readImage(item: Item): Promise<string | ImageFile | undefined> {
	const { context } = item;
	const parameter = (name: string) => context.getNodeParameter(name, null) as unknown;
	const source = readImageSource(item);
	if (source === 'binary') return await readBinaryImage(context, parameter('inputDataFieldName'));
	if (source === 'none') return undefined;
	const url = checkText('Image URL', parameter('imageUrl'));
	checkOneUrl('Image URL', url);
	return (await readDataUrl(context, url)) ?? url;
}
