/** Only these make videos; the others are what a CometAPI list also holds. */
export const VIDEO_MODELS = ['grok-imagine-video', 'grok-imagine-video-1.5'];

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

/** The answer of GET /v1/models [C]. */
export const MODEL_LIST = {
	object: 'list',
	data: [...OTHER_MODELS, ...VIDEO_MODELS].sort().map((id) => ({
		id,
		object: 'model',
		created: 1_770_000_000,
		owned_by: id.startsWith('grok') ? 'xai' : 'cometapi',
	})),
};
