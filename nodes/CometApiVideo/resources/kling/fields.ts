import type { IDataObject } from 'n8n-workflow';

import { customBodyFields } from '../../fields/bodyFields';
import { choiceField, numberField, option, optionalTextField } from '../../fields/field';
import { jsonBody } from '../../files/requestBody';
import type { Item } from '../../item';
import type { Submission } from '../../payment/submit';
import { durationKeyOf } from '../../polling/durations';
import { PATHS } from './api';

/** Of all its models. */
export const KLING = {
	maker: 'Kuaishou (Kling)',
	byDefault: 5,
	usdPerVideo: '$0.13 to $2.64',
};

export const RATIOS = [
	{ name: '1:1 (Square)', value: '1:1' },
	{ name: '16:9 (Landscape)', value: '16:9' },
	{ name: '9:16 (Vertical)', value: '9:16' },
] as const;

export const mode = choiceField({
	displayName: 'Mode',
	name: 'qualityMode',
	options: [
		{ name: 'Professional', value: 'pro', description: 'Better quality, costs more' },
		{ name: 'Standard', value: 'std' },
	],
	default: 'std',
	description: 'Quality of the video',
});

export const cfgScale = option(
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

export const custom = customBodyFields(['model_name', 'prompt']);

export const negativePrompt = option(
	optionalTextField({
		displayName: 'Negative Prompt',
		name: 'negativePrompt',
		placeholder: 'e.g. blurry, text',
		description: 'What the video must not show, up to 200 characters',
	}),
);

/** The fields of most operations; the user's own come on top. */
export function sharedFields(item: Item): IDataObject {
	const negative = negativePrompt.read(item);
	const scale = cfgScale.read(item);
	return {
		...(negative !== undefined && { negative_prompt: negative }),
		...(scale !== undefined && { cfg_scale: scale }),
		...custom.read(item),
	};
}

/**
 * A submission to one of Kling's paths.
 *
 * @param model as the item shows it
 */
export function toSubmission(path: string, model: string, fields: IDataObject): Submission {
	const { external_task_id, duration, mode: quality } = fields;
	// Not documented for Extend, and Kling 4.0 has no such field.
	const canBeNamed = path !== PATHS.extend && !/^kling-(v|video-)?4/i.test(model);
	return {
		model,
		durationKey: durationKeyOf('kling', model, path, duration, quality),
		path,
		body: jsonBody(fields),
		...(external_task_id === undefined &&
			canBeNamed && {
				withExternalId: (id: string) => jsonBody({ ...fields, external_task_id: id }),
			}),
	};
}
