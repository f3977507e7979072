import type { INodeProperties } from 'n8n-workflow';

import { CLASSIC_MODEL, MODEL_1_5 } from './fields';

const LIST_PRICE = "This is xAI's list price; CometAPI's may differ.";
const COMETAPI_PRICE = "This is CometAPI's price of 2026-09-03; it may have changed.";

/** The published prices of docs/api.md, in USD a second of video. */
const PRICES = [
	{ name: 'price480p', model: CLASSIC_MODEL, resolution: '480p', usd: '0.05' },
	{ name: 'price720p', model: CLASSIC_MODEL, resolution: '720p', usd: '0.07' },
	{ name: 'price15At480p', model: MODEL_1_5, resolution: '480p', usd: '0.064' },
	{ name: 'price15At720p', model: MODEL_1_5, resolution: '720p', usd: '0.112' },
	{ name: 'price15At1080p', model: MODEL_1_5, resolution: '1080p', usd: '0.20' },
];

/** n8n's notices are fixed texts: they cannot multiply with the duration or the number of items. */
export function priceNotices(exampleS: number): INodeProperties[] {
	return [
		...PRICES.map((price) => priceNotice(price, exampleS)),
		notice('no1080p', `${CLASSIC_MODEL} has no 1080p: the node refuses it before paying.`, {
			show: { model: [CLASSIC_MODEL], resolution: ['1080p'] },
		}),
		notice(
			'otherPrices',
			"This node doesn't know the price of other Grok models. See CometAPI's price list.",
			{ hide: { model: [CLASSIC_MODEL, MODEL_1_5] } },
		),
	];
}

export const editPriceNotice = notice(
	'editPrice',
	'You pay for each item. An edit is as long as its original, and CometAPI publishes no price for edits.',
	{},
);

function priceNotice(
	{ name, model, resolution, usd }: (typeof PRICES)[number],
	exampleS: number,
): INodeProperties {
	const total = (Number(usd) * exampleS).toFixed(2);
	const image = model === MODEL_1_5 ? ', plus $0.008 for an input image' : '';
	const whose = model === MODEL_1_5 ? COMETAPI_PRICE : LIST_PRICE;
	const text = `Price of ${model} at ${resolution}: $${usd} per second, so $${total} for ${exampleS} seconds, for each item${image}. ${whose}`;
	return notice(name, text, { show: { model: [model], resolution: [resolution] } });
}

function notice(
	name: string,
	text: string,
	displayOptions: INodeProperties['displayOptions'],
): INodeProperties {
	return { displayName: text, name, type: 'notice', default: '', displayOptions };
}
