import { checkId } from '../../fields/checks';
import { field, promptField } from '../../fields/field';
import { requestIdField, submitOperation } from '../resource';
import {
	cfgScale,
	custom,
	ID_LIKE,
	klingApi,
	negativePrompt,
	PATHS,
	sharedFields,
	toSubmission,
} from './fields';

/** Of the job that made the video. */
const requestId = requestIdField(ID_LIKE);

const source = "the 'id' under 'video' in the output of the node that made the Kling video";

const videoId = field(
	{
		displayName: 'Video ID',
		name: 'videoId',
		type: 'string',
		required: true,
		default: '',
		placeholder: `e.g. ${ID_LIKE}`,
		description:
			"The video's own ID, not the request ID. The output of the node that made the Kling video has it under 'video'.",
	},
	checkId('a video ID', source),
);

const prompt = promptField({
	description: 'How the video goes on',
	placeholder: 'e.g. The camera moves back and shows the whole room',
});

export const extend = submitOperation({
	name: 'Extend',
	value: 'extend',
	action: 'Extend Kling video',
	description: 'Make a longer video from one of Kling 1.6, which you pay for as another video',
	api: klingApi,
	submitPath: PATHS.extend,
	fields: [requestId, videoId, prompt, cfgScale, custom, negativePrompt],
	async read(item) {
		const overrides = custom.read(item);
		return toSubmission(PATHS.extend, String(overrides.model_name ?? 'kling'), {
			task_id: overrides.task_id ?? requestId.read(item),
			video_id: overrides.video_id ?? videoId.read(item),
			...sharedFields(item, prompt),
		});
	},
});
