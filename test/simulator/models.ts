import { KLING_MODELS } from './kling/klingBodies.ts';
import { SHARED_ROUTE_MODELS } from './video/videoModels.ts';

/** Grok's. */
export const VIDEO_MODELS = ['grok-imagine-video', 'grok-imagine-video-1.5'];

/** No video models. */
const OTHER_MODELS = [
	'claude-sonnet-4-5',
	'deepseek-chat',
	'flux-kontext-pro',
	'gemini-2.5-flash',
	'gpt-5',
	'gpt-5-mini',
	'gpt-image-1',
	'grok-4',
	'grok-imagine-image',
	'suno_music',
];

const IDS = [
	...OTHER_MODELS,
	...VIDEO_MODELS,
	...Object.keys(SHARED_ROUTE_MODELS),
	...KLING_MODELS,
];

/** The answer of GET /v1/models [C]. */
export const MODEL_LIST = {
	object: 'list',
	data: IDS.sort().map((id) => ({
		id,
		object: 'model',
		created: 1_770_000_000,
		owned_by: id.startsWith('grok') ? 'xai' : 'cometapi',
	})),
};
