import { statusOperation, type Resource } from '../resource';
import { create, model } from './create';
import { extend } from './extend';
import { ID_LIKE, klingApi, videoKind } from './fields';
import { createFromReferences, omniModel } from './references';

export const kling: Resource = {
	name: klingApi.resource,
	value: 'kling',
	description: 'Generate videos with Kling, also with sound',
	operations: [
		create,
		createFromReferences,
		extend,
		statusOperation(klingApi, 'Get status of Kling video', ID_LIKE, [videoKind]),
	],
	modelPattern: /^kling/i,
	idPattern: /^\d+$/,
	models: [model, omniModel],
};
