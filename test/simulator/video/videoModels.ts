/** How the images of POST /v1/videos reach the model; channels change. */
export type ImageDialect =
	/** File parts `input_reference`; `reference_urls` are taken too (assumed). */
	| 'file'
	/** Text parts `reference_urls`; a file is refused. */
	| 'url'
	| 'none';

export interface VideoModel {
	provider: string;
	/** Whole seconds that it takes; absent where nothing is known, then any are. */
	seconds?: { from: number; to: number } | readonly number[];
	images: ImageDialect;
	/** Assumed: 'media' is reference videos and audios, 'frames' also first_frame and last_frame. */
	references?: 'media' | 'frames';
	/** What the provider calls it, where an answer's `model` tells that instead. */
	providerId?: string;
	/** CometAPI's published price of a second of 720p. */
	perSecond?: number;
}

const range = (from: number, to: number) => ({ from, to });

const doubao = (
	images: ImageDialect,
	from: number,
	to: number,
	perSecond?: number,
): VideoModel => ({
	...{ provider: 'doubao', images, perSecond },
	seconds: range(from, to),
	// Of Seedance 2.x, which alone makes 15 seconds.
	references: to >= 15 ? 'media' : undefined,
});

const veo = (providerId: string): VideoModel => ({
	...{ provider: 'google', images: 'file', providerId },
	seconds: [4, 6, 8],
});

const vidu: VideoModel = { provider: 'vidu', images: 'file', seconds: range(1, 16) };

const horse: VideoModel = { provider: 'happyhorse', images: 'file', seconds: range(3, 15) };

/** Lengths are from CometAPI's pages, of minimax-h3 and flux-3 from the providers'; dialects as seen live. */
export const SHARED_ROUTE_MODELS: Readonly<Record<string, VideoModel>> = {
	'seedance-2-5': doubao('file', 4, 30, 0.231),
	'seedance-2-5-260628': doubao('file', 4, 30, 0.231),
	'seedance-2-0': doubao('file', 4, 15, 0.1368),
	'doubao-seedance-2-0': doubao('file', 4, 15, 0.1368),
	'doubao-seedance-2-0-fast': doubao('url', 4, 15, 0.108),
	'doubao-seedance-1-5-pro': doubao('url', 4, 12),
	'doubao-seedance-1-0-pro': doubao('none', 2, 10),
	'wan2.6': { provider: 'wan', images: 'url', seconds: [5, 10, 15], perSecond: 0.08 },
	'wan2.7': { provider: 'wan', images: 'file', seconds: range(2, 15), perSecond: 0.08 },
	'wan3.0': { provider: 'wan', images: 'file', perSecond: 0.1 },
	viduq3: { ...vidu, perSecond: 0.1232 },
	'viduq3-turbo': { ...vidu, perSecond: 0.0616 },
	'happyhorse-1.0': horse,
	'happyhorse-1.1': horse,
	'veo3.1': veo('veo_3_1-4K'),
	'veo3.1-fast': veo('veo_3_1-fast'),
	veo3: veo('veo_3'),
	'veo3-fast': veo('veo_3-fast'),
	'minimax-h3': {
		...{ provider: 'minimax', images: 'file', references: 'frames' },
		...{ seconds: range(4, 15), perSecond: 0.08 },
	},
	'flux-3': {
		provider: 'black-forest-labs',
		images: 'file',
		seconds: range(5, 20),
		perSecond: 0.136,
	},
	'omni-fast': { provider: 'omni', images: 'none' },
	'omni-fast-v2v': { provider: 'omni', images: 'none' },
};
