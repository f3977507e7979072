import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../../errors';
import { isEmpty } from '../../fields/checks';
import { aspectRatioField, choiceField, durationField, promptField } from '../../fields/field';
import { imageField } from '../../fields/media';
import { asDataUrl, jsonBody } from '../../files/requestBody';
import { durationKeyOf } from '../../polling/durations';
import { createHead, submitOperation } from '../resource';
import {
	CLASSIC_MODEL,
	custom,
	grokApi,
	model,
	MODEL_1_5,
	readBody,
	user,
	VIDEOS_PATH,
} from './fields';

const prompt = promptField();
const image = imageField();
const duration = durationField(1, 15, 8);

const resolution = choiceField({
	displayName: 'Resolution',
	name: 'resolution',
	options: [
		{ name: '480p', value: '480p' },
		{ name: '720p', value: '720p', description: 'Costs more per second' },
		{ name: '1080p', value: '1080p', description: `For ${MODEL_1_5} only` },
	],
	default: '480p',
	description: 'Resolution of the video',
});

const automatic = {
	name: 'Automatic',
	value: 'auto',
	description: 'The ratio of the input image, or 1:1 without one',
} as const;

const aspectRatio = aspectRatioField(
	['1:1', '16:9', '2:3', '3:2', '3:4', '4:3', '9:16', automatic],
	{
		default: 'auto',
		description:
			'Aspect ratio of the video. An input image with a different ratio may be stretched.',
	},
);

export const create = submitOperation({
	...createHead(grokApi.resource),
	api: grokApi,
	submitPath: `${VIDEOS_PATH}/generations`,
	fields: [model, prompt, image, duration, resolution, aspectRatio, custom, user],
	async read(item) {
		const overrides = custom.read(item);
		const [file] = 'image' in overrides ? [] : await image.read(item);
		const ratio = aspectRatio.read(item);
		const hasImage = file !== undefined || !isEmpty(overrides.image);
		const shape = ratio !== 'auto' ? ratio : hasImage ? undefined : '1:1';
		const fields = readBody(item, prompt, {
			duration: duration.read(item),
			resolution: resolution.read(item),
			...(shape !== undefined && { aspect_ratio: shape }),
			...(file !== undefined && { image: { url: asDataUrl(file) } }),
		});
		checkResolution(fields);
		const name = String(fields.model);
		const durationKey = durationKeyOf('grok', name, fields.duration, fields.resolution);
		return { model: name, durationKey, body: jsonBody(fields) };
	},
});

function checkResolution(fields: IDataObject): void {
	if (fields.model !== CLASSIC_MODEL || fields.resolution !== '1080p') return;
	throw new InputError(
		`'Resolution' 1080p is not available with ${CLASSIC_MODEL}`,
		`Choose 720p, or ${MODEL_1_5} under 'Model'.`,
	);
}
