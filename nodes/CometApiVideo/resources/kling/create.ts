import { isEmpty } from '../../fields/checks';
import { aspectRatioField, promptField, secondsField, switchField } from '../../fields/field';
import { imageField, lastFrameField } from '../../fields/media';
import { modelField } from '../../fields/model';
import { asBase64 } from '../../files/requestBody';
import { createHead, submitOperation } from '../resource';
import {
	cfgScale,
	custom,
	KLING,
	KLING_IMAGE,
	klingApi,
	mode,
	negativePrompt,
	PATHS,
	sharedFields,
	toSubmission,
} from './fields';

const ONE_IMAGE = { ...KLING, seconds: '5 or 10', images: 'one' };

/** Ids that others saw finish videos in September 2026, and the one that Extend is documented for. */
export const model = modelField({
	method: 'searchKlingModels',
	known: [
		{
			...{ ...ONE_IMAGE, name: 'Kling 2.6', ids: ['kling-v2-6'] },
			references: 'end frame, by third parties in Professional mode without sound only',
		},
		{
			...{ ...ONE_IMAGE, name: 'Kling 3', ids: ['kling-v3'] },
			references: 'end frame, by third parties',
		},
		{
			...{ ...ONE_IMAGE, name: 'Kling 1.6', ids: ['kling-v1-6'] },
			references: 'end frame not known; Extend takes its videos',
		},
	],
	dependsOn: ['operation'],
});

const prompt = promptField({
	description: 'Description of the video to generate, up to 500 characters',
});

const image = imageField(KLING_IMAGE);
const lastFrame = lastFrameField(KLING_IMAGE);
const duration = secondsField([5, 10], 5);

const automatic = {
	name: 'Automatic',
	value: 'auto',
	description: "The ratio of the input image, or Kling's default without one",
} as const;

const aspectRatio = aspectRatioField(['1:1', '16:9', '9:16', automatic], {
	default: 'auto',
	description: 'Aspect ratio of the video',
});

const sound = switchField({
	displayName: 'Sound',
	name: 'sound',
	default: false,
	description: 'Whether to generate sound with the video, if the model can',
});

export const create = submitOperation({
	...createHead(klingApi.resource),
	api: klingApi,
	submitPath: PATHS.text,
	fields: [
		...[model, prompt, image, duration, aspectRatio, mode, sound],
		...[cfgScale, custom, lastFrame, negativePrompt],
	],
	async read(item) {
		const overrides = custom.read(item);
		const overridesImages = 'image' in overrides;
		const [first] = overridesImages ? [] : await image.read(item);
		const [last] = overridesImages || first !== undefined ? await lastFrame.read(item) : [];
		const isFromText = [first, last, overrides.image, overrides.image_tail].every(isEmpty);
		const ratio = aspectRatio.read(item);
		const name = String(overrides.model_name ?? model.read(item));
		return toSubmission(isFromText ? PATHS.text : PATHS.image, name, {
			duration: duration.read(item),
			...(ratio !== 'auto' && { aspect_ratio: ratio }),
			mode: mode.read(item),
			...(sound.read(item) && { sound: 'on' }),
			...(first !== undefined && { image: asBase64(first) }),
			...(last !== undefined && { image_tail: asBase64(last) }),
			...sharedFields(item, prompt),
			model_name: name,
		});
	},
});
