import { SHARED_ROUTE_MODELS, type VideoModel } from './videoModels.ts';

interface CatalogueModel {
	id: string;
	provider: string;
	model_type: string;
	features: string[] | null;
	endpoints: unknown;
	pricing: object | null;
	api_doc_url: string | null;
	upcoming: boolean;
}

const VIDEOS = { path: '/v1/videos', method: 'POST' };

/** Clients of CometAPI's read a list, an object and either as text: which one it sends is not known. */
const ENDPOINTS: unknown[] = [
	{ 'video-generation': VIDEOS },
	JSON.stringify({ 'video-generation': VIDEOS }),
	['/v1/videos'],
	[{ key: 'video-generation', ...VIDEOS }],
];

const pricing = (perSecond: number | null) => ({
	currency: 'USD',
	input: null,
	output: null,
	per_request: null,
	per_second: perSecond,
});

function videoEntry([id, model]: [string, VideoModel], index: number): CatalogueModel {
	const isEditing = id.endsWith('-v2v');
	const made = model.images === 'none' ? ['text-to-video'] : ['text-to-video', 'image-to-video'];
	return {
		...{ id, provider: model.provider, model_type: 'video', upcoming: false },
		features: isEditing ? ['video-editing'] : made,
		endpoints: ENDPOINTS[index % ENDPOINTS.length],
		pricing: pricing(model.perSecond ?? null),
		api_doc_url: `https://apidoc.cometapi.com/api/video/${model.provider}/create`,
	};
}

const callable = { upcoming: false, pricing: null, api_doc_url: null };

/** A list for this route leaves these out: not callable, no video, or another route. */
const OTHERS: CatalogueModel[] = [
	{
		...{ ...callable, id: 'veo4', provider: 'google', model_type: 'video', upcoming: true },
		features: ['text-to-video'],
		endpoints: ENDPOINTS[0],
	},
	{
		...{ ...callable, id: 'flux-3-image', provider: 'black-forest-labs', model_type: 'image' },
		features: ['text-to-image'],
		endpoints: ['/v1/images/generations'],
	},
	{
		...{ ...callable, id: 'video-analyzer', provider: 'google', model_type: 'text' },
		features: ['video-to-text'],
		endpoints: ['/v1/videos', '/v1/chat/completions'],
	},
	{
		...{ ...callable, id: 'gpt-5', provider: 'openai', model_type: 'text' },
		features: null,
		endpoints: null,
	},
	{
		...{ ...callable, id: 'grok-imagine-video', provider: 'xai', model_type: 'video' },
		features: ['text-to-video', 'image-to-video'],
		endpoints: { video: { path: '/grok/v1/videos/generations', method: 'POST' } },
	},
	{
		...{ ...callable, id: 'kling-v3', provider: 'kling', model_type: 'video' },
		features: ['text-to-video', 'image-to-video'],
		endpoints: ['/kling/v1/videos/text2video', '/kling/v1/videos/image2video'],
	},
];

export const CATALOGUE_VIDEO_IDS = Object.keys(SHARED_ROUTE_MODELS);

const data = [...Object.entries(SHARED_ROUTE_MODELS).map(videoEntry), ...OTHERS].sort((a, b) =>
	a.id.localeCompare(b.id),
);

/** The answer of GET /api/models [C]; the form of `endpoints` is assumed. */
export const CATALOGUE = {
	success: true,
	page: 1,
	page_size: data.length,
	total: data.length,
	data,
};
