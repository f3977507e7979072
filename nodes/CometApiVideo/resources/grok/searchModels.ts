import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { toApiBaseUrl } from '../../../../credentials/baseUrl';
import { CREDENTIAL_TYPE } from '../../../../credentials/credentialType';
import { listedById, searchIn } from '../../fields/model';
import { isRecord, text } from '../../http/json';
import { CLASSIC_MODEL, MODEL_1_5 } from './model';

const KNOWN_MODELS = [CLASSIC_MODEL, MODEL_1_5];

/** Grok's video models of the account; the known ones when the list cannot be had. */
export async function searchGrokModels(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	return searchIn(listedById(await listVideoModels(this)), filter);
}

async function listVideoModels(context: ILoadOptionsFunctions): Promise<string[]> {
	const { baseUrl } = await context.getCredentials(CREDENTIAL_TYPE);
	try {
		const answer: unknown = await context.helpers.httpRequestWithAuthentication.call(
			context,
			CREDENTIAL_TYPE,
			{
				baseURL: toApiBaseUrl(String(baseUrl)),
				url: '/v1/models',
				json: true,
				disableFollowRedirect: true,
			},
		);
		const models = readModelIds(answer).filter((id) => /^grok-.*video/i.test(id));
		return models.length > 0 ? models.sort() : KNOWN_MODELS;
	} catch {
		return KNOWN_MODELS;
	}
}

/** The ids of an OpenAI-style list: {"object":"list","data":[{"id"}]}. */
function readModelIds(answer: unknown): string[] {
	if (!isRecord(answer) || !Array.isArray(answer.data)) return [];
	return answer.data.flatMap((model) => (isRecord(model) ? (text(model.id) ?? []) : []));
}
