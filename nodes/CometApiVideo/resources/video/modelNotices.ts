import type { INodeProperties } from 'n8n-workflow';

import { KNOWN_MODELS, type KnownModels } from './models';

/** What is known of the chosen model. */
export const modelNotices: INodeProperties[] = KNOWN_MODELS.map(toNotice);

function toNotice(models: KnownModels, index: number): INodeProperties {
	const { name, ids, seconds, sizes, images, price } = models;
	const facts = [`<b>${name}</b>`, `Duration: ${seconds}`, `Size: ${sizes}`, `Images: ${images}`];
	if (price !== undefined) facts.push(`CometAPI's list price in USD per second: ${price}`);
	return {
		displayName: `${facts.join('<br>')}<br>As of September 2026. CometAPI decides what it takes.`,
		name: `knownOfModel${index}`,
		type: 'notice',
		default: '',
		// In this order: n8n shows everything that hangs on an expression, and a list has none.
		displayOptions: { show: { '/model.mode': ['list'], model: ids } },
	};
}
