import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { listedById, searchIn } from '../../fields/model';

export const DEFAULT_MODEL = 'kling-v2-6';

/** Ids that others saw finish videos in September 2026; CometAPI has no list of Kling's names. */
const MODELS = [DEFAULT_MODEL, 'kling-v3'];

export async function searchKlingModels(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	return searchIn(listedById(MODELS), filter);
}
