import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import { checkCustomBodyFields, checkDuration, checkText } from '../checks';
import type { ItemRun } from '../job/itemRun';
import { makeVideo } from '../job/makeVideo';
import { model } from './model';
import { options, requestOptions, waitOptions } from './options';
import { waitForCompletion } from './wait';

export const createOperation: INodePropertyOptions = {
	name: 'Create',
	value: 'create',
	action: 'Create a video',
	description: 'Make a video from a text prompt',
	routing: {
		request: { method: 'POST', url: '/grok/v1/videos/generations' },
		send: { paginate: true },
		operations: { pagination: makeVideo(readBody) },
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
		displayName: 'Duration',
		name: 'duration',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 15, numberPrecision: 0 },
		default: 8,
		description: 'Length of the video in seconds. Every second costs.',
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
			{ name: 'Automatic', value: 'auto', description: '1:1' },
		],
		default: 'auto',
		description: 'Shape of the picture',
		routing: {
			send: {
				type: 'body',
				property: 'aspect_ratio',
				value: '={{ $value === "auto" ? "1:1" : $value }}',
			},
		},
	},
	waitForCompletion,
	options([...requestOptions, ...waitOptions]),
] satisfies INodeProperties[]);

/** The body that the routing above has put together, checked, with the user's own fields on top. */
function readBody({ context, request }: ItemRun): IDataObject {
	const sent = request.body as IDataObject;
	return {
		...sent,
		model: checkText('Model', sent.model),
		prompt: checkText('Prompt', sent.prompt),
		duration: checkDuration(sent.duration),
		...checkCustomBodyFields(context.getNodeParameter('options.customBodyFields', {})),
	};
}
