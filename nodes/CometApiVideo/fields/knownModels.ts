import type { INodeProperties } from 'n8n-workflow';

import { notice } from './field';

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

/** One notice for each ID, and a neutral one for every other, such as that of an expression. */
export function modelNotices(models: readonly KnownModel[]): INodeProperties[] {
	const known = models.flatMap((model) => model.ids.map((id) => ({ id, text: describe(model) })));
	return [
		...known.map(({ id, text }, index) =>
			// Hidden rather than shown by the model: n8n shows everything that hangs on an expression.
			notice(`model${index}`, text, { hide: { model: [{ _cnd: { not: id } }] } }),
		),
		notice(
			'otherModel',
			`You pay for each item, by the price of the model. CometAPI's pages have the price and what the model can make.`,
			{ hide: { model: known.map(({ id }) => id) } },
		),
	];
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
