import type { IDataObject } from 'n8n-workflow';

import { customBodyFields } from '../../fields/bodyFields';
import { isEmpty } from '../../fields/checks';
import {
	choiceField,
	numberField,
	option,
	optionalTextField,
	promptField,
	secondsField,
	switchField,
} from '../../fields/field';
import { imageField } from '../../fields/imageSource';
import type { KnownModel } from '../../fields/knownModels';
import { modelField } from '../../fields/model';
import { jsonBody, jsonBodyWithFile } from '../../files/requestBody';
import type { Item } from '../../item';
import type { Submission } from '../../payment/submit';
import { durationKeyOf } from '../../polling/durations';
import { createHead, submitOperation } from '../resource';
import { klingApi, MAX_WAIT_S, PATHS } from './api';

const KLING = {
	...{ maker: 'Kuaishou (Kling)', seconds: '5 or 10', byDefault: 5, images: 'one' },
	usdPerVideo: '$0.13 to $2.64',
};

/** Ids that others saw finish videos in September 2026; CometAPI has no list of Kling's names. */
export const KNOWN_MODELS: readonly [KnownModel, ...KnownModel[]] = [
	{ ...KLING, name: 'Kling 2.6', ids: ['kling-v2-6'] },
	{ ...KLING, name: 'Kling 3', ids: ['kling-v3'] },
];

export const model = modelField({ method: 'searchKlingModels', known: KNOWN_MODELS });

const prompt = promptField({
	description: 'Description of the video to generate, up to 500 characters',
	placeholder: 'e.g. A candle flickers on a wooden table',
});

const image = imageField();

const duration = secondsField([5, 10], 5);

const aspectRatio = choiceField({
	displayName: 'Aspect Ratio',
	name: 'aspectRatio',
	options: [
		{ name: '1:1 (Square)', value: '1:1' },
		{ name: '16:9 (Landscape)', value: '16:9' },
		{ name: '9:16 (Vertical)', value: '9:16' },
		{
			name: 'Automatic',
			value: 'auto',
			description: "The ratio of the input image, or Kling's default without one",
		},
	],
	default: 'auto',
	description: 'Aspect ratio of the video',
});

const mode = choiceField({
	displayName: 'Mode',
	name: 'qualityMode',
	options: [
		{ name: 'Professional', value: 'pro', description: 'Better quality, costs more' },
		{ name: 'Standard', value: 'std' },
	],
	default: 'std',
	description: 'Quality of the video',
});

const sound = switchField({
	displayName: 'Sound',
	name: 'sound',
	default: false,
	description: 'Whether to generate sound with the video, if the model can',
});

const cfgScale = option(
	numberField(
		{
			displayName: 'CFG Scale',
			name: 'cfgScale',
			default: 0.5,
			description: 'How closely to follow the prompt',
		},
		{ min: 0, max: 1 },
		undefined,
	),
);

const custom = customBodyFields(['model_name', 'prompt']);

const negativePrompt = option(
	optionalTextField({
		displayName: 'Negative Prompt',
		name: 'negativePrompt',
		placeholder: 'e.g. blurry, text',
		description: 'What the video must not show, up to 200 characters',
	}),
);

export const create = submitOperation({
	head: createHead(klingApi.resource),
	api: klingApi,
	submitPath: PATHS.text,
	videoFields: [
		...[model, ...model.notices],
		...[prompt, image, duration, aspectRatio, mode, sound],
	],
	videoOptions: [cfgScale, custom, negativePrompt],
	maxWaitS: MAX_WAIT_S,
	read: readCreate,
});

async function readCreate(item: Item): Promise<Submission> {
	const users = custom.read(item);
	const file = 'image' in users ? undefined : await image.read(item);
	const name = String(users.model_name ?? model.read(item));
	const ratio = aspectRatio.read(item);
	const negative = negativePrompt.read(item);
	const scale = cfgScale.read(item);
	const fields: IDataObject = {
		prompt: users.prompt ?? prompt.read(item),
		...(negative !== undefined && { negative_prompt: negative }),
		duration: duration.read(item),
		...(ratio !== 'auto' && { aspect_ratio: ratio }),
		mode: mode.read(item),
		...(sound.read(item) && { sound: 'on' }),
		...(scale !== undefined && { cfg_scale: scale }),
		...(typeof file === 'string' && { image: file }),
		...users,
		model_name: name,
	};
	const path = file === undefined && isEmpty(fields.image) ? PATHS.text : PATHS.image;
	// Kling takes base64 as it is, without the head of a data URL.
	const toBody = (more: IDataObject) =>
		typeof file === 'object'
			? jsonBodyWithFile(file, (base64) => ({ ...fields, image: base64, ...more }))
			: jsonBody({ ...fields, ...more });
	return {
		model: name,
		durationKey: durationKeyOf('kling', name, path, fields.duration, fields.mode),
		path,
		body: toBody({}),
		// Kling 4.0 has no such field.
		...(!('external_task_id' in users) &&
			!/^kling-(v|video-)?4/i.test(name) && {
				withExternalId: (id: string) => toBody({ external_task_id: id }),
			}),
	};
}
