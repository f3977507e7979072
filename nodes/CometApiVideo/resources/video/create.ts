import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../../errors';
import { customBodyFields } from '../../fields/bodyFields';
import { badValue, checkOptionalText } from '../../fields/checks';
import { aspectRatioField, durationField, field, promptField } from '../../fields/field';
import { multipartBody, type FormValues } from '../../files/requestBody';
import { durationKeyOf } from '../../polling/durations';
import { submitOperation } from '../resource';
import {
	images,
	lastFrame,
	readImages,
	readReferences,
	referenceAudios,
	referenceVideos,
} from './media';
import { model, ratioFields, VIDEOS_PATH, videoApi } from './models';

const prompt = promptField({ placeholder: 'e.g. A lighthouse in a storm, filmed from a boat' });

/** No model is known to make longer ones; 'Custom Body Fields' take any. */
const duration = durationField(0, 30, 0);

const aspectRatio = aspectRatioField(
	['1:1', '16:9', '9:16', { name: "Model's Own", value: 'auto' }],
	{
		default: 'auto',
		description: "Aspect ratio of the video. For others, use 'Size' under Options.",
	},
);

const size = field(
	{
		displayName: 'Size',
		name: 'options.size',
		type: 'string',
		default: '',
		placeholder: 'e.g. 1280x720',
		hint: "Width x height, or a ratio such as 21:9; replaces 'Aspect Ratio'",
		description: 'Possible sizes depend on the model. A larger one may cost more.',
	},
	checkSize,
);

const custom = customBodyFields(['model', 'prompt']);

export const create = submitOperation({
	name: 'Create',
	value: 'create',
	action: 'Create Seedance, Veo, Wan or other video',
	description: 'Generate a video from a prompt, or from a prompt and images',
	api: videoApi,
	submitPath: VIDEOS_PATH,
	fields: [
		...[model, prompt, images, duration, aspectRatio],
		...[custom, lastFrame, referenceAudios, referenceVideos, size],
	],
	async read(item) {
		const overrides = toFormValues(custom.read(item));
		const overridesImages = 'input_reference' in overrides || 'reference_urls' in overrides;
		const seconds = duration.read(item);
		const ratio = aspectRatio.read(item);
		const shape = size.read(item);
		const models = overrides.model ?? [model.read(item)];
		const name = String(models[0]);
		const values: FormValues = {
			model: models,
			prompt: overrides.prompt ?? [prompt.read(item)],
			...(seconds > 0 && { seconds: [String(seconds)] }),
			...(ratio !== 'auto' && shape === undefined && ratioFields(name, ratio)),
			...(shape !== undefined && { size: [shape] }),
			...(await readImages(item, name, overridesImages)),
			...(await readReferences(item)),
			...overrides,
		};
		const durationKey = durationKeyOf('video', name, values.seconds?.[0], values.size?.[0]);
		return { model: name, durationKey, body: await multipartBody(item, values) };
	},
});

/**
 * The user's own fields as a form has them: a list repeats the field, an object is its JSON text,
 * and an empty text leaves the field out.
 */
function toFormValues(fields: IDataObject): Record<string, string[]> {
	const toTexts = (name: string, value: unknown): string[] => {
		if (value === null || value === undefined) {
			throw new InputError(
				`'Custom Body Fields' has null for ${name}, which this API can't take`,
				`Give ${name} a value, or leave it out.`,
			);
		}
		const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
		return text.trim() === '' ? [] : [text];
	};
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) => [
			name,
			[value].flat().flatMap((each: unknown) => toTexts(name, each)),
		]),
	);
}

/** Width x height, or a ratio, with any sign that people write between them. */
function checkSize(value: unknown, label: string): string | undefined {
	const size = checkOptionalText(value, label);
	if (size === undefined) return undefined;
	const match = /^([1-9]\d{0,4})\s*([x×*:])\s*([1-9]\d{0,4})$/i.exec(size);
	if (match) return `${match[1]}${match[2] === ':' ? ':' : 'x'}${match[3]}`;
	throw badValue(`'${label}' must be like 1280x720 or 16:9`, size, adviceOnSize(size));
}

/** The pixels of what people say instead. */
function adviceOnSize(size: string): string {
	const [, lines] = /^(480|540|720|1080)p?$/i.exec(size) ?? [];
	const short = Number(lines ?? 720);
	const long = { 480: 854, 540: 960, 720: 1280, 1080: 1920 }[short];
	return `Enter ${long}x${short} (landscape) or ${short}x${long} (vertical), or leave it empty.`;
}
