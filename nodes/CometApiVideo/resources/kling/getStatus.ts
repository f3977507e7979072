import { requestIdField } from '../../fields/requestId';
import { statusOperation } from '../resource';
import { klingApi, MAX_WAIT_S } from './api';

export const getStatus = statusOperation({
	action: 'Get status of Kling video',
	api: klingApi,
	ofJob: [
		requestIdField('e.g. 81234567890'),
		{
			displayName: 'Kind of Video',
			name: 'videoKind',
			type: 'options',
			options: [
				{
					name: 'From an Image',
					value: 'image',
					description: "'Image Source' was URL or Binary Data",
				},
				{ name: 'From Text', value: 'text', description: "'Image Source' was None" },
			],
			default: 'text',
			description:
				'What the video was made from. Kling looks for a request ID among one kind only.',
		},
	],
	maxWaitS: MAX_WAIT_S,
});
