import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import { checkDuration, checkText } from '../checks';
import type { ItemRun } from '../job/itemRun';
import { makeVideo } from '../job/makeVideo';
import type { Submission } from '../job/submit';
import { checkImageUrl, readBinaryImage } from '../media/image';
import { downloadAfterWaitFields } from './download';
import { model } from './model';
import { options, submitOptions } from './options';
import { priceNotices } from './price';
import { readSubmission } from './submission';
import { waitForCompletion } from './wait';

const ASPECT_RATIO =
	'={{ $value !== "auto" ? $value : $parameter.imageSource === "none" ? "1:1" : undefined }}';

export const createOperation: INodePropertyOptions = {
	name: 'Create',
	value: 'create',
	action: 'Create video',
	description: 'Make a video from a prompt, or from a prompt and an image',
	routing: {
		request: { method: 'POST', url: '/grok/v1/videos/generations' },
		send: { paginate: true },
		operations: { pagination: makeVideo(readCreate) },
	},
};

export const createFields = updateDisplayOptions({ show: { operation: ['create'] } }, [
	model,
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		typeOptions: { rows: 4 },
		required: true,
		default: '',
		placeholder: 'e.g. A candle flickers on a wooden table',
		description: 'What the video shows',
		routing: { send: { type: 'body', property: 'prompt' } },
	},
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
		description: 'JPEG, PNG or WebP of up to 20 MB',
		displayOptions: { show: { imageSource: ['binary'] } },
	},
	{
		displayName: 'Duration',
		name: 'duration',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 15, numberPrecision: 0 },
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
			{ name: '1080p', value: '1080p', description: 'For grok-imagine-video-1.5 only' },
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
	waitForCompletion,
	...downloadAfterWaitFields,
	options(submitOptions),
] satisfies INodeProperties[]);

async function readCreate(item: ItemRun): Promise<Submission> {
	const { context, request } = item;
	const sent = request.body as IDataObject;
	const submission = readSubmission(item, { duration: checkDuration(sent.duration) });
	const source = context.getNodeParameter('imageSource', 'none');
	if (source === 'url') checkImageUrl(checkText('Image URL', context.getNodeParameter('imageUrl')));
	if (source !== 'binary' || 'image' in submission.fields) return submission;
	const fieldName = checkText(
		'Input Data Field Name',
		context.getNodeParameter('inputDataFieldName'),
	);
	return { ...submission, image: await readBinaryImage(context, fieldName) };
}
