import type { INodeProperties } from 'n8n-workflow';

export const waitForCompletion: INodeProperties = {
	displayName: 'Wait for Completion',
	name: 'waitForCompletion',
	type: 'boolean',
	default: true,
	description: 'Whether to go on only when the video is finished, so that the next node gets it',
};
