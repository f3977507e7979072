import { z } from 'zod';
import { VIDEO_MODELS } from '../models.ts';

const RATIOS = ['1:1', '16:9', '9:16', '4:3', '3:4', '3:2', '2:3'] as const;

const isHttpUrl = (url: string) => /^https?:\/\//i.test(url) && URL.canParse(url);

function isImageDataUrl(url: string): boolean {
	const [head] = /^data:image\/(?:jpeg|png|webp);base64,/.exec(url) ?? [];
	if (head === undefined) return false;
	const payload = url.slice(head.length);
	// One pattern over the whole would overflow the regex stack on a 28 MB image.
	return payload.length > 0 && payload.length % 4 === 0 && !/[^A-Za-z0-9+/=]/.test(payload);
}

const shared = {
	model: z.string().default('grok-imagine-video'),
	prompt: z.string().min(1),
	user: z.string().optional(),
};

const GenerationBody = z
	.object({
		...shared,
		duration: z.number().int().min(1).max(15).default(8),
		resolution: z.enum(['480p', '720p', '1080p']).default('480p'),
		aspect_ratio: z.enum(RATIOS).optional(),
		image: z
			.object({
				url: z
					.string()
					.refine(
						(url) => isHttpUrl(url) || isImageDataUrl(url),
						'must be an http(s) URL or a base64 data URL of a JPEG, PNG or WebP image',
					),
			})
			.optional(),
		size: z.unknown(),
	})
	.passthrough()
	.refine((body) => body.resolution !== '1080p' || body.model === 'grok-imagine-video-1.5', {
		path: ['resolution'],
		message: '1080p needs grok-imagine-video-1.5',
	});

const EditBody = z
	.object({
		...shared,
		video: z.object({ url: z.string().refine(isHttpUrl, 'must be an http(s) URL') }),
		output: z.object({}).passthrough().optional(),
	})
	.passthrough();

type GrokBody = z.infer<typeof GenerationBody> | z.infer<typeof EditBody>;

export type GrokRoute = 'generations' | 'edits';

export type Reading =
	| { body: GrokBody }
	| { refused: { status: 400 | 503; code: string; message: string } };

const Model = z.object({ model: z.string() });

const refused = (status: 400 | 503, code: string, message: string): Reading => ({
	refused: { status, code, message },
});

/** Like the gateway: the model's channel is looked for before the rest is read. */
export function readSubmission(route: GrokRoute, sent: unknown): Reading {
	if (typeof sent !== 'object' || sent === null) {
		return refused(400, '', 'the request body is not a JSON object');
	}
	const model = Model.safeParse(sent).data?.model;
	if (model !== undefined && !VIDEO_MODELS.includes(model)) {
		return refused(503, 'model_not_found', `no available channel for model ${model}`);
	}
	const read = (route === 'edits' ? EditBody : GenerationBody).safeParse(sent);
	if (read.success) return { body: read.data };
	const issues = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
	return refused(400, '', issues.join('; '));
}
