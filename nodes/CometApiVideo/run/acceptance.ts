import type { IExecuteFunctions } from 'n8n-workflow';

import type { Item } from '../item';
import type { JobRef, VideoApi } from '../videoApi';
import { log } from './log';

/** Writes the id, and all that Get Status needs, where they can be found when the item never comes out. */
export function publishAcceptance(
	item: Item,
	api: VideoApi,
	job: JobRef,
	model: string | undefined,
): void {
	const { parameter, value } = api.toFind?.(job) ?? {};
	const line = log('info', item, 'CometAPI accepted a video', {
		'request ID': job.requestId,
		'other request ID': job.others?.map(({ requestId }) => requestId).join(' '),
		resource: api.resource,
		...(parameter !== undefined && { [parameter]: value }),
		model,
	});
	addToCustomData(item, job);
	sayInBrowser(item.context, line);
}

const CUSTOM_DATA_KEY = 'cometapi_video_request_ids';
// n8n keeps 512 characters, but writes an error to its log for more than 255.
const CUSTOM_DATA_LENGTH = 255;

function addToCustomData({ context, reference }: Item, { requestId }: JobRef): void {
	// Not there before n8n 2.
	const customData = context.customData as Item['context']['customData'] | undefined;
	const known = customData?.get(CUSTOM_DATA_KEY);
	const before = known ? `${known},` : '';
	const entries =
		reference === undefined ? [requestId] : [`${requestId} (${reference})`, requestId];
	const all = entries.map((entry) => before + entry);
	const fitting = all.find(({ length }) => length <= CUSTOM_DATA_LENGTH);
	if (fitting !== undefined) customData?.set(CUSTOM_DATA_KEY, fitting);
}

/** After Stop the editor shows nothing of a node, but its browser's console keeps this. */
function sayInBrowser(
	// n8n has it for every node, and its type for programmatic ones only.
	context: Item['context'] & Partial<Pick<IExecuteFunctions, 'sendMessageToUI'>>,
	message: string,
): void {
	context.sendMessageToUI?.(message);
}
