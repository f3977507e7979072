import type { INodeProperties } from 'n8n-workflow';

import { CLASSIC_MODEL } from './model';

/** The provider's list prices in USD a second of video, the two that are published. */
export const priceNotices: INodeProperties[] = [
	priceNotice(CLASSIC_MODEL, '480p', '0.05'),
	priceNotice(CLASSIC_MODEL, '720p', '0.07'),
];

function priceNotice(model: string, resolution: string, usd: string): INodeProperties {
	return {
		displayName: `The provider's list price for ${resolution} is $${usd} per second of video. What CometAPI charges may differ.`,
		name: `price${resolution}`,
		type: 'notice',
		default: '',
		displayOptions: { show: { model: [model], resolution: [resolution] } },
	};
}
