import type { INodeProperties } from 'n8n-workflow';

export function promptField({
	description,
	placeholder,
}: {
	description: string;
	placeholder: string;
}): INodeProperties {
	return {
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		typeOptions: { rows: 4 },
		required: true,
		default: '',
		placeholder,
		description,
		routing: { send: { type: 'body', property: 'prompt' } },
	};
}
