import type { ILoadOptionsFunctions, INodeListSearchResult, INodeType } from 'n8n-workflow';

import { toApiBaseUrl } from '../../../credentials/baseUrl';
import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import { sentField, type Field } from './field';

/** A model as the picker lists it. */
export interface ListedModel {
	name: string;
	value: string;
}

export type ListSearch = NonNullable<NonNullable<INodeType['methods']>['listSearch']>;

/** Where a picker's models come from. */
export interface ModelList {
	/** The name of the picker's search, which workflows and the editor call. */
	method: string;
	/** The first is the default; all of them are shown when CometAPI gives no list. */
	known: readonly [string, ...string[]];
	/** The list at CometAPI, if there is one. */
	live?: { path: string; withKey: boolean; read(answer: unknown): ListedModel[] };
}

const TIMEOUT_MS = 10_000;

/** The picker of a model, from a list or by ID, and the search of its list. */
export function modelField(list: ModelList): Field<string> & { listSearch: ListSearch } {
	const { method, known } = list;
	const property = {
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator' as const,
		required: true,
		default: { mode: 'list', value: known[0] },
		description: 'The model that generates the video',
		// Without this, the editor keeps the model of the resource that was chosen before.
		typeOptions: { loadOptionsDependsOn: ['resource'] },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list' as const,
				placeholder: 'Select a model...',
				typeOptions: { searchListMethod: method, searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string' as const,
				placeholder: `e.g. ${known[0]}`,
			},
		],
	};
	return { ...sentField(property, 'model'), listSearch: { [method]: searchIn(list) } };
}

/** The models whose name contains the searched words, whatever the letter case. */
function searchIn({ known, live }: ModelList): ListSearch[string] {
	const fallback = known.map((id) => ({ name: id, value: id }));
	return async function (this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
		const wanted = filter.trim().toLowerCase();
		const listed = live ? await fetchList(this, live).catch(() => []) : [];
		const models = listed.length > 0 ? listed : fallback;
		return { results: models.filter(({ name }) => name.toLowerCase().includes(wanted)) };
	};
}

async function fetchList(
	context: ILoadOptionsFunctions,
	{ path, withKey, read }: NonNullable<ModelList['live']>,
): Promise<ListedModel[]> {
	const { baseUrl } = await context.getCredentials(CREDENTIAL_TYPE);
	const request = {
		baseURL: toApiBaseUrl(String(baseUrl)),
		url: path,
		json: true,
		timeout: TIMEOUT_MS,
		disableFollowRedirect: withKey,
	};
	const { helpers } = context;
	const answer: unknown = withKey
		? await helpers.httpRequestWithAuthentication.call(context, CREDENTIAL_TYPE, request)
		: await helpers.httpRequest(request);
	return read(answer).sort((a, b) => a.value.localeCompare(b.value));
}
