import type { INodeProperties } from 'n8n-workflow';

export function requestIdField(placeholder: string): INodeProperties {
	return {
		displayName: 'Request ID',
		name: 'requestId',
		type: 'string',
		required: true,
		default: '',
		placeholder,
		description: "The 'request_id' of the item that the video's first node put out",
	};
}
