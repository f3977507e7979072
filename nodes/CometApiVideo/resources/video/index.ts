import type { Resource } from '../resource';
import { create } from './create';
import { getStatus } from './getStatus';
import { searchVideoModels } from './searchModels';

export const video: Resource = {
	name: 'Seedance, Veo, Wan and More',
	value: 'video',
	description: 'Generate videos with Seedance, Veo, Wan, Vidu, HappyHorse, MiniMax, FLUX or Omni',
	operations: [create, getStatus],
	listSearch: { searchVideoModels },
};
