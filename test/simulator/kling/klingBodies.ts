import { z } from 'zod';
import type { Refusal } from '../family.ts';

export type KlingRoute = 'text2video' | 'image2video';

/** kling-v3 and kling-v2-6 were seen live; the others are Kling's own. */
export const KLING_MODELS = [
	'kling-v1',
	'kling-v1-6',
	'kling-v2-master',
	'kling-v2-1',
	'kling-v2-1-master',
	'kling-v2-5-turbo',
	'kling-v2-6',
	'kling-v3',
];

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

const ImageBody = z
	.object({
		...shared,
		prompt: z.string().max(500).default(''),
		image: z
			.string()
			.refine(
				(image) => isHttpUrl(image) || isBase64(image),
				'must be an http(s) URL or base64 without a data: prefix',
			),
	})
	.passthrough();

export type KlingBody = z.infer<typeof TextBody> | z.infer<typeof ImageBody>;

/** That the defaults are Kling's own, and that a bad field is told like this, is assumed. */
export function readKlingSubmission(
	route: KlingRoute,
	sent: unknown,
): { body: KlingBody } | { refused: Refusal } {
	if (typeof sent !== 'object' || sent === null) {
		return { refused: { status: 400, message: 'the request body is not a JSON object' } };
	}
	const read = (route === 'text2video' ? TextBody : ImageBody).safeParse(sent);
	const name = 'model_name' in sent ? sent.model_name : undefined;
	if (name !== undefined && !(typeof name === 'string' && KLING_MODELS.includes(name))) {
		return { refused: { status: 400, message: 'invalid model name' } };
	}
	if (read.success) return { body: read.data };
	const issues = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
	return { refused: { status: 400, message: issues.join('; ') } };
}
