import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { InputError } from '../../errors';
import { checkChoice, checkDuration, isEmpty } from '../../fields/checks';
import { imageFields, readImage } from '../../fields/imageSource';
import { customBodyFields, user } from '../../fields/options';
import { promptField } from '../../fields/prompt';
import { MAX_IMAGE_MB } from '../../files/image';
import { jsonBody, jsonBodyWithFile } from '../../files/requestBody';
import type { Item } from '../../item';
import type { Submission } from '../../payment/submit';
import { kindOfJob } from '../../polling/durations';
import { submitOperation } from '../resource';
import { GENERATIONS_PATH, grokApi, MAX_WAIT_S } from './api';
import { readBodyFields, readCustomFields } from './bodyFields';
import { CLASSIC_MODEL, MODEL_1_5, model } from './model';
import { priceNotices } from './price';

const DURATION_S = { min: 1, max: 15 };

const DEFAULT_DURATION_S = 8;
const RESOLUTIONS = ['480p', '720p', '1080p'] as const;
const RATIOS = ['auto', '1:1', '16:9', '2:3', '3:2', '3:4', '4:3', '9:16'] as const;

const fields: INodeProperties[] = [
	model,
	promptField({
		description: 'Description of the video to generate',
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
		type: 'number',
		default: DEFAULT_DURATION_S,
		hint: `In whole seconds, from ${DURATION_S.min} to ${DURATION_S.max}`,
		description: 'Length of the video. You pay per second.',
		routing: { send: { type: 'body', property: 'duration' } },
	},
	{
		displayName: 'Resolution',
		name: 'resolution',
		type: 'options',
		options: [
			{ name: '480p', value: '480p' },
			{ name: '720p', value: '720p', description: 'Costs more per second' },
			{ name: '1080p', value: '1080p', description: `For ${MODEL_1_5} only` },
		],
		default: '480p',
		description: 'Resolution of the video',
		routing: { send: { type: 'body', property: 'resolution' } },
	},
	...priceNotices(DEFAULT_DURATION_S),
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		options: [
			{ name: '1:1 (Square)', value: '1:1' },
			{ name: '16:9 (Landscape)', value: '16:9' },
			{ name: '2:3', value: '2:3' },
			{ name: '3:2', value: '3:2' },
			{ name: '3:4', value: '3:4' },
			{ name: '4:3', value: '4:3' },
			{ name: '9:16 (Vertical)', value: '9:16' },
			{
				name: 'Automatic',
				value: 'auto',
				description: 'The ratio of the input image, or 1:1 without one',
			},
		],
		default: 'auto',
		description:
			'Aspect ratio of the video. An input image with a different ratio may be stretched.',
		routing: { send: { type: 'body', property: 'aspect_ratio' } },
	},
];

export const create = submitOperation({
	head: {
		name: 'Create',
		value: 'create',
		action: 'Create Grok video',
		description: 'Generate a video from a prompt, or from a prompt and an image',
	},
	api: grokApi,
	submitPath: GENERATIONS_PATH,
	ofVideo: fields,
	optionsOfVideo: [customBodyFields, user],
	maxWaitS: MAX_WAIT_S,
	read: readCreate,
});

async function readCreate(item: Item): Promise<Submission> {
	const sent = item.request.body as IDataObject;
	const custom = readCustomFields(item);
	const image = 'image' in custom ? undefined : await readImage(item);
	const ratio = checkChoice('Aspect Ratio', sent.aspect_ratio, RATIOS, 'auto');
	const hasImage = image !== undefined || !isEmpty(custom.image);
	const shape = ratio !== 'auto' ? ratio : hasImage ? undefined : '1:1';
	const resolution = checkChoice('Resolution', sent.resolution, RESOLUTIONS, '480p');
	const fields = readBodyFields(item, custom, {
		duration: checkDuration(sent.duration, DURATION_S, DEFAULT_DURATION_S),
		resolution,
		...(shape !== undefined && { aspect_ratio: shape }),
		...(typeof image === 'string' && { image: { url: image } }),
	});
	checkResolution(fields);
	const model = String(fields.model);
	const kind = kindOfJob('grok', model, fields.duration, fields.resolution);
	if (typeof image !== 'object') return { model, kind, body: jsonBody(fields) };
	const { mimeType } = image;
	const withImage = (base64: string) => ({
		...fields,
		image: { url: `data:${mimeType};base64,${base64}` },
	});
	return { model, kind, body: jsonBodyWithFile(image, withImage) };
}

function checkResolution({ model, resolution }: IDataObject): void {
	if (model !== CLASSIC_MODEL || resolution !== '1080p') return;
	throw new InputError(
		`'Resolution' 1080p is not available with ${CLASSIC_MODEL}`,
		`Choose 720p, or ${MODEL_1_5} under 'Model'.`,
	);
}
