import type { INodeListSearchResult, INodeProperties } from 'n8n-workflow';

/** The picker of a model, from a list that `searchListMethod` gives, or by ID. */
export function modelField(searchListMethod: string, defaultModel: string): INodeProperties {
	return {
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: defaultModel },
		description: 'The model that generates the video',
		// Without this, the editor keeps the model of the resource that was chosen before.
		typeOptions: { loadOptionsDependsOn: ['resource'] },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select a model...',
				typeOptions: { searchListMethod, searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: `e.g. ${defaultModel}`,
			},
		],
		routing: { send: { type: 'body', property: 'model' } },
	};
}

/** A model as the picker lists it. */
export interface ListedModel {
	name: string;
	value: string;
}

export function listedById(ids: readonly string[]): ListedModel[] {
	return ids.map((id) => ({ name: id, value: id }));
}

/** The models whose name contains the searched words, whatever the letter case. */
export function searchIn(models: readonly ListedModel[], filter: string): INodeListSearchResult {
	const wanted = filter.trim().toLowerCase();
	return { results: models.filter(({ name }) => name.toLowerCase().includes(wanted)) };
}
