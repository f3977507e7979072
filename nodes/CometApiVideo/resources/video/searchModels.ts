import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { toApiBaseUrl } from '../../../../credentials/baseUrl';
import { CREDENTIAL_TYPE } from '../../../../credentials/credentialType';
import { listedById, searchIn, type ListedModel } from '../../fields/model';
import { isRecord, parseJson, text } from '../../http/json';
import { VIDEOS_PATH } from './api';
import { LIVE_MODELS } from './models';

const TIMEOUT_MS = 10_000;

/** The models that CometAPI's public catalogue has for this route; the known ones without it. */
export async function searchVideoModels(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	return searchIn(await listModels(this), filter);
}

async function listModels(context: ILoadOptionsFunctions): Promise<ListedModel[]> {
	const { baseUrl } = await context.getCredentials(CREDENTIAL_TYPE);
	try {
		// Without the key: the catalogue is public.
		const answer: unknown = await context.helpers.httpRequest({
			baseURL: toApiBaseUrl(String(baseUrl)),
			url: '/api/models',
			json: true,
			timeout: TIMEOUT_MS,
		});
		const models = readCatalogue(answer);
		return models.length > 0 ? models : KNOWN;
	} catch {
		return KNOWN;
	}
}

const KNOWN = listedById(LIVE_MODELS);

function readCatalogue(answer: unknown): ListedModel[] {
	if (!isRecord(answer) || !Array.isArray(answer.data)) return [];
	const models = answer.data.flatMap((entry) => readEntry(entry) ?? []);
	return models.sort((a, b) => a.value.localeCompare(b.value));
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
