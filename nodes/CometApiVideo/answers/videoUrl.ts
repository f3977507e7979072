import { firstOf, httpUrl, isRecord, parseJson, readCutJson } from '../http/json';

/** Names under which answers have a video's URL or lead to it; a wrapped answer comes first. */
const PLACES = [
	...['data', 'task', 'detail'],
	...['video_url', 'videos', 'video', 'task_result', 'output_video', 'output', 'result', 'content'],
	...['url', 'result_url', 'download_url', 'metadata'],
];

/** Names whose text is the URL, for an answer that was cut off. */
const URL_NAMES = ['video_url', 'url', 'result_url', 'download_url', 'output_video', 'output'];

/** No answer known nests its URL in more levels. */
const DEEPEST = 12;

/**
 * The URL of a video in an answer of any family (docs/api.md): a text, an object or a list under the
 * names above, also within JSON text or an answer that was cut off.
 *
 * @returns an http(s) URL; data URLs don't count
 */
export function findVideoUrl(body: unknown, levels = DEEPEST): string | undefined {
	if (levels === 0 || body === null) return undefined;
	if (typeof body === 'string') return httpUrl(body) ?? findInText(body, levels - 1);
	if (typeof body !== 'object') return undefined;
	const values = isRecord(body) ? PLACES.map((name) => body[name]) : Object.values(body);
	return firstOf(values, (value) => findVideoUrl(value, levels - 1));
}

function findInText(json: string, levels: number): string | undefined {
	if (!/^\s*[[{]/.test(json)) return undefined;
	const parsed = parseJson(json);
	return parsed === undefined
		? httpUrl(readCutJson(json, URL_NAMES))
		: findVideoUrl(parsed, levels);
}
