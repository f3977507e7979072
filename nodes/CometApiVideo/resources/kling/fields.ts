import type { IDataObject } from 'n8n-workflow';

import { customBodyFields } from '../../fields/bodyFields';
import {
	choiceField,
	numberField,
	optionalTextField,
	type Choice,
	type Field,
} from '../../fields/field';
import { IMAGE, type AcceptedMedia } from '../../files/mediaFile';
import { jsonBody } from '../../files/requestBody';
import type { Item } from '../../item';
import type { Submission } from '../../payment/submit';
import { durationKeyOf } from '../../polling/durations';
import { jobAt, type VideoApi } from '../../videoApi';

export const ID_LIKE = '812345678901234567';

/** Kling knows a job under the path that it was submitted to, and under no other. */
export const PATHS = {
	text: '/kling/v1/videos/text2video',
	image: '/kling/v1/videos/image2video',
	references: '/kling/v1/videos/omni-video',
	extend: '/kling/v1/videos/video-extend',
};

const SOURCES = [
	{ name: 'Extended', value: 'extend', description: "'Operation' was Extend" },
	{ name: 'From an Image', value: 'image', description: "'Image Source' was URL or Binary Data" },
	{
		name: 'From References',
		value: 'references',
		description: "'Operation' was Create From References",
	},
	{ name: 'From Text', value: 'text', description: "'Image Source' was None" },
] as const satisfies ReadonlyArray<Choice<keyof typeof PATHS>>;

/** The path that Get Status asks. */
export const videoKind = choiceField({
	displayName: 'Kind of Video',
	name: 'videoKind',
	options: SOURCES,
	default: 'text',
	description: 'Source of the video. Kling looks for a request ID among one kind only.',
});

/** CometAPI's Kling API, by docs/api.md. */
export const klingApi: VideoApi = {
	resource: 'Kling',
	// Never request_id, which stands beside task_id and names the HTTP request.
	idNames: ['id'],
	jobOf: (item, requestId) => jobAt(PATHS[videoKind.read(item)], requestId),
	toFind: ({ statusPath }) => ({
		parameter: 'Kind of Video',
		value: SOURCES.find(({ value }) => statusPath.startsWith(`${PATHS[value]}/`))?.name ?? '',
	}),
	adviceFor({ reason, message = '' }) {
		if (reason === 'badInput' && /extend|extension|video_id/i.test(message)) {
			return 'Kling extends videos of its models 1 to 1.6 only, and not for long. Check the model of the first video, and both IDs.';
		}
		if (reason !== 'unknownId') return undefined;
		return "Check that 'Resource' and 'Kind of Video' are those of the video, that the ID is complete, and that the credential is of the same account.";
	},
	maxWaitS: 1800,
};

/** Of all its models. */
export const KLING = {
	maker: 'Kuaishou (Kling)',
	byDefault: 5,
	usdPerVideo: '$0.13 to $2.64',
};

export const KLING_IMAGE: AcceptedMedia = {
	...{ ...IMAGE, formats: 'a JPEG or PNG file', maxMb: 10 },
	types: IMAGE.types.filter(([, type]) => type !== 'image/webp'),
};

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

export const cfgScale = numberField(
	{
		displayName: 'CFG Scale',
		name: 'options.cfgScale',
		default: 0.5,
		description: 'How closely to follow the prompt',
	},
	{ min: 0, max: 1 },
	undefined,
);

export const custom = customBodyFields(['model_name', 'prompt']);

export const negativePrompt = optionalTextField({
	displayName: 'Negative Prompt',
	name: 'options.negativePrompt',
	placeholder: 'e.g. blurry, text',
	description: 'What the video must not show, up to 200 characters',
});

/** The options that Create and Extend share, and the prompt; the user's own fields come on top. */
export function sharedFields(item: Item, prompt: Field<string>): IDataObject {
	const overrides = custom.read(item);
	const negative = negativePrompt.read(item);
	const scale = cfgScale.read(item);
	return {
		prompt: overrides.prompt ?? prompt.read(item),
		...(negative !== undefined && { negative_prompt: negative }),
		...(scale !== undefined && { cfg_scale: scale }),
		...overrides,
	};
}

/** A submission to one of Kling's paths, with the model as the item shows it. */
export function toSubmission(path: string, model: string, fields: IDataObject): Submission {
	const { external_task_id, duration, mode: quality } = fields;
	// Not among Extend's fields, nor those of Kling 4.0.
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
