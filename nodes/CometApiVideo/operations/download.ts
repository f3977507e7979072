import type { INodeProperties } from 'n8n-workflow';

export const downloadFields: INodeProperties[] = [
	{
		displayName: 'Download Video',
		name: 'downloadVideo',
		type: 'boolean',
		default: false,
		description: 'Whether to add the finished video to the output as a file',
	},
	{
		displayName: 'Put Output File in Field',
		name: 'outputDataFieldName',
		type: 'string',
		required: true,
		default: 'data',
		hint: 'The name of the output binary field to put the file in',
		displayOptions: { show: { downloadVideo: [true] } },
	},
];
