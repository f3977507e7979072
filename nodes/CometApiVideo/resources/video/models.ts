import { modelField, type KnownModel, type ListedModel } from '../../fields/model';
import { isRecord, parseJson, text } from '../../http/json';
import { jobAt, type VideoApi } from '../../videoApi';

export const VIDEOS_PATH = '/v1/videos';

/** Channels' answers to a file that comes in the way they do not take, or to any. */
const FILE_REFUSED =
	/reference_(video_|audio_)?urls|reference_(video|audio)s|(first|last)_frame|field required|does not support/i;

/** CometAPI's route for Seedance, Wan, Vidu, HappyHorse, Veo, MiniMax, FLUX and Omni, by docs/api.md. */
export const videoApi: VideoApi = {
	resource: 'Seedance, Veo, Wan and More',
	idNames: ['id', 'request_id'],
	jobsPath: VIDEOS_PATH,
	jobOf: (_item, requestId) => jobAt(VIDEOS_PATH, requestId),
	contentPath: ({ statusPath }) => `${statusPath}/content`,
	adviceFor({ reason, message = '' }) {
		if (reason !== 'badInput') return undefined;
		if (/unsupported relay mode/i.test(message)) {
			return "The model doesn't belong to this resource. Choose another one under 'Model', or the model's own under 'Resource'.";
		}
		if (!FILE_REFUSED.test(message)) return undefined;
		return "Some models take URLs only, some files only, some neither. Change 'Image Source' or the references under Options, or choose another model.";
	},
	// Jobs of more than ten minutes were seen.
	maxWaitS: 1800,
};

interface VideoModel extends KnownModel {
	/** The model's sizes by aspect ratio, where it takes no ratio as its size. */
	sizes?: Record<string, string>;
	/** The field of the aspect ratio, if it isn't the size. */
	ratioField?: string;
	/** Frames have fields of their own, beside that of other images. */
	frameFields?: true;
}

const BY_ITS_MAKER = "by its maker's pages";
const SEEDANCE = { maker: 'ByteDance (Seedance, Doubao)', byDefault: 5 };
const SEEDANCE_2 = {
	...SEEDANCE,
	references: `up to 9 images, 3 videos and 3 audios ${BY_ITS_MAKER}; end frame not known`,
};
const UP_TO_1080P = { '16:9': '1920x1080', '9:16': '1080x1920', '1:1': '1440x1440' };
const WAN = { maker: 'Alibaba (Wan)' };
const WAN_2 = { ...WAN, byDefault: 5, sizes: UP_TO_1080P, usd: { '720p': 0.08, '1080p': 0.12 } };
const VIDU = { maker: 'Shengshu (Vidu)', seconds: '1 to 16', byDefault: 5 };
const HORSE = {
	...{ maker: 'Alibaba (HappyHorse)', seconds: '3 to 15', byDefault: 5, sizes: UP_TO_1080P },
	images: 'files, several',
};
const VEO = {
	...{ maker: 'Google (Veo)', seconds: '4, 6 or 8', byDefault: 8, images: 'one file' },
	references: 'end frame, on an older page',
	sizes: { '16:9': '1280x720', '9:16': '720x1280' },
};

export const KNOWN_MODELS: readonly [VideoModel, ...VideoModel[]] = [
	{
		...{ ...SEEDANCE_2, name: 'Seedance 2.5', ids: ['seedance-2-5', 'seedance-2-5-260628'] },
		...{ seconds: '4 to 30', images: 'files or URLs', usd: { '480p': 0.103, '720p': 0.231 } },
	},
	{
		...{ ...SEEDANCE_2, name: 'Seedance 2.0', ids: ['doubao-seedance-2-0', 'seedance-2-0'] },
		...{ seconds: '4 to 15', images: 'files or URLs' },
		usd: { '480p': 0.063, '720p': 0.1368, '1080p': 0.3366 },
	},
	{
		...{ ...SEEDANCE_2, name: 'Seedance 2.0 Fast', ids: ['doubao-seedance-2-0-fast'] },
		...{ seconds: '4 to 15', images: 'URLs', usd: { '480p': 0.0504, '720p': 0.108 } },
	},
	{
		...{ ...SEEDANCE, name: 'Seedance 1.5 Pro', ids: ['doubao-seedance-1-5-pro'] },
		...{ seconds: '4 to 12', images: 'URLs, not on its page' },
	},
	{
		...{ ...SEEDANCE, name: 'Seedance 1.0 Pro', ids: ['doubao-seedance-1-0-pro'] },
		...{ seconds: '2 to 10', images: 'none' },
	},
	{ ...WAN_2, name: 'Wan 2.6', ids: ['wan2.6'], seconds: '5, 10 or 15', images: 'up to 5 URLs' },
	{
		...{ ...WAN_2, name: 'Wan 2.7', ids: ['wan2.7'], seconds: '2 to 15' },
		...{ images: 'files', references: 'end frame, seen in use' },
	},
	{
		...{ ...WAN, name: 'Wan 3.0', ids: ['wan3.0'], seconds: `up to 30 ${BY_ITS_MAKER}` },
		...{ images: 'not known', usd: { '480p': 0.05, '720p': 0.1, '1080p': 0.2 } },
	},
	{
		...{ ...VIDU, name: 'Vidu Q3', ids: ['viduq3'], images: 'files, not on its page' },
		usd: { '540p': 0.056, '720p and 1080p': 0.1232 },
	},
	{
		...{ ...VIDU, name: 'Vidu Q3 Turbo', ids: ['viduq3-turbo'], images: 'files, not on its page' },
		usd: { '540p': 0.028, '720p and 1080p': 0.0616 },
	},
	{ ...HORSE, name: 'HappyHorse 1.1', ids: ['happyhorse-1.1'] },
	{ ...HORSE, name: 'HappyHorse 1.0', ids: ['happyhorse-1.0'] },
	{ ...VEO, name: 'Veo 3.1', ids: ['veo3.1'] },
	{ ...VEO, name: 'Veo 3.1 Fast', ids: ['veo3.1-fast'] },
	{ ...VEO, name: 'Veo 3', ids: ['veo3'] },
	{ ...VEO, name: 'Veo 3 Fast', ids: ['veo3-fast'], usd: { '': 0.05 } },
	{
		...{ name: 'MiniMax H3', ids: ['minimax-h3'], maker: 'MiniMax (Hailuo)' },
		...{ seconds: `4 to 15 ${BY_ITS_MAKER}`, images: 'files', usd: { '768p': 0.08, '2K': 0.13 } },
		references: 'end frame, or videos and audios, by a third party',
		frameFields: true,
	},
	{
		...{ name: 'FLUX 3', ids: ['flux-3'], maker: 'Black Forest Labs (FLUX)', images: 'not known' },
		...{ seconds: `5 to 20 ${BY_ITS_MAKER}`, usd: { '720p': 0.136, '1080p': 0.232 } },
	},
	{
		...{ name: 'Omni Fast (beta)', ids: ['omni-fast'], maker: 'Omni', seconds: 'not known' },
		...{ byDefault: 4, images: 'none', ratioField: 'aspect_ratio' },
	},
];

/** The models that CometAPI's public catalogue has for this route. */
export const model = modelField({
	method: 'searchVideoModels',
	known: KNOWN_MODELS,
	live: { path: '/api/models', withKey: false, read: readCatalogue },
});

const knownModel = (modelId: string): VideoModel | undefined =>
	KNOWN_MODELS.find(({ ids }) => ids.includes(modelId));

/** An aspect ratio as the model takes it; most take it as their size. */
export function ratioFields(modelId: string, ratio: string): Record<string, [string]> {
	const { ratioField = 'size', sizes } = knownModel(modelId) ?? {};
	return { [ratioField]: [sizes?.[ratio] ?? ratio] };
}

/** True if the model takes first and last frame in fields of their own. */
export const hasFrameFields = (modelId: string) => knownModel(modelId)?.frameFields === true;

function readCatalogue(answer: unknown): ListedModel[] {
	if (!isRecord(answer) || !Array.isArray(answer.data)) return [];
	return answer.data.flatMap((entry) => readEntry(entry) ?? []);
}

function readEntry(entry: unknown): ListedModel | undefined {
	if (!isRecord(entry) || entry.upcoming === true) return undefined;
	const id = text(entry.id);
	// Create has no video to edit.
	const canCreate = textsIn(entry.features).some((each) => /^(text|image)-to-video$/.test(each));
	if (id === undefined || !canCreate || !textsIn(entry.endpoints).includes(VIDEOS_PATH)) {
		return undefined;
	}
	return { id, maker: text(entry.provider) };
}

/** All texts in a list or an object, which may itself come as JSON text. */
function textsIn(value: unknown): string[] {
	if (typeof value === 'string')
		return /^\s*[[{]/.test(value) ? textsIn(parseJson(value)) : [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap(textsIn);
}
