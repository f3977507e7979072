import type { INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import { MAX_WAIT_S, POLL_INTERVAL_S } from './checks';

const fileName: INodeProperties = {
	displayName: 'File Name',
	name: 'fileName',
	type: 'string',
	default: '',
	placeholder: 'e.g. candle.mp4',
	description: 'Name of the downloaded file. By default, the request ID followed by .mp4.',
	displayOptions: { show: { '/downloadVideo': [true] } },
};

const includeRawResponse: INodeProperties = {
	displayName: 'Include Raw Response',
	name: 'includeRawResponse',
	type: 'boolean',
	default: false,
	description: "Whether to add CometAPI's last response to the output, unchanged, under 'raw'",
};

const maxWait = (defaultS: number): INodeProperties => ({
	displayName: 'Max Wait',
	name: 'maxWait',
	type: 'number',
	default: defaultS,
	hint: `In seconds, from ${MAX_WAIT_S.min} to ${MAX_WAIT_S.max.toLocaleString('en')}`,
	description:
		'How long to wait for the video, counted from when CometAPI accepts it. If CometAPI is too busy to accept it, the node keeps trying for this long.',
});

const onTimeout: INodeProperties = {
	displayName: 'On Timeout',
	name: 'onTimeout',
	type: 'options',
	options: [
		{
			name: 'Return Pending Item',
			value: 'return',
			description: "Output an item whose status is 'pending'",
		},
		{
			name: 'Stop With an Error',
			value: 'error',
			description: 'The message has the request ID. Use it with Get Status to keep waiting.',
		},
	],
	default: 'error',
	description: "What to do when the video is not finished after 'Max Wait'",
	displayOptions: { show: { '/waitForCompletion': [true] } },
};

const pollInterval: INodeProperties = {
	displayName: 'Poll Interval',
	name: 'pollInterval',
	type: 'number',
	default: 0,
	hint: `In seconds, from ${POLL_INTERVAL_S.min} to ${POLL_INTERVAL_S.max.toLocaleString('en')}; 0 is automatic`,
	description: 'How long to wait between status requests. With 0, the node chooses.',
	displayOptions: { show: { '/waitForCompletion': [true] } },
};

export const customBodyFields: INodeProperties = {
	displayName: 'Custom Body Fields',
	name: 'customBodyFields',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "seed": 1 }',
	description:
		'Additional fields of the request, as a JSON object. They replace fields of the same name.',
};

export const user: INodeProperties = {
	displayName: 'User',
	name: 'user',
	type: 'string',
	default: '',
	placeholder: 'e.g. customer-42',
	description: 'An identifier for your end user, sent to the provider',
};

// n8n keeps the value of a field that it hides, so 'downloadVideo' alone would not tell.
const whenWaiting = (field: INodeProperties) =>
	updateDisplayOptions({ show: { '/waitForCompletion': [true] } }, [field]);

const maxVideos: INodeProperties = {
	displayName: 'Max Videos',
	name: 'maxVideos',
	type: 'number',
	default: 0,
	hint: 'A whole number; 0 is no limit',
	description:
		'How many videos this node may make in one execution, counting all items and runs. A run that would exceed the limit makes none, unless the node continues on error.',
};

/**
 * Options of operations that submit, which say nothing of the video itself. Max Wait also limits
 * their way to a free place, waiting or not.
 */
export const submitOptions = (maxWaitS: number): INodeProperties[] => [
	...whenWaiting(fileName),
	includeRawResponse,
	maxVideos,
	maxWait(maxWaitS),
	onTimeout,
	pollInterval,
];

/** Options of operations that look at a video which is there. */
export const statusOptions = (maxWaitS: number): INodeProperties[] => [
	fileName,
	includeRawResponse,
	...whenWaiting(maxWait(maxWaitS)),
	onTimeout,
	pollInterval,
];

/** The collection of an operation's options, in alphabetical order, as n8n wants it. */
export function optionsField(entries: INodeProperties[]): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [...entries].sort((a, b) => a.displayName.localeCompare(b.displayName)),
	};
}
