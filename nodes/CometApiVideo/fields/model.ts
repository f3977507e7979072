import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';

import { toApiBaseUrl } from '../../../credentials/baseUrl';
import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import { sendRequest } from '../http/request';
import { notice, sentField, type Field } from './field';

/** The date of the facts about models; docs/api.md has their sources. */
export const KNOWN_IN = 'November 2026';

/** A model as far as it is known. The node enforces nothing of this; docs/models.md lists it. */
export interface KnownModel {
	name: string;
	/** The first is the one to use. */
	ids: readonly [string, ...string[]];
	/** Also words by which the picker finds it. */
	maker: string;
	/** Of a video. */
	seconds: string;
	/** Seconds, when the request has none. */
	byDefault?: number;
	images: string;
	/** End frame and reference files, and how certain that is; undefined where nothing is known. */
	references?: string;
	/** List price of a second in USD, by resolution; an empty one stands for all. */
	usd?: Record<string, number>;
	/** List price of a video in USD, where it isn't one of seconds. */
	usdPerVideo?: string;
	/** Further costs, and whose price it is. */
	priceNote?: string;
}

/** A model in a list of CometAPI's. */
export interface ListedModel {
	id: string;
	maker?: string;
}

type Search = (this: ILoadOptionsFunctions, filter?: string) => Promise<INodeListSearchResult>;

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

/** The picker of a model, from a list or by ID, with notices of the price and abilities of each. */
export interface ModelField extends Field<string>, ModelList {
	/** The picker alone, for operations whose price the notices don't tell. */
	picker: Field<string>;
	search: Search;
}

export function modelField(list: ModelList): ModelField {
	const { method, known, dependsOn = [] } = list;
	const [{ ids, name }] = known;
	const picker = sentField({
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
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
				type: 'list',
				placeholder: 'Select a model...',
				typeOptions: { searchListMethod: method, searchable: true },
			},
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder: `e.g. ${ids[0]}` },
		],
	});
	const properties = [...picker.properties, ...noticesOf(known)];
	return { ...picker, ...list, properties, picker, search: searchIn(list) };
}

/** One notice for each ID, and a neutral one for every other, such as that of an expression. */
function noticesOf(models: readonly KnownModel[]): INodeProperties[] {
	const known = models.flatMap((model) => model.ids.map((id) => ({ id, text: describe(model) })));
	return [
		...known.map(({ id, text }, index) =>
			// Hidden rather than shown by the model: n8n shows everything that hangs on an expression.
			notice(`model${index}`, text, { hide: { model: [{ _cnd: { not: id } }] } }),
		),
		notice(
			'otherModel',
			"You pay for each item, by the price of the model. CometAPI's pages have the price and what the model can make.",
			{ hide: { model: known.map(({ id }) => id) } },
		),
	].flatMap(({ properties }) => properties);
}

function describe(model: KnownModel): string {
	const { byDefault, seconds, images, references, priceNote } = model;
	const standard = byDefault === undefined ? 'not known' : `${byDefault} seconds`;
	return [
		`${priceOf(model)}, for each item`,
		`Default: ${standard}. Possible: ${seconds} seconds; images: ${images}`,
		...(references === undefined ? [] : [`References: ${references}`]),
		...(priceNote === undefined ? [] : [priceNote]),
		`Known in ${KNOWN_IN}; CometAPI may have changed it.`,
	].join('. ');
}

const EXAMPLE_S = 5;

/** The price of a video of the default length, as the editor and docs/models.md show it. */
export function priceOf({ byDefault = EXAMPLE_S, usd = {}, usdPerVideo }: KnownModel): string {
	if (usdPerVideo !== undefined) return `A video: ${usdPerVideo}`;
	const prices = Object.entries(usd).map(([resolution, perSecond]) => {
		// Without the tiny fractions of binary numbers, half a cent is rounded up.
		const cents = Math.round(Number((perSecond * byDefault * 100).toFixed(4)));
		return `$${(cents / 100).toFixed(2)}${resolution && ` at ${resolution}`}`;
	});
	return `${byDefault} seconds: ${prices.join(', ') || 'price not known'}`;
}

/** The models with all searched words in their name, ID or maker, whatever the letter case. */
function searchIn({ known, live }: ModelList): Search {
	const toItem = ({ id, maker = '' }: ListedModel) => {
		const model = known.find(({ ids }) => ids.includes(id));
		const beside = model?.name ?? maker;
		const name = model?.ids[0] === id ? model.name : beside === '' ? id : `${id} (${beside})`;
		return { item: { name, value: id }, words: `${name} ${id} ${maker} ${model?.maker ?? ''}` };
	};
	return async function (filter = '') {
		const wanted = filter.toLowerCase().split(/\s+/);
		const listed = live ? await fetchList(this, live).catch(() => []) : [];
		const models = listed.length > 0 ? listed : known.map(({ ids: [id] }) => ({ id }));
		const results = models
			.map(toItem)
			.filter(({ words }) => wanted.every((word) => words.toLowerCase().includes(word)))
			.map(({ item }) => item)
			.sort((a, b) => a.name.localeCompare(b.name));
		return { results };
	};
}

/** The editor waits for the list, in n8n's main process. */
const DEADLINE_MS = 10_000;

const NEVER = new AbortController().signal;

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
