import { checkUrl } from '../../fields/checks';
import { customBodyFields, user } from '../../fields/options';
import { promptField } from '../../fields/prompt';
import { jsonBody } from '../../files/requestBody';
import type { Item } from '../../item';
import type { Submission } from '../../payment/submit';
import { kindOfJob } from '../../polling/durations';
import { submitOperation } from '../resource';
import { EDITS_PATH, grokApi, MAX_WAIT_S } from './api';
import { readBodyFields, readCustomFields } from './bodyFields';
import { model } from './model';
import { editPriceNotice } from './price';

export const edit = submitOperation({
	head: {
		name: 'Edit',
		value: 'edit',
		action: 'Edit Grok video',
		description: 'Make a new video from an existing one and a prompt',
	},
	api: grokApi,
	submitPath: EDITS_PATH,
	ofVideo: [
		model,
		{
			displayName: 'Video URL',
			name: 'videoUrl',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://example.com/video.mp4',
			description:
				'URL of the MP4 to edit, up to about 8.7 seconds long. It takes a URL, not a file, and CometAPI must be able to open it.',
		},
		promptField({
			description: 'What to change in the video',
			placeholder: 'e.g. Make the candle blue',
		}),
		editPriceNotice,
	],
	optionsOfVideo: [customBodyFields, user],
	maxWaitS: MAX_WAIT_S,
	read: readEdit,
});

async function readEdit(item: Item): Promise<Submission> {
	const url = checkUrl('Video URL', item.context.getNodeParameter('videoUrl'));
	const fields = readBodyFields(item, readCustomFields(item), { video: { url } });
	const model = String(fields.model);
	return { model, kind: kindOfJob('grok', model, 'edit'), body: jsonBody(fields) };
}
