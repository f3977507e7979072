import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import { getStatus } from '../job/getStatus';
import { downloadFields } from './download';
import { options, statusOptions } from './options';
import { waitForCompletion } from './wait';

export const getStatusOperation: INodePropertyOptions = {
	name: 'Get Status',
	value: 'getStatus',
	action: 'Get status of video',
	description: 'Retrieve how far a video is, or wait until it is finished',
	routing: {
		request: { method: 'GET' },
		send: { paginate: true },
		operations: { pagination: getStatus },
	},
};

export const getStatusFields = updateDisplayOptions({ show: { operation: ['getStatus'] } }, [
	{
		displayName: 'Request ID',
		name: 'requestId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 4b2c1f0a-...',
		description: "The 'request_id' of the item that Create or Edit put out",
	},
	{ ...waitForCompletion, default: false },
	...downloadFields,
	options(statusOptions),
] satisfies INodeProperties[]);
