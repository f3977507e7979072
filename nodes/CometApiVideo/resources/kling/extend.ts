import { field, promptField } from '../../fields/field';
import { checkId } from '../../fields/requestId';
import { submitOperation } from '../resource';
import { klingApi, MAX_WAIT_S, PATHS } from './api';
import { cfgScale, custom, negativePrompt, sharedFields, toSubmission } from './fields';

const videoId = field(
	{
		displayName: 'Video ID',
		name: 'videoId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 812345678901234567',
		description:
			"The video's own ID, not the request ID. The output of the node that made the Kling video has it under 'video'.",
	},
	checkId(
		'a video ID',
		"the 'id' under 'video' in the output of the node that made the Kling video",
	),
);

const prompt = promptField({
	description: 'How the video goes on',
	placeholder: 'e.g. The camera moves back and shows the whole room',
});

export const extend = submitOperation({
	head: {
		name: 'Extend',
		value: 'extend',
		action: 'Extend Kling video',
		description: 'Make a longer video from a finished one, which you pay for as another video',
	},
	api: klingApi,
	submitPath: PATHS.extend,
	videoFields: [videoId, prompt],
	videoOptions: [cfgScale, custom, negativePrompt],
	maxWaitS: MAX_WAIT_S,
	async read(item) {
		const users = custom.read(item);
		return toSubmission(PATHS.extend, String(users.model_name ?? 'kling'), {
			video_id: users.video_id ?? videoId.read(item),
			prompt: users.prompt ?? prompt.read(item),
			...sharedFields(item),
		});
	},
});
