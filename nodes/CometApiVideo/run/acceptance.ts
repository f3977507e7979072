import type { IExecuteFunctions } from 'n8n-workflow';

import type { Item } from '../item';
import type { JobRef } from '../videoApi';

/** Writes the id where it can be found when the item never comes out. */
export function publishAcceptance({ context, itemIndex }: Item, { requestId }: JobRef): void {
	const { name } = context.getNode();
	const said = `CometAPI accepted a video: request ID ${requestId}, execution ${context.getExecutionId()}, node "${name}", item ${itemIndex}`;
	context.logger.info(said);
	addToCustomData(context.customData, requestId);
	sayInBrowser(context, said);
}

const CUSTOM_DATA_KEY = 'cometapi_video_request_ids';
// n8n keeps 512 characters, but writes an error to its log for more than 255.
const CUSTOM_DATA_LENGTH = 255;

function addToCustomData(
	// Not there before n8n 2.
	customData: Item['context']['customData'] | undefined,
	requestId: string,
): void {
	const known = String(customData?.get(CUSTOM_DATA_KEY) ?? '');
	const all = known === '' ? requestId : `${known},${requestId}`;
	if (all.length <= CUSTOM_DATA_LENGTH) customData?.set(CUSTOM_DATA_KEY, all);
}

/** After Stop the editor shows nothing of a node, but its browser's console keeps this. */
function sayInBrowser(
	// n8n has it for every node, and its type for programmatic ones only.
	context: Item['context'] & Partial<Pick<IExecuteFunctions, 'sendMessageToUI'>>,
	message: string,
): void {
	context.sendMessageToUI?.(message);
}
