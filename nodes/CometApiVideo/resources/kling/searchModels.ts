import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

export const DEFAULT_MODEL = 'kling-v2-6';

/** Ids that others saw finish videos in September 2026; CometAPI has no list of Kling's names. */
const MODELS = [DEFAULT_MODEL, 'kling-v3'];

export async function searchKlingModels(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const wanted = filter.trim().toLowerCase();
	const found = MODELS.filter((id) => id.includes(wanted));
	return { results: found.map((id) => ({ name: id, value: id })) };
}
