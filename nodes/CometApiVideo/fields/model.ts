import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
	INodeProperties,
	INodeType,
} from 'n8n-workflow';

import { toApiBaseUrl } from '../../../credentials/baseUrl';
import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import { sendRequest } from '../http/request';
import { sentField, type Field } from './field';
import { modelNotices, type KnownModel } from './knownModels';

/** A model in a list of CometAPI's. */
export interface ListedModel {
	id: string;
	maker?: string;
}

export type ListSearch = NonNullable<NonNullable<INodeType['methods']>['listSearch']>;

/** The source of a picker's models. */
export interface ModelList {
	/** The name of the picker's search, which workflows and the editor call. */
	method: string;
	/** The first is the default; all of them are shown when CometAPI gives no list. */
	known: readonly [KnownModel, ...KnownModel[]];
	/** Parameters with whose change the picker takes its default again, beside Resource. */
	dependsOn?: string[];
	/** The list at CometAPI, if there is one. */
	live?: { path: string; withKey: boolean; read(answer: unknown): ListedModel[] };
}

/** The editor waits for the list, in n8n's main process. */
const DEADLINE_MS = 10_000;

const NEVER = new AbortController().signal;

/** The picker of a model, from a list or by ID. */
export interface ModelField extends Field<string> {
	known: readonly KnownModel[];
	/** Price and abilities of the model, for operations that make a video from a prompt. */
	notices: INodeProperties[];
	listSearch: ListSearch;
}

export function modelField(list: ModelList): ModelField {
	const { method, known, dependsOn = [] } = list;
	const [{ ids, name }] = known;
	const property = {
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator' as const,
		required: true,
		default: { mode: 'list', value: ids[0], cachedResultName: name },
		description: 'The model that generates the video',
		// With another resource, the editor empties the model, then takes its name. A field that hides
		// for an empty name is reset to its default.
		typeOptions: { loadOptionsDependsOn: ['resource', ...dependsOn] },
		displayOptions: { hide: { '/model.cachedResultName': [''] } },
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
				placeholder: `e.g. ${ids[0]}`,
			},
		],
	};
	return {
		...sentField(property, 'model'),
		known,
		notices: modelNotices(known),
		listSearch: { [method]: searchIn(list) },
	};
}

/** The models with all searched words in their name, ID or maker, whatever the letter case. */
function searchIn({ known, live }: ModelList): ListSearch[string] {
	const toItem = ({ id, maker = '' }: ListedModel) => {
		const model = known.find(({ ids }) => ids.includes(id));
		const beside = model?.name ?? maker;
		const name = model?.ids[0] === id ? model.name : beside === '' ? id : `${id} (${beside})`;
		return { item: { name, value: id }, words: `${name} ${id} ${maker} ${model?.maker ?? ''}` };
	};
	return async function (this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
		const wanted = filter.toLowerCase().split(/\s+/);
		const listed = live ? await fetchList(this, live).catch(() => []) : [];
		const models = listed.length > 0 ? listed : known.map(({ ids: [id] }) => ({ id }));
		const found = models
			.map(toItem)
			.filter(({ words }) => wanted.every((word) => words.toLowerCase().includes(word)));
		return { results: found.map(({ item }) => item).sort(byName) };
	};
}

const byName = (a: INodeListSearchItems, b: INodeListSearchItems) => a.name.localeCompare(b.name);

async function fetchList(
	context: ILoadOptionsFunctions,
	{ path, withKey, read }: NonNullable<ModelList['live']>,
): Promise<ListedModel[]> {
	const { baseUrl } = await context.getCredentials(CREDENTIAL_TYPE);
	const exchange = await sendRequest(
		context,
		{ method: 'GET', baseURL: toApiBaseUrl(String(baseUrl)), url: path, timeout: DEADLINE_MS },
		{ stop: NEVER, stopAborts: 'always', deadlineMs: DEADLINE_MS, withoutKey: !withKey },
	);
	return 'answer' in exchange ? read(exchange.answer.body) : [];
}
