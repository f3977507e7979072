import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { BASE_URL_EXPRESSION } from '../../credentials/baseUrl';
import { CREDENTIAL_TYPE } from '../../credentials/credentialType';
import { listSearch, resources } from './resources';
import { toProperties } from './resources/resource';

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
			'={{ $parameter.operation === "getStatus" ? "Get Status" : $parameter.operation.replace(/[A-Z]/g, " $&").toTitleCase() + (/^[^=]/.test($rawParameter.model ?? "") ? ": " + $rawParameter.model : "") }}',
		description: 'Generate videos with Grok, Seedance, Veo, Wan, Kling and more through CometAPI',
		defaults: { name: 'CometAPI Video' },
		usableAsTool: {
			replacements: {
				description:
					'Generates a video with Grok, Seedance, Veo, Wan, Kling and more, and waits until it is finished. Returns its link, video.url. Each call makes and charges a new video.',
			},
		},
		builderHint: {
			searchHint:
				"Create and Edit wait until the video is finished: add no loop, Wait node, Get Status or Retry On Fail. Each input item gives one output item with request_id, status, video.url (a link that works for about a day) and the MP4 in the binary field 'data'. Each run makes and charges new videos.",
		},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: CREDENTIAL_TYPE, required: true }],
		requestDefaults: { baseURL: BASE_URL_EXPRESSION },
		properties: toProperties(resources),
	};

	methods = { listSearch };
}
