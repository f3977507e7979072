import { checkUrl } from '../../fields/checks';
import { field, notice, promptField } from '../../fields/field';
import { jsonBody } from '../../files/requestBody';
import { durationKeyOf } from '../../polling/durations';
import { submitOperation } from '../resource';
import { custom, grokApi, model, readBody, user, VIDEOS_PATH } from './fields';

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

const price = notice(
	'editPrice',
	'You pay for each item. An edit is as long as its original, and CometAPI publishes no price for edits.',
);

export const edit = submitOperation({
	name: 'Edit',
	value: 'edit',
	action: 'Edit Grok video',
	description: 'Make a new video from an existing one and a prompt',
	api: grokApi,
	submitPath: `${VIDEOS_PATH}/edits`,
	fields: [model.picker, videoUrl, prompt, price, custom, user],
	async read(item) {
		const fields = readBody(item, prompt, { video: { url: videoUrl.read(item) } });
		const name = String(fields.model);
		const durationKey = durationKeyOf('grok', name, 'edit');
		return { model: name, durationKey, body: jsonBody(fields) };
	},
});
