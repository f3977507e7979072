import type { INodeProperties } from 'n8n-workflow';

import { modelField, type ListedModel } from '../../fields/model';
import { isRecord, parseJson, text } from '../../http/json';
import { VIDEOS_PATH } from './api';

/** What is published or was seen of the models of one maker (September 2026); nothing is enforced. */
export interface KnownModels {
	name: string;
	ids: string[];
	seconds: string;
	sizes: string;
	images: string;
	/** CometAPI's list price in USD a second. */
	price?: string;
}

const SEEDANCE_SIZES = '16:9 (default), 9:16, 1:1, 4:3, 3:4, 21:9, or width x height';

export const KNOWN_MODELS: KnownModels[] = [
	{
		name: 'Seedance 2.5',
		ids: ['seedance-2-5', 'seedance-2-5-260628'],
		seconds: '4 to 30, default 5',
		sizes: '16:9 (default) and other ratios, 854x480, 1280x720',
		images: 'files or URLs',
		price: '0.103 at 480p, 0.231 at 720p',
	},
	{
		name: 'Seedance 2.0',
		ids: ['seedance-2-0', 'doubao-seedance-2-0'],
		seconds: '4 to 15, default 5',
		sizes: SEEDANCE_SIZES,
		images: 'files or URLs',
		price: '0.063 at 480p, 0.1368 at 720p, 0.3366 at 1080p',
	},
	{
		name: 'Seedance 2.0 Fast',
		ids: ['doubao-seedance-2-0-fast'],
		seconds: '4 to 15, default 5',
		sizes: `${SEEDANCE_SIZES}, up to 720p`,
		images: 'by URL; files were refused',
		price: '0.0504 at 480p, 0.108 at 720p',
	},
	{
		name: 'Seedance 1.5 Pro',
		ids: ['doubao-seedance-1-5-pro'],
		seconds: '4 to 12, default 5',
		sizes: SEEDANCE_SIZES,
		images: 'none by its page; URLs were taken, files refused',
	},
	{
		name: 'Seedance 1.0 Pro',
		ids: ['doubao-seedance-1-0-pro'],
		seconds: '2 to 10, default 5',
		sizes: SEEDANCE_SIZES,
		images: 'none',
	},
	{
		name: 'Wan 2.6',
		ids: ['wan2.6'],
		seconds: '5, 10 or 15, default 5',
		sizes:
			'1280x720, 720x1280, 1920x1080 (default), 1080x1920, 1440x1440, 1088x832, 832x1088, 1632x1248, 1248x1632',
		images: 'by URL, up to 5; files were refused',
		price: '0.08 at 720p, 0.12 at 1080p',
	},
	{
		name: 'Wan 2.7',
		ids: ['wan2.7'],
		seconds: '2 to 15, default 5',
		sizes: '1280x720, 720x1280, 1920x1080 (default), 1080x1920, 1440x1440',
		images: 'files, as first and last frame',
		price: '0.08 at 720p, 0.12 at 1080p',
	},
	{
		name: 'Wan 3.0',
		ids: ['wan3.0'],
		seconds: 'not published; up to 30 at its maker',
		sizes: 'not published; 480p, 720p and 1080p',
		images: 'not published; first and last frame at its maker',
		price: '0.05 at 480p, 0.10 at 720p, 0.20 at 1080p',
	},
	{
		name: 'Vidu Q3',
		ids: ['viduq3', 'viduq3-turbo'],
		seconds: '1 to 16, default 5',
		sizes: '640x352, 960x528, 1280x720 (default), 1920x1080',
		images: 'seen, not on its page',
		price: '0.056 up to 540p, 0.1232 above; Turbo 0.028 and 0.0616',
	},
	{
		name: 'HappyHorse',
		ids: ['happyhorse-1.0', 'happyhorse-1.1'],
		seconds: '3 to 15, default 5',
		sizes: '1280x720, 720x1280, 1920x1080 (default), 1080x1920, 1440x1440',
		images: 'files, several',
	},
	{
		name: 'Veo 3 and 3.1',
		ids: ['veo3.1', 'veo3.1-fast', 'veo3', 'veo3-fast'],
		seconds: '4, 6 or 8',
		sizes: '1280x720, 720x1280 and larger landscapes; 16x9 and 9x16 with older versions',
		images: 'one file, the first frame',
		price: '0.05 for veo3-fast (May 2026)',
	},
	{
		name: 'MiniMax H3 (Hailuo)',
		ids: ['minimax-h3'],
		seconds: 'not published; 4 to 15 at its maker',
		sizes: 'not published; 768p and 2K',
		images: 'files; up to 9 at its maker',
		price: '0.08 at 768p, 0.13 at 2K',
	},
	{
		name: 'FLUX 3',
		ids: ['flux-3'],
		seconds: 'not published; 5 to 20 at its maker',
		sizes: 'not published; 720p and 1080p',
		images: 'not published; up to 10 at its maker',
		price: '0.136 at 720p, 0.232 at 1080p',
	},
	{
		name: 'Omni Fast (beta)',
		ids: ['omni-fast'],
		seconds: 'start with 4, the default',
		sizes: "leave empty; 'Custom Body Fields' take aspect_ratio 16:9, 9:16 or 1:1",
		images: 'none',
	},
];

/** Ids that others saw finish videos in August and September 2026, or at least be accepted. */
export const LIVE_MODELS = [
	'seedance-2-5',
	'doubao-seedance-1-5-pro',
	'doubao-seedance-2-0',
	'doubao-seedance-2-0-fast',
	'happyhorse-1.1',
	'omni-fast',
	'veo3',
	'veo3-fast',
	'veo3.1',
	'veo3.1-fast',
	'viduq3',
	'viduq3-turbo',
	'wan2.6',
	'wan2.7',
] as const;

/** The models that CometAPI's public catalogue has for this route. */
export const model = modelField({
	method: 'searchVideoModels',
	known: LIVE_MODELS,
	live: { path: '/api/models', withKey: false, read: readCatalogue },
});

/** What is known of the chosen model. */
export const modelNotices: INodeProperties[] = KNOWN_MODELS.map(toNotice);

function toNotice(models: KnownModels, index: number): INodeProperties {
	const { name, ids, seconds, sizes, images, price } = models;
	const facts = [name, `Duration: ${seconds}`, `Size: ${sizes}`, `Images: ${images}`];
	if (price !== undefined) facts.push(`CometAPI's list price in USD per second: ${price}`);
	// n8n shows no HTML of community nodes, not even a line break.
	const text = [...facts, 'Known in September 2026; CometAPI may accept other values'].join('. ');
	return {
		displayName: `${text}.`,
		name: `knownOfModel${index}`,
		type: 'notice',
		default: '',
		// In this order: n8n shows everything that hangs on an expression, and a list has none.
		displayOptions: { show: { '/model.mode': ['list'], model: ids } },
	};
}

function readCatalogue(answer: unknown): ListedModel[] {
	if (!isRecord(answer) || !Array.isArray(answer.data)) return [];
	return answer.data.flatMap((entry) => readEntry(entry) ?? []);
}

function readEntry(entry: unknown): ListedModel | undefined {
	if (!isRecord(entry) || entry.upcoming === true) return undefined;
	const { id, provider, features, endpoints } = entry;
	const value = text(id);
	const makesVideos = textsIn(features).some((feature) => /to-video$|^video-edit/.test(feature));
	if (value === undefined || !makesVideos || !textsIn(endpoints).includes(VIDEOS_PATH)) {
		return undefined;
	}
	const maker = text(provider);
	return { name: maker === undefined ? value : `${value} (${maker})`, value };
}

/** All texts in a list or an object, which may itself come as JSON text. */
function textsIn(value: unknown): string[] {
	if (typeof value === 'string')
		return /^\s*[[{]/.test(value) ? textsIn(parseJson(value)) : [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap(textsIn);
}
