import { z } from 'zod';
import type { Refusal } from '../family.ts';

/** A line for each path below /kling/v1/videos. */
export const KLING_ROUTES = ['text2video', 'image2video', 'video-extend', 'omni-video'] as const;
export type KlingRoute = (typeof KLING_ROUTES)[number];

/** Of the videos that can be extended, by Kling's page; CometAPI's names the first and the last. */
export const EXTENDABLE = ['kling-v1', 'kling-v1-5', 'kling-v1-6'];

/** kling-v3 and kling-v2-6 were seen live; the others are Kling's own. */
export const KLING_MODELS = [
	...EXTENDABLE,
	'kling-v2-master',
	'kling-v2-1',
	'kling-v2-1-master',
	'kling-v2-5-turbo',
	'kling-v2-6',
	'kling-v3',
];

/** CometAPI's page has the first only; both of Kling's own pages. */
const OMNI_MODELS = ['kling-video-o1', 'kling-v3-omni'];

const RATIOS = ['16:9', '9:16', '1:1', '4:3', '3:4', '3:2', '2:3'] as const;

const isHttpUrl = (url: string) => /^https?:\/\//i.test(url) && URL.canParse(url);

const isBase64 = (text: string) =>
	text.length > 0 && text.length % 4 === 0 && !/[^A-Za-z0-9+/=]/.test(text);

const shared = {
	model_name: z.string().default('kling-v1'),
	negative_prompt: z.string().max(200).optional(),
	duration: z.enum(['5', '10']).default('5'),
	aspect_ratio: z.enum(RATIOS).optional(),
	mode: z.enum(['std', 'pro']).default('std'),
	sound: z.enum(['on', 'off']).default('off'),
	cfg_scale: z.number().min(0).max(1).optional(),
	external_task_id: z.string().min(1).optional(),
	callback_url: z.string().optional(),
};

const TextBody = z.object({ ...shared, prompt: z.string().min(1).max(500) }).passthrough();

const urlOrBase64 = z
	.string()
	.refine(
		(image) => isHttpUrl(image) || isBase64(image),
		'must be an http(s) URL or base64 without a data: prefix',
	);

/** That CometAPI passes on Kling's image_tail, also without a first image, is assumed. */
const ImageBody = z
	.object({
		...shared,
		prompt: z.string().max(500).default(''),
		image: urlOrBase64.optional(),
		image_tail: urlOrBase64.optional(),
	})
	.passthrough()
	.refine(({ image, image_tail }) => image !== undefined || image_tail !== undefined, {
		...{ path: ['image'], message: 'Required' },
	});

/** By CometAPI's newest page; the older ones have no task_id. */
const ExtendBody = z
	.object({
		task_id: z.string().min(1),
		video_id: z.string().min(1),
		prompt: z.string().max(500).default(''),
		negative_prompt: z.string().optional(),
		cfg_scale: z.number().min(0).max(1).optional(),
		callback_url: z.string().optional(),
		model_name: z.string().optional(),
	})
	.passthrough();

const OmniBody = z
	.object({
		model_name: z.string(),
		prompt: z.string().min(1).max(2500),
		image_list: z
			.array(z.object({ image_url: urlOrBase64, type: z.string().optional() }))
			.max(7)
			.optional(),
		video_list: z
			.array(
				z.object({
					video_url: z.string().refine(isHttpUrl, 'must be an http(s) URL'),
					refer_type: z.enum(['feature', 'base']).default('base'),
					keep_original_sound: z.enum(['yes', 'no']).default('yes'),
				}),
			)
			.max(1)
			.optional(),
		mode: z.enum(['std', 'pro']).default('pro'),
		aspect_ratio: z.enum(['16:9', '9:16', '1:1']).optional(),
		duration: z
			.string()
			.regex(/^([3-9]|10)$/)
			.default('5'),
		external_task_id: z.string().min(1).optional(),
	})
	.passthrough()
	.refine(
		({ image_list = [], video_list = [] }) => image_list.length <= (video_list.length > 0 ? 4 : 7),
		{ path: ['image_list'], message: 'too many images beside a video' },
	)
	.refine(
		({ aspect_ratio, video_list = [] }) =>
			aspect_ratio !== undefined || video_list.some(({ refer_type }) => refer_type === 'base'),
		{ path: ['aspect_ratio'], message: 'is required' },
	);

const BODIES = {
	text2video: TextBody,
	image2video: ImageBody,
	'video-extend': ExtendBody,
	'omni-video': OmniBody,
};

export interface KlingBody {
	prompt: string;
	model_name?: string;
	duration?: string;
	external_task_id?: string;
	[field: string]: unknown;
}

/** That the defaults are Kling's own, and that a bad field is told like this, is assumed. */
export function readKlingSubmission(
	route: KlingRoute,
	sent: unknown,
): { body: KlingBody } | { refused: Refusal } {
	if (typeof sent !== 'object' || sent === null) {
		return { refused: { status: 400, message: 'the request body is not a JSON object' } };
	}
	const read = BODIES[route].safeParse(sent);
	const models = route === 'omni-video' ? OMNI_MODELS : KLING_MODELS;
	const name = 'model_name' in sent ? sent.model_name : undefined;
	if (name !== undefined && !(typeof name === 'string' && models.includes(name))) {
		return { refused: { status: 400, message: 'invalid model name' } };
	}
	if (read.success) return { body: read.data };
	const issues = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
	return { refused: { status: 400, message: issues.join('; ') } };
}
