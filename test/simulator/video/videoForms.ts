import type { Refusal } from '../family.ts';
import type { SubmissionBody } from '../jobs.ts';
import type { FormPart, RecordedRequest } from '../requests.ts';
import { SHARED_ROUTE_MODELS, type VideoModel } from './videoModels.ts';

export interface VideoSubmission {
	model: string;
	body: SubmissionBody;
	/** Text, as the answers echo it; absent when the model's own default holds. */
	seconds?: string;
	size?: string;
}

type Fields = Record<string, unknown>;

const refused = (status: number, message: string, code?: string) => ({
	refused: { status, message, code },
});

/** A field that comes more than once is a list of its values in order. */
function fieldsOf(form: readonly FormPart[]): Fields {
	const values = new Map<string, unknown[]>();
	for (const { name, value } of form) values.set(name, [...(values.get(name) ?? []), value]);
	return Object.fromEntries(
		[...values].map(([name, all]) => [name, all.length > 1 ? all : all[0]]),
	);
}

function sentFields({ form, body }: RecordedRequest): Fields | undefined {
	if (form !== undefined) return fieldsOf(form);
	return typeof body === 'object' && body !== null ? { ...body } : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The gateway's own routing, before the model's channel sees anything. */
function routingRefusal(model: string): Refusal | undefined {
	if (model.startsWith('grok-imagine-')) {
		return { status: 400, message: 'unsupported relay mode: 31' };
	}
	if (Object.hasOwn(SHARED_ROUTE_MODELS, model)) return undefined;
	const message = `no available channel for model ${model}`;
	return { status: 503, message, code: 'model_not_found' };
}

function isWithin(seconds: unknown, allowed: VideoModel['seconds']): boolean {
	const text = typeof seconds === 'number' ? String(seconds) : seconds;
	if (typeof text !== 'string' || !/^\d+$/.test(text)) return false;
	const whole = Number(text);
	if (allowed === undefined) return whole > 0;
	return 'from' in allowed ? whole >= allowed.from && whole <= allowed.to : allowed.includes(whole);
}

/** Which of the two texts comes from which model is assumed. */
function imageRefusal(model: string, fields: Fields) {
	const { images } = SHARED_ROUTE_MODELS[model] ?? {};
	const withImage = 'reference_urls' in fields || 'input_reference' in fields;
	if (images === 'none' && withImage) {
		const name = model.replace(/^doubao-/, '');
		return refused(400, `the specified task_type r2v does not support model ${name}`);
	}
	if (images !== 'url' || !('input_reference' in fields)) return undefined;
	return model.startsWith('wan')
		? refused(400, 'please provide reference_video_urls or reference_urls')
		: refused(400, 'Field required');
}

const FRAMES = ['first_frame', 'last_frame'];
const MEDIA = [
	...['reference_videos', 'reference_audios'],
	...['reference_video_urls', 'reference_audio_urls'],
];
const IMAGES = ['input_reference', 'reference_urls'];

/** Assumed, with its texts; that frames go with nothing else is a third party's note (docs/api.md). */
function referenceRefusal(model: string, fields: Fields) {
	const { references } = SHARED_ROUTE_MODELS[model] ?? {};
	const [frame] = FRAMES.filter((name) => name in fields);
	const [media] = MEDIA.filter((name) => name in fields);
	if (frame !== undefined && references !== 'frames') {
		return refused(400, `${frame} is not supported by ${model}`);
	}
	if (media !== undefined && references === undefined) {
		return refused(400, `${media} is not supported by ${model}`);
	}
	if (frame === undefined || ![...MEDIA, ...IMAGES].some((name) => name in fields))
		return undefined;
	return refused(400, 'first_frame and last_frame cannot be combined with other references');
}

export function readVideoSubmission(
	request: RecordedRequest,
): VideoSubmission | { refused: Refusal } {
	const fields = sentFields(request);
	if (fields === undefined) {
		return refused(400, 'the request body is neither a form nor a JSON object');
	}
	const { model, prompt, seconds, size } = fields;
	if (!isText(model)) return refused(400, 'model is required', 'invalid_request');
	const unroutable = routingRefusal(model);
	if (unroutable !== undefined) return { refused: unroutable };
	if (!isText(prompt)) return refused(400, 'prompt is required', 'invalid_request');
	if (seconds !== undefined && !isWithin(seconds, SHARED_ROUTE_MODELS[model]?.seconds)) {
		return refused(
			400,
			`the duration ${String(seconds)} is not valid for ${model}`,
			'InvalidParameter',
		);
	}
	if (size !== undefined && !isText(size)) {
		return refused(400, 'the size is not valid', 'InvalidParameter');
	}
	const noFiles = imageRefusal(model, fields) ?? referenceRefusal(model, fields);
	if (noFiles !== undefined) return noFiles;
	return {
		...{ model, size, body: { ...fields, prompt } },
		seconds: seconds === undefined ? undefined : String(seconds),
	};
}
