import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { InputError } from '../../errors';
import {
	checkChoice,
	checkCustomBodyFields,
	checkOptionalText,
	checkSwitch,
	checkText,
	isEmpty,
} from '../../fields/checks';
import { imageFields, readImage } from '../../fields/imageSource';
import { modelField } from '../../fields/model';
import { customBodyFields } from '../../fields/options';
import { promptField } from '../../fields/prompt';
import { MAX_IMAGE_MB } from '../../files/image';
import { jsonBody, jsonBodyWithFile } from '../../files/requestBody';
import type { Item } from '../../item';
import type { Submission } from '../../payment/submit';
import { kindOfJob } from '../../polling/durations';
import { submitOperation } from '../resource';
import { klingApi, MAX_WAIT_S, PATHS } from './api';
import { DEFAULT_MODEL } from './searchModels';

const RATIOS = ['auto', '16:9', '9:16', '1:1'] as const;

const fields: INodeProperties[] = [
	modelField('searchKlingModels', DEFAULT_MODEL),
	promptField({
		description: 'Description of the video to generate, up to 500 characters',
		placeholder: 'e.g. A candle flickers on a wooden table',
	}),
	...imageFields({
		source: { description: 'The image that the video starts from, if any' },
		url: { description: 'URL of a JPEG, PNG or WebP image, or a data URL' },
		file: { description: `JPEG, PNG or WebP of up to ${MAX_IMAGE_MB} MB` },
	}),
	{
		displayName: 'Duration',
		name: 'duration',
		type: 'options',
		options: [
			{ name: '5 Seconds', value: 5 },
			{ name: '10 Seconds', value: 10 },
		],
		default: 5,
		description: 'Length of the video',
	},
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
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
	},
	{
		displayName: 'Mode',
		name: 'qualityMode',
		type: 'options',
		options: [
			{ name: 'Professional', value: 'pro', description: 'Better quality, costs more' },
			{ name: 'Standard', value: 'std' },
		],
		default: 'std',
		description: 'Quality of the video',
	},
	{
		displayName: 'Sound',
		name: 'sound',
		type: 'boolean',
		default: false,
		description: 'Whether to generate sound with the video, if the model can',
	},
	{
		displayName:
			"Price of a Kling video: $0.13 to $2.64, for each item. This is CometAPI's price of May 2026; it may have changed.",
		name: 'klingPrice',
		type: 'notice',
		default: '',
	},
];

const optionsOfVideo: INodeProperties[] = [
	{
		displayName: 'CFG Scale',
		name: 'cfgScale',
		type: 'number',
		default: 0.5,
		hint: 'A number from 0 to 1',
		description: 'How closely to follow the prompt',
	},
	customBodyFields,
	{
		displayName: 'Negative Prompt',
		name: 'negativePrompt',
		type: 'string',
		default: '',
		placeholder: 'e.g. blurry, text',
		description: 'What the video must not show, up to 200 characters',
	},
];

export const create = submitOperation({
	head: {
		name: 'Create',
		value: 'create',
		action: 'Create Kling video',
		description: 'Generate a video from a prompt, or from a prompt and an image',
	},
	api: klingApi,
	submitPath: PATHS.text,
	ofVideo: fields,
	optionsOfVideo,
	maxWaitS: MAX_WAIT_S,
	read: readCreate,
});

async function readCreate(item: Item): Promise<Submission> {
	const sent = item.request.body as IDataObject;
	const parameter = (name: string) => item.context.getNodeParameter(name, null) as unknown;
	const own = parameter('options.customBodyFields');
	const custom = checkCustomBodyFields(own, ['model_name', 'prompt']);
	const image = 'image' in custom ? undefined : await readImage(item);
	const ratio = checkChoice('Aspect Ratio', parameter('aspectRatio'), RATIOS, 'auto');
	const negative = checkOptionalText('Negative Prompt', parameter('options.negativePrompt'));
	const cfgScale = checkCfgScale(parameter('options.cfgScale'));
	const model = checkText('Model', custom.model_name ?? sent.model);
	const fields: IDataObject = {
		prompt: checkText('Prompt', custom.prompt ?? sent.prompt),
		...(negative !== undefined && { negative_prompt: negative }),
		duration: checkChoice('Duration', asText(parameter('duration')), ['5', '10'], '5'),
		...(ratio !== 'auto' && { aspect_ratio: ratio }),
		mode: checkChoice('Mode', parameter('qualityMode'), ['std', 'pro'], 'std'),
		...(checkSwitch('Sound', parameter('sound'), false) && { sound: 'on' }),
		...(cfgScale !== undefined && { cfg_scale: cfgScale }),
		...(typeof image === 'string' && { image }),
		...custom,
		model_name: model,
	};
	const path = image === undefined && isEmpty(fields.image) ? PATHS.text : PATHS.image;
	// Kling takes base64 as it is, without the head of a data URL.
	const toBody = (more: IDataObject) =>
		typeof image === 'object'
			? jsonBodyWithFile(image, (base64) => ({ ...fields, image: base64, ...more }))
			: jsonBody({ ...fields, ...more });
	return {
		model,
		kind: kindOfJob('kling', model, path, fields.duration, fields.mode),
		path,
		body: toBody({}),
		...(!('external_task_id' in custom) && {
			withExternalId: (id: string) => toBody({ external_task_id: id }),
		}),
	};
}

function asText(value: unknown): unknown {
	return typeof value === 'number' ? String(value) : value;
}

function checkCfgScale(value: unknown): number | undefined {
	if (isEmpty(value)) return undefined;
	const scale = typeof value === 'string' ? Number(value) : value;
	if (typeof scale === 'number' && scale >= 0 && scale <= 1) return scale;
	throw new InputError(
		"'CFG Scale' must be a number from 0 to 1",
		`It came out as ${JSON.stringify(value)?.slice(0, 100)}.`,
	);
}
