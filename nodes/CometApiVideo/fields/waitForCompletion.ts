import type { INodeProperties } from 'n8n-workflow';

export const waitForCompletion: INodeProperties = {
	displayName: 'Wait for Completion',
	name: 'waitForCompletion',
	type: 'boolean',
	default: true,
	description: 'Whether to wait until the video is finished before continuing',
};

/** For operations that submit a video. n8n's hints could not tell an item from an error. */
export const pendingNotice: INodeProperties = {
	displayName:
		"With 'Wait for Completion' turned off, the item has the status 'pending' and no video yet. To get the video, pass its 'request_id' to Get Status.",
	name: 'pendingNotice',
	type: 'notice',
	default: '',
	displayOptions: { show: { waitForCompletion: [false] } },
};
