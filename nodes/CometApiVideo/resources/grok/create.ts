import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { checkDuration, checkText } from '../../fields/checks';
import { customBodyFields, user } from '../../fields/options';
import { promptField } from '../../fields/prompt';
import { checkImageUrl, MAX_IMAGE_MB, readBinaryImage } from '../../files/image';
import { jsonBody, jsonBodyWithFile } from '../../files/requestBody';
import type { Item } from '../../item';
import type { Submission } from '../../payment/submit';
import { submitOperation } from '../resource';
import { GENERATIONS_PATH, grokApi, MAX_WAIT_S } from './api';
import { readBodyFields } from './bodyFields';
import { MODEL_1_5, model } from './model';
import { priceNotices } from './price';

const DURATION_S = { min: 1, max: 15 };

const ASPECT_RATIO =
	'={{ $value !== "auto" ? $value : $parameter.imageSource === "none" ? "1:1" : undefined }}';

const fields: INodeProperties[] = [
	model,
	promptField({
		description: 'Description of the video to generate',
		placeholder: 'e.g. A candle flickers on a wooden table',
	}),
	{
		displayName: 'Image Source',
		name: 'imageSource',
		type: 'options',
		options: [
			{ name: 'Binary Data', value: 'binary', description: 'A file from the input item' },
			{ name: 'None', value: 'none', description: 'The video is made from the prompt alone' },
			{ name: 'URL', value: 'url', description: 'A web address or a data URL' },
		],
		default: 'none',
		description: 'The image that the video starts from, if any',
	},
	{
		displayName: 'Image URL',
		name: 'imageUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://example.com/image.png',
		description: 'Address of a JPEG, PNG or WebP image, or a data URL of one',
		displayOptions: { show: { imageSource: ['url'] } },
		routing: { send: { type: 'body', property: 'image.url', value: '={{ $value.trim() }}' } },
	},
	{
		displayName: 'Input Data Field Name',
		name: 'inputDataFieldName',
		type: 'string',
		required: true,
		default: 'data',
		hint: 'The name of the input field containing the image file',
		description: `JPEG, PNG or WebP of up to ${MAX_IMAGE_MB} MB`,
		displayOptions: { show: { imageSource: ['binary'] } },
	},
	{
		displayName: 'Duration',
		name: 'duration',
		type: 'number',
		typeOptions: { minValue: DURATION_S.min, maxValue: DURATION_S.max, numberPrecision: 0 },
		default: 8,
		hint: 'In seconds',
		description: 'Length of the video. Every second costs.',
		routing: { send: { type: 'body', property: 'duration' } },
	},
	{
		displayName: 'Resolution',
		name: 'resolution',
		type: 'options',
		options: [
			{ name: '480p', value: '480p' },
			{ name: '720p', value: '720p', description: 'Costs more per second' },
			{ name: '1080p', value: '1080p', description: `For ${MODEL_1_5} only` },
		],
		default: '480p',
		description: 'Size of the picture',
		routing: { send: { type: 'body', property: 'resolution' } },
	},
	...priceNotices,
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		options: [
			{ name: '1:1 (Square)', value: '1:1' },
			{ name: '16:9 (Landscape)', value: '16:9' },
			{ name: '2:3', value: '2:3' },
			{ name: '3:2', value: '3:2' },
			{ name: '3:4', value: '3:4' },
			{ name: '4:3', value: '4:3' },
			{ name: '9:16 (Vertical)', value: '9:16' },
			{
				name: 'Automatic',
				value: 'auto',
				description: '1:1, or the shape of the image where there is one',
			},
		],
		default: 'auto',
		description: 'Shape of the picture. An image is stretched to a shape that is not its own.',
		routing: {
			send: {
				type: 'body',
				property: 'aspect_ratio',
				value: ASPECT_RATIO,
			},
		},
	},
];

export const create = submitOperation({
	head: {
		name: 'Create',
		value: 'create',
		action: 'Create video',
		description: 'Make a video from a prompt, or from a prompt and an image',
	},
	api: grokApi,
	submitPath: GENERATIONS_PATH,
	ofVideo: fields,
	optionsOfVideo: [customBodyFields, user],
	maxWaitS: MAX_WAIT_S,
	read: readCreate,
});

async function readCreate(item: Item): Promise<Submission> {
	const { context, request } = item;
	const sent = request.body as IDataObject;
	const body = readBodyFields(item, { duration: checkDuration(sent.duration, DURATION_S) });
	const model = String(sent.model).trim();
	const source = context.getNodeParameter('imageSource', 'none');
	if (source === 'url') checkImageUrl(checkText('Image URL', context.getNodeParameter('imageUrl')));
	if (source !== 'binary' || 'image' in body) return { model, body: jsonBody(body) };
	const fieldName = checkText(
		'Input Data Field Name',
		context.getNodeParameter('inputDataFieldName'),
	);
	const file = await readBinaryImage(context, fieldName);
	const withImage = (base64: string) => ({
		...body,
		image: { url: `data:${file.mimeType};base64,${base64}` },
	});
	return { model, body: jsonBodyWithFile(file, withImage) };
}
