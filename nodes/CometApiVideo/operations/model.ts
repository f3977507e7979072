import type { INodeProperties } from 'n8n-workflow';

export const model: INodeProperties = {
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: 'grok-imagine-video' },
	description: 'The model that makes the video',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a model...',
			typeOptions: { searchListMethod: 'searchModels', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. grok-imagine-video',
		},
	],
	routing: { send: { type: 'body', property: 'model' } },
};
