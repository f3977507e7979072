import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import { checkWebAddress } from '../checks';
import type { ItemRun } from '../job/itemRun';
import { makeVideo } from '../job/makeVideo';
import type { Submission } from '../job/submit';
import { downloadAfterWaitFields } from './download';
import { model } from './model';
import { options, submitOptions } from './options';
import { readSubmission } from './submission';
import { waitForCompletion } from './wait';

export const editOperation: INodePropertyOptions = {
	name: 'Edit',
	value: 'edit',
	action: 'Edit video',
	description: 'Make a new video from an existing one',
	routing: {
		request: { method: 'POST', url: '/grok/v1/videos/edits' },
		send: { paginate: true },
		operations: { pagination: makeVideo(readEdit) },
	},
};

export const editFields = updateDisplayOptions({ show: { operation: ['edit'] } }, [
	model,
	{
		displayName: 'Video URL',
		name: 'videoUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://example.com/video.mp4',
		description: 'Web address of the MP4 to edit, up to about 8.7 seconds long',
		routing: { send: { type: 'body', property: 'video.url' } },
	},
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		typeOptions: { rows: 4 },
		required: true,
		default: '',
		placeholder: 'e.g. Make the candle blue',
		description: 'What to change in the video',
		routing: { send: { type: 'body', property: 'prompt' } },
	},
	waitForCompletion,
	...downloadAfterWaitFields,
	options(submitOptions),
] satisfies INodeProperties[]);

async function readEdit(item: ItemRun): Promise<Submission> {
	const url = checkWebAddress('Video URL', item.context.getNodeParameter('videoUrl'));
	return readSubmission(item, { video: { url } });
}
