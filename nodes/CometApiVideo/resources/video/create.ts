import { InputError } from '../../errors';
import { customBodyFields } from '../../fields/bodyFields';
import { checkOptionalText } from '../../fields/checks';
import { durationField, field, promptField, type Field } from '../../fields/field';
import { multipartBody } from '../../files/multipartBody';
import type { Item } from '../../item';
import type { Submission } from '../../payment/submit';
import { kindOfJob } from '../../polling/durations';
import { submitOperation } from '../resource';
import { MAX_WAIT_S, VIDEOS_PATH, videoApi } from './api';
import { toFormFields, toFormValues, type FormValues } from './formFields';
import { images } from './images';
import { model, modelNotices } from './models';

const prompt = promptField({
	description: 'Description of the video to generate',
	placeholder: 'e.g. A lighthouse in a storm, filmed from a boat',
});

/** No model is known to make longer ones; the API says what the chosen one makes. */
const duration = durationField(
	{ hint: "In whole seconds; 0 is the model's default" },
	{ min: 0, max: 600 },
	0,
);

const size = field(
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
	checkSize,
);

const custom = customBodyFields(['model', 'prompt']);

export const create = submitOperation({
	head: {
		name: 'Create',
		value: 'create',
		action: 'Create Seedance, Veo, Wan or other video',
		description: 'Generate a video from a prompt, or from a prompt and images',
	},
	api: videoApi,
	submitPath: VIDEOS_PATH,
	ofVideo: [model, ...modelNotices, prompt, images, duration, size],
	optionsOfVideo: [custom],
	maxWaitS: MAX_WAIT_S,
	read: readCreate,
});

async function readCreate(item: Item): Promise<Submission> {
	const users = toFormValues(custom.read(item));
	const hasOwnImages = 'input_reference' in users || 'reference_urls' in users;
	const unlessGiven = (name: string, given: Field<string>) =>
		name in users ? [] : [given.read(item)];
	const seconds = duration.read(item);
	const shape = size.read(item);
	const values: FormValues = {
		model: unlessGiven('model', model),
		prompt: unlessGiven('prompt', prompt),
		...(seconds > 0 && { seconds: [String(seconds)] }),
		...(shape !== undefined && { size: [shape] }),
		...(hasOwnImages ? {} : await images.read(item)),
		...users,
	};
	const body = await multipartBody(item.context.helpers, toFormFields(values));
	const name = String(values.model?.[0]);
	const kind = kindOfJob('video', name, values.seconds?.[0], values.size?.[0]);
	return { model: name, kind, body };
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
