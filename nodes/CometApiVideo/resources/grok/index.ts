import type { Resource } from '../resource';
import { create } from './create';
import { edit } from './edit';
import { getStatus } from './getStatus';
import { searchGrokModels } from './searchModels';

export const grok: Resource = {
	name: 'Grok',
	value: 'grok',
	description: "Generate and edit videos with xAI's Grok Imagine",
	operations: [create, edit, getStatus],
	listSearch: { searchGrokModels },
};
