import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { InputError } from '../../errors';
import {
	checkCustomBodyFields,
	checkDuration,
	checkOptionalText,
	checkText,
} from '../../fields/checks';
import { imageFields } from '../../fields/imageSource';
import { modelField } from '../../fields/model';
import { customBodyFields } from '../../fields/options';
import { promptField } from '../../fields/prompt';
import { MAX_IMAGE_MB } from '../../files/image';
import { multipartBody } from '../../files/multipartBody';
import type { Item } from '../../item';
import type { Submission } from '../../payment/submit';
import { kindOfJob } from '../../polling/durations';
import { submitOperation } from '../resource';
import { MAX_WAIT_S, VIDEOS_PATH, videoApi } from './api';
import { toFormFields, toFormValues, type FormValues } from './formFields';
import { MAX_IMAGES_MB, readImages } from './images';
import { modelNotices } from './modelNotices';
import { DEFAULT_MODEL } from './models';

/** No model is known to make longer ones; the API says what the chosen one makes. */
const DURATION_S = { min: 0, max: 600 };

const fields: INodeProperties[] = [
	modelField('searchVideoModels', DEFAULT_MODEL),
	...modelNotices,
	promptField({
		description: 'Description of the video to generate',
		placeholder: 'e.g. A lighthouse in a storm, filmed from a boat',
	}),
	...imageFields({
		source: {
			description:
				'The images that the video starts from, if any. Some models take files only, some take URLs only.',
		},
		url: {
			description: 'URL of an image. For several, one URL per line, or a list from an expression.',
			typeOptions: { rows: 2 },
		},
		file: {
			hint: 'The name of the input binary field that has the image; separate several with commas',
			description: `JPEG, PNG or WebP of up to ${MAX_IMAGE_MB} MB, and up to ${MAX_IMAGES_MB} MB together`,
		},
	}),
	{
		displayName: 'Duration',
		name: 'duration',
		type: 'number',
		default: 0,
		hint: "In whole seconds; 0 is the model's default",
		description: 'Length of the video. You pay per second.',
	},
	{
		displayName: 'Size',
		name: 'size',
		type: 'string',
		default: '',
		placeholder: 'e.g. 1280x720',
		hint: "Width x height, or a ratio such as 16:9; empty is the model's default",
		description:
			'Resolution or aspect ratio of the video. Which ones are possible depends on the model. A larger one may cost more.',
	},
];

export const create = submitOperation({
	head: {
		name: 'Create',
		value: 'create',
		action: 'Create Seedance, Veo, Wan or other video',
		description: 'Generate a video from a prompt, or from a prompt and images',
	},
	api: videoApi,
	submitPath: VIDEOS_PATH,
	ofVideo: fields,
	optionsOfVideo: [customBodyFields],
	maxWaitS: MAX_WAIT_S,
	read: readCreate,
});

async function readCreate(item: Item): Promise<Submission> {
	const { context, request } = item;
	const sent = request.body as IDataObject;
	const parameter = (name: string) => context.getNodeParameter(name, null) as unknown;
	const own = parameter('options.customBodyFields');
	const custom = toFormValues(checkCustomBodyFields(own, ['model', 'prompt']));
	const hasOwnImages = 'input_reference' in custom || 'reference_urls' in custom;
	const duration = checkDuration(parameter('duration'), DURATION_S, 0);
	const size = checkSize(parameter('size'));
	const values: FormValues = {
		model: 'model' in custom ? [] : [checkText('Model', sent.model)],
		prompt: 'prompt' in custom ? [] : [checkText('Prompt', sent.prompt)],
		...(duration > 0 && { seconds: [String(duration)] }),
		...(size !== undefined && { size: [size] }),
		...(hasOwnImages ? {} : await readImages(item)),
		...custom,
	};
	const body = await multipartBody(context.helpers, toFormFields(values));
	const model = String(values.model?.[0]);
	return { model, kind: kindOfJob('video', model, values.seconds?.[0], values.size?.[0]), body };
}

/** Width x height, or a ratio with either sign. */
function checkSize(value: unknown): string | undefined {
	const size = checkOptionalText('Size', value);
	if (size === undefined) return undefined;
	const match = /^([1-9]\d{0,4})\s*([x×:])\s*([1-9]\d{0,4})$/i.exec(size);
	if (match) return `${match[1]}${match[2] === ':' ? ':' : 'x'}${match[3]}`;
	throw new InputError(
		"'Size' must be width x height, such as 1280x720, or a ratio, such as 16:9",
		`It came out as ${JSON.stringify(size.slice(0, 100))}. Empty it for the model's own size. For a field such as resolution, use 'Custom Body Fields'.`,
	);
}
