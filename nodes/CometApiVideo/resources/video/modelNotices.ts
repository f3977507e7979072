import type { INodeProperties } from 'n8n-workflow';

import { KNOWN_MODELS, type KnownModels } from './models';

/** What is known of the chosen model. */
export const modelNotices: INodeProperties[] = KNOWN_MODELS.map(toNotice);

function toNotice(models: KnownModels, index: number): INodeProperties {
	const { name, ids, seconds, sizes, images, price } = models;
	const facts = [name, `Duration: ${seconds}`, `Size: ${sizes}`, `Images: ${images}`];
	if (price !== undefined) facts.push(`CometAPI's list price in USD per second: ${price}`);
	// n8n shows no HTML of community nodes, not even a line break.
	const text = [...facts, 'Known in September 2026; CometAPI may accept other values'].join('. ');
	return {
		displayName: `${text}.`,
		name: `knownOfModel${index}`,
		type: 'notice',
		default: '',
		// In this order: n8n shows everything that hangs on an expression, and a list has none.
		displayOptions: { show: { '/model.mode': ['list'], model: ids } },
	};
}
