import { statusOperation, type Resource } from '../resource';
import { create } from './create';
import { edit } from './edit';
import { grokApi, model } from './fields';

export const grok: Resource = {
	name: grokApi.resource,
	value: 'grok',
	description: "Generate and edit videos with xAI's Grok Imagine",
	operations: [create, edit, statusOperation(grokApi, 'Get status of Grok video', '4b2c1f0a-...')],
	modelPattern: /^grok/i,
	idPattern: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
	models: [model],
};
