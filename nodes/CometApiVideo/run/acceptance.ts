import type { Item } from '../item';
import type { JobRef } from '../videoApi';

/** Writes the id where it can be found when the item never comes out. */
export function publishAcceptance({ context, itemIndex }: Item, { requestId }: JobRef): void {
	const { name } = context.getNode();
	context.logger.info(
		`CometAPI accepted a video: request ID ${requestId}, execution ${context.getExecutionId()}, node "${name}", item ${itemIndex}`,
	);
	addToCustomData(context.customData, requestId);
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
