import { checkUrl } from '../../fields/checks';
import { field, notice, promptField } from '../../fields/field';
import { jsonBody } from '../../files/requestBody';
import { durationKeyOf } from '../../polling/durations';
import { submitOperation } from '../resource';
import { EDITS_PATH, grokApi, MAX_WAIT_S } from './api';
import { model, videoOptions, readBody } from './fields';

const videoUrl = field(
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
	checkUrl,
);

const prompt = promptField({
	description: 'What to change in the video',
	placeholder: 'e.g. Make the candle blue',
});

export const edit = submitOperation({
	head: {
		name: 'Edit',
		value: 'edit',
		action: 'Edit Grok video',
		description: 'Make a new video from an existing one and a prompt',
	},
	api: grokApi,
	submitPath: EDITS_PATH,
	videoFields: [
		...[model, videoUrl, prompt],
		notice(
			'editPrice',
			'You pay for each item. An edit is as long as its original, and CometAPI publishes no price for edits.',
		),
	],
	videoOptions,
	maxWaitS: MAX_WAIT_S,
	async read(item) {
		const fields = readBody(item, prompt, { video: { url: videoUrl.read(item) } });
		const name = String(fields.model);
		return {
			model: name,
			durationKey: durationKeyOf('grok', name, 'edit'),
			body: jsonBody(fields),
		};
	},
});
