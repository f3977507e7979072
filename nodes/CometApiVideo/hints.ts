import type { NodeHint } from 'n8n-workflow';

const WAITS = '$parameter.waitForCompletion';
const AFTER_EXECUTION = {
	type: 'info',
	location: 'outputPane',
	whenToDisplay: 'afterExecution',
} as const;

/** What the output pane says below an execution's result; conditions see parameters, not items. */
export const hints: NodeHint[] = [
	{
		...AFTER_EXECUTION,
		message:
			"The link in 'video.url' of a finished video works for about a day. To keep the video, turn on 'Download Video' and store the file, or have another node move it.",
		displayCondition: `={{ ${WAITS} && !$parameter.downloadVideo }}`,
	},
	{
		...AFTER_EXECUTION,
		message:
			"With 'Wait for Completion' turned off, the item comes before the video is finished. To get the video, pass 'request_id' to this node's Get Status operation, with 'Wait for Completion' turned on.",
		displayCondition: `={{ !${WAITS} && $parameter.operation !== "getStatus" }}`,
	},
	{
		...AFTER_EXECUTION,
		message:
			"A video whose status is 'pending' is still being made. To wait for it, turn on 'Wait for Completion', or ask again later.",
		displayCondition: `={{ !${WAITS} && $parameter.operation === "getStatus" }}`,
	},
	{
		...AFTER_EXECUTION,
		message:
			"An item whose status is 'pending' took longer than 'Max Wait'. To get its video, pass 'request_id' to this node's Get Status operation, with 'Wait for Completion' turned on.",
		displayCondition: `={{ ${WAITS} && $parameter.options?.onTimeout === "return" }}`,
	},
];
