import { statusOperation, type Resource } from '../resource';
import { create } from './create';
import { model, videoApi } from './models';

export const video: Resource = {
	name: videoApi.resource,
	value: 'video',
	description: 'Generate videos with Seedance, Veo, Wan, Vidu, HappyHorse, MiniMax, FLUX or Omni',
	operations: [
		create,
		statusOperation(videoApi, 'Get status of Seedance, Veo or other video', 'task_4b2c1f0a...'),
	],
	modelPattern: /^(doubao-)?(seedance|wan|vidu|happyhorse|veo|minimax|hailuo|flux|omni|sora)/i,
	idPattern: /^task_/,
	models: [model],
};
