import type { Resource } from '../resource';
import { create } from './create';
import { getStatus } from './getStatus';
import { searchKlingModels } from './searchModels';

export const kling: Resource = {
	name: 'Kling',
	value: 'kling',
	description: 'Generate videos with Kling, also with sound',
	operations: [create, getStatus],
	listSearch: { searchKlingModels },
};
