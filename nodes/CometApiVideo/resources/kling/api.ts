import { checkChoice } from '../../fields/checks';
import { firstOf, isRecord, plainId, readCutJson } from '../../http/json';
import type { JobRef, VideoApi } from '../../videoApi';
import { layersOf } from '../answerFields';
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
		const requestId = readTaskId(body);
		return requestId === undefined ? undefined : toJobRef(submitPath, requestId);
	},
	readStatus,
	jobOf({ context }, requestId) {
		const value: unknown = context.getNodeParameter('videoKind', null);
		const kind = checkChoice('Kind of Video', value, ['text', 'image'], 'text');
		return toJobRef(PATHS[kind], requestId);
	},
	externalPath: (submitPath, externalId) => `${submitPath}/${encodeURIComponent(externalId)}`,
	ownFailureCodes: ['service_unavailable', 'internal_error', 'expired'],
	adviceFor({ reason }) {
		if (reason !== 'unknownId') return undefined;
		return "Check 'Kind of Video' and 'Request ID', and that the credential is of the account that made the video.";
	},
};

function toJobRef(submitPath: string, requestId: string): JobRef {
	return { requestId, statusPath: `${submitPath}/${encodeURIComponent(requestId)}` };
}

/** Never request_id, which stands beside it and names the HTTP request. */
function readTaskId(body: unknown): string | undefined {
	if (typeof body === 'string') return plainId(readCutJson(body, ['task_id']));
	return isRecord(body) ? firstOf(layersOf(body), ({ task_id }) => plainId(task_id)) : undefined;
}
