import { customBodyFields } from '../../fields/bodyFields';
import { badValue, checkOptionalText } from '../../fields/checks';
import { choiceField, durationField, field, option, promptField } from '../../fields/field';
import { lastFrame } from '../../fields/media';
import { checkTogether } from '../../files/mediaFile';
import { multipartBody } from '../../files/multipartBody';
import type { Item } from '../../item';
import type { Submission } from '../../payment/submit';
import { durationKeyOf } from '../../polling/durations';
import { submitOperation } from '../resource';
import { MAX_WAIT_S, VIDEOS_PATH, videoApi } from './api';
import { toFormFields, toFormValues, type FormValues } from './formFields';
import { images, readImages } from './images';
import { model, ratioFields } from './models';
import { readReferences, referenceAudios, referenceVideos } from './references';

const prompt = promptField({
	description: 'Description of the video to generate',
	placeholder: 'e.g. A lighthouse in a storm, filmed from a boat',
});

/** No model is known to make longer ones; 'Custom Body Fields' take any. */
const duration = durationField(0, 30, 0);

const aspectRatio = choiceField({
	displayName: 'Aspect Ratio',
	name: 'aspectRatio',
	options: [
		{ name: '1:1 (Square)', value: '1:1' },
		{ name: '16:9 (Landscape)', value: '16:9' },
		{ name: '9:16 (Vertical)', value: '9:16' },
		{ name: "Model's Own", value: 'auto' },
	],
	default: 'auto',
	description: "Aspect ratio of the video. For others, use 'Size' under Options.",
});

const size = option(
	field(
		{
			displayName: 'Size',
			name: 'size',
			type: 'string',
			default: '',
			placeholder: 'e.g. 1280x720',
			hint: "Width x height, or a ratio such as 21:9; replaces 'Aspect Ratio'",
			description: 'Possible sizes depend on the model. A larger one may cost more.',
		},
		checkSize,
	),
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
	videoFields: [model, ...model.notices, prompt, images, duration, aspectRatio],
	videoOptions: [custom, lastFrame, referenceAudios, referenceVideos, size],
	maxWaitS: MAX_WAIT_S,
	read: readCreate,
});

async function readCreate(item: Item): Promise<Submission> {
	const users = toFormValues(custom.read(item));
	const hasOwnImages = 'input_reference' in users || 'reference_urls' in users;
	const seconds = duration.read(item);
	const ratio = aspectRatio.read(item);
	const shape = size.read(item);
	const models = users.model ?? [model.read(item)];
	const name = String(models[0]);
	const values: FormValues = {
		model: models,
		prompt: users.prompt ?? [prompt.read(item)],
		...(seconds > 0 && { seconds: [String(seconds)] }),
		...(ratio !== 'auto' && shape === undefined && ratioFields(name, ratio)),
		...(shape !== undefined && { size: [shape] }),
		...(hasOwnImages ? {} : await readImages(item, name)),
		...(await readReferences(item)),
		...users,
	};
	checkTogether(Object.values(values).flat());
	const body = await multipartBody(item, toFormFields(values));
	const durationKey = durationKeyOf('video', name, values.seconds?.[0], values.size?.[0]);
	return { model: name, durationKey, body };
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
