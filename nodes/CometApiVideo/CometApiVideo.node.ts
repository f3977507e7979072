import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { BASE_URL_EXPRESSION } from '../../credentials/baseUrl';
import { hints } from './hints';
import { searchModels } from './listSearch/searchModels';
import { createFields, createOperation } from './operations/create';
import { editFields, editOperation } from './operations/edit';
import { getStatusFields, getStatusOperation } from './operations/getStatus';

export class CometApiVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'CometAPI Video',
		name: 'cometApiVideo',
		icon: {
			light: 'file:../../icons/cometapi.svg',
			dark: 'file:../../icons/cometapi.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter.operation === "getStatus" ? "Get Status" : $parameter.operation.toTitleCase() + ": " + $parameter.model }}',
		description:
			'Make videos from text or images with Grok through CometAPI, and get their links when they are finished',
		defaults: { name: 'CometAPI Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cometApiVideoApi', required: true }],
		hints,
		requestDefaults: { baseURL: BASE_URL_EXPRESSION },
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options: [createOperation, editOperation, getStatusOperation],
				default: 'create',
			},
			...createFields,
			...editFields,
			...getStatusFields,
		],
	};

	methods = { listSearch: { searchModels } };
}
