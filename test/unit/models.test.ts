/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { readFileSync, writeFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import { KNOWN_IN, priceOf, type KnownModel } from '../../nodes/CometApiVideo/fields/model';
import { resources } from '../../nodes/CometApiVideo/resources';

const FILE = 'docs/models.md';

const INTRODUCTION = `# Models

As known in ${KNOWN_IN}. The editor shows the same for the chosen model. The node enforces only the durations of Grok and Kling, the formats, sizes and number of Kling's images, and that \`grok-imagine-video\` has no 1080p. CometAPI changes its models and prices, and a request that it refuses costs nothing. So the node also sends frames and references to models that aren't known to take them. [api.md](api.md) has all sizes, and the source and date of each fact. [live.md](live.md) has what was tried.

Prices are list prices in USD, for each item. "Example" is a video of the model's default length, or of 5 seconds if that isn't known. **Model** also takes an ID that isn't in the table: choose **By ID**.
`;

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;

function rowOf(model: KnownModel): string {
	const {
		name,
		ids,
		seconds,
		byDefault,
		images,
		references = 'not known',
		usd,
		usdPerVideo,
		priceNote,
	} = model;
	const perSecond = Object.entries(usd ?? {}).map(([at, price]) =>
		at === '' ? `${price}` : `${price} at ${at}`,
	);
	const price = (usdPerVideo && `${usdPerVideo} a video`) ?? (perSecond.join(', ') || 'not known');
	return row(
		name,
		ids.map((id) => `\`${id}\``).join(', '),
		byDefault === undefined ? seconds : `${seconds}; default ${byDefault}`,
		images,
		references,
		[price, ...(priceNote === undefined ? [] : [priceNote])].join('. '),
		usd === undefined ? '-' : priceOf(model),
	);
}

const tables = resources.map(({ name, models }) =>
	[
		`## ${name}\n`,
		row(
			'model',
			'ID',
			'seconds',
			'images',
			'end frame and references',
			'USD per second',
			'example',
		),
		row(...Array<string>(7).fill('---')),
		...models.flatMap(({ known }) => known.map(rowOf)),
	].join('\n'),
);

/** UPDATE_DOCS=1 writes it. */
test("docs/models.md has the facts that the editor's notices are made of", () => {
	const text = `${[INTRODUCTION, ...tables].join('\n')}\n`.replaceAll('|\n## ', '|\n\n## ');
	if (process.env.UPDATE_DOCS === '1') writeFileSync(FILE, text);
	expect(readFileSync(FILE, 'utf8')).toBe(text);
});

const PRICES = resources.flatMap(({ models }) =>
	models
		.flatMap(({ known }) => known)
		.flatMap(({ name, usd = {} }) => Object.values(usd).map((price) => [name, price])),
);

test.each(PRICES)('docs/api.md has the source of the price of %s: %d', (_name, price) => {
	const number = String(price).replace('.', '\\.');
	expect(readFileSync('docs/api.md', 'utf8')).toMatch(new RegExp(`[ $]${number}0?[ /]`));
});
