import { checkChoice } from '../../fields/checks';
import { jobAt, type VideoApi } from '../../videoApi';
import { taskApi } from '../task';
import { dialect } from './answers';

/** Kling knows a job under the path that it was submitted to, and under no other. */
export const PATHS = {
	text: '/kling/v1/videos/text2video',
	image: '/kling/v1/videos/image2video',
};

/** Seconds. */
export const MAX_WAIT_S = 1800;

/** CometAPI's Kling API, by docs/api.md. */
export const klingApi: VideoApi = {
	...taskApi(dialect),
	jobOf({ context }, requestId) {
		const value: unknown = context.getNodeParameter('videoKind', null);
		const kind = checkChoice('Kind of Video', value, ['text', 'image'], 'text');
		return jobAt(PATHS[kind], requestId);
	},
	toFind: ({ statusPath }) =>
		statusPath.startsWith(PATHS.image)
			? "In 'Get Status', set 'Kind of Video' to From an Image."
			: undefined,
	adviceFor({ reason }) {
		if (reason !== 'unknownId') return undefined;
		return "Check 'Kind of Video' and 'Request ID', and that the credential is of the account that made the video.";
	},
};
