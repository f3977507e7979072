import type { Resource } from '../resource';
import { create } from './create';
import { edit } from './edit';
import { getStatus } from './getStatus';
import { searchGrokModels } from './searchModels';

export const grok: Resource = {
	name: 'Grok',
	value: 'grok',
	description: "Videos made by xAI's Grok Imagine",
	operations: [create, edit, getStatus],
	listSearch: { searchGrokModels },
};
