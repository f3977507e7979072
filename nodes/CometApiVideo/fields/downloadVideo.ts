import type { INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

/** For operations that can download a video at any time. */
export const downloadFields: INodeProperties[] = [
	{
		displayName: 'Download Video',
		name: 'downloadVideo',
		type: 'boolean',
		default: false,
		description: 'Whether to add the finished video to the output as a file',
		hint: 'Without the file, you have a link that works for about a day',
	},
	{
		displayName: 'Put Output File in Field',
		name: 'outputDataFieldName',
		type: 'string',
		default: 'data',
		hint: 'The name of the output binary field to put the file in',
		displayOptions: { show: { downloadVideo: [true] } },
	},
];

/** For operations that have a video to download only when they wait for it. */
export const downloadAfterWaitFields = updateDisplayOptions(
	{ show: { waitForCompletion: [true] } },
	downloadFields,
);
