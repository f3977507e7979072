import { InputError } from '../../errors';
import { checkUrl, isEmpty } from '../../fields/checks';
import {
	aspectRatioField,
	choiceField,
	durationField,
	field,
	promptField,
	switchField,
} from '../../fields/field';
import { listOf, mediaField } from '../../fields/media';
import { modelField } from '../../fields/model';
import { asBase64 } from '../../files/requestBody';
import { submitOperation } from '../resource';
import { custom, KLING, KLING_IMAGE, klingApi, mode, PATHS, toSubmission } from './fields';

const OMNI = {
	...{ ...KLING, seconds: '3 to 10', images: 'up to 7, or 4 beside a video' },
	references: 'one video by URL',
};

export const omniModel = modelField({
	method: 'searchKlingOmniModels',
	known: [
		{ ...OMNI, name: 'Kling O1', ids: ['kling-video-o1'] },
		{
			...{ ...OMNI, name: 'Kling 3 Omni', ids: ['kling-v3-omni'] },
			references: "one video by URL, by its maker's pages",
		},
	],
	dependsOn: ['operation'],
});

const prompt = promptField({
	description:
		'Description of the video, up to 2,500 characters. <<<image_1>>> and <<<video_1>>> stand for the references.',
	placeholder: 'e.g. The person in <<<image_1>>> walks through the rain',
});

const MOST = 7;
const MOST_BESIDE_VIDEO = 4;

const images = mediaField(
	{
		displayName: 'Reference Images',
		name: 'referenceImages',
		hint: 'URLs, or names of input binary fields; separate several with commas',
		description: `Up to ${MOST} images, or ${MOST_BESIDE_VIDEO} beside a video. JPEG or PNG, each up to ${KLING_IMAGE.maxMb} MB.`,
	},
	KLING_IMAGE,
	MOST,
);

/** Kling takes images as files, but videos by URL only. */
const video = field(
	{
		displayName: 'Reference Video',
		name: 'referenceVideos',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://example.com/video.mp4',
		description: 'URL of one MP4 or MOV of 3 to 10 seconds that CometAPI can open',
	},
	(value, label) => {
		const [url, ...others] = listOf(value, label);
		if (others.length === 0) return url === undefined ? undefined : checkUrl(url, label);
		throw new InputError(`'${label}' must be one URL`, 'Remove the others.');
	},
);

/** The choices are in Kling's words. */
const referType = choiceField({
	displayName: 'Use of the Video',
	name: 'referType',
	options: [
		{ name: 'Change It', value: 'base', description: 'The result is as long as this video' },
		{ name: 'Follow It', value: 'feature', description: 'Take its style or its camera' },
	],
	default: 'feature',
	description: "What the 'Reference Video' is for",
});

const duration = durationField(3, 10, 5);

const aspectRatio = aspectRatioField(['1:1', '16:9', '9:16'], {
	default: '16:9',
	description: 'Aspect ratio of the video',
});

const keepSound = switchField({
	displayName: 'Keep Original Sound',
	name: 'options.keepOriginalSound',
	default: true,
	description: "Whether the video has the sound of the 'Reference Video'",
});

export const createFromReferences = submitOperation({
	name: 'Create From References',
	value: 'createFromReferences',
	action: 'Create Kling video from references',
	description: 'Generate a video from a prompt with images, or with a video to follow or change',
	api: klingApi,
	submitPath: PATHS.references,
	fields: [
		...[omniModel, prompt, images, video, referType],
		...[duration, aspectRatio, mode, custom, keepSound],
	],
	async read(item) {
		const overrides = custom.read(item);
		const stills = 'image_list' in overrides ? [] : await images.read(item);
		const url = 'video_list' in overrides ? undefined : video.read(item);
		if (
			[...stills, url, overrides.image_list, overrides.video_list, overrides.element_list].every(
				isEmpty,
			)
		) {
			// It would be another video than the one that is meant.
			throw new InputError(
				"'Reference Images' and 'Reference Video' are both empty",
				'Fill in one of them, or choose Create, which needs no reference.',
			);
		}
		if (url !== undefined && stills.length > MOST_BESIDE_VIDEO) {
			throw new InputError(
				"'Reference Images' has too many files",
				`There are ${stills.length}. Give at most ${MOST_BESIDE_VIDEO} beside a video.`,
			);
		}
		const use = referType.read(item);
		const sound = keepSound.read(item) ? 'yes' : 'no';
		const shape = { duration: String(duration.read(item)), aspect_ratio: aspectRatio.read(item) };
		const name = String(overrides.model_name ?? omniModel.read(item));
		return toSubmission(PATHS.references, name, {
			prompt: overrides.prompt ?? prompt.read(item),
			mode: mode.read(item),
			// A changed video keeps its length and its ratio.
			...((url === undefined || use === 'feature') && shape),
			...(stills.length > 0 && {
				image_list: stills.map((image_url) => ({ image_url: asBase64(image_url) })),
			}),
			...(url !== undefined && {
				video_list: [{ video_url: url, refer_type: use, keep_original_sound: sound }],
			}),
			...overrides,
			model_name: name,
		});
	},
});
