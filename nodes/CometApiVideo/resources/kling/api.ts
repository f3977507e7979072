import { checkChoice } from '../../fields/checks';
import { jobAt, OWN_FAILURE_CODES, type VideoApi } from '../../videoApi';
import { layersOf, readJobId } from '../answerFields';
import { readStatus } from './answers';

/** Kling knows a job under the path that it was submitted to, and under no other. */
export const PATHS = {
	text: '/kling/v1/videos/text2video',
	image: '/kling/v1/videos/image2video',
};

/** Seconds. */
export const MAX_WAIT_S = 1800;

/** CometAPI's Kling API, by docs/api.md. */
export const klingApi: VideoApi = {
	readAccepted(body, submitPath) {
		// Never request_id, which stands beside it and names the HTTP request.
		const requestId = readJobId(body, ['task_id', 'taskId'], layersOf);
		return requestId === undefined ? undefined : jobAt(submitPath, requestId);
	},
	readStatus,
	jobOf({ context }, requestId) {
		const value: unknown = context.getNodeParameter('videoKind', null);
		const kind = checkChoice('Kind of Video', value, ['text', 'image'], 'text');
		return jobAt(PATHS[kind], requestId);
	},
	toFind: ({ statusPath }) =>
		statusPath.startsWith(PATHS.image)
			? "In 'Get Status', set 'Kind of Video' to From an Image."
			: undefined,
	externalPath: (submitPath, externalId) => jobAt(submitPath, externalId).statusPath,
	ownFailureCodes: OWN_FAILURE_CODES,
	adviceFor({ reason }) {
		if (reason !== 'unknownId') return undefined;
		return "Check 'Kind of Video' and 'Request ID', and that the credential is of the account that made the video.";
	},
};
