import { statusOperation, type Resource } from '../resource';
import { klingApi, MAX_WAIT_S, videoKind } from './api';
import { create, model } from './create';
import { extend } from './extend';
import { createFromReferences, omniModel } from './references';

export const kling: Resource = {
	name: klingApi.resource,
	value: 'kling',
	description: 'Generate videos with Kling, also with sound',
	operations: [
		create,
		createFromReferences,
		extend,
		statusOperation(klingApi, MAX_WAIT_S, {
			action: 'Get status of Kling video',
			idLike: '81234567890',
			jobFields: [videoKind],
		}),
	],
	modelPattern: /^kling/i,
	idPattern: /^\d+$/,
	models: [model, omniModel],
};
