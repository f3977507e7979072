import { isRecord, firstOf, plainId, readCutJson } from '../../http/json';
import type { JobRef, VideoApi } from '../../videoApi';
import { readContentReason, readId, readStatus } from './answers';

export const VIDEOS_PATH = '/v1/videos';

/** Seconds; jobs of more than ten minutes were seen. */
export const MAX_WAIT_S = 1800;

/** What channels answer to an image that comes in the way they do not take, or to any image. */
const IMAGE_REFUSED = /reference_(video_)?urls|field required|does not support/i;

/** CometAPI's route for Seedance, Wan, Vidu, HappyHorse, Veo, MiniMax, FLUX and Omni, by docs/api.md. */
export const videoApi: VideoApi = {
	readAccepted(body) {
		const requestId = readRequestId(body);
		return requestId === undefined ? undefined : toJobRef(requestId);
	},
	readStatus,
	jobOf: (_item, requestId) => toJobRef(requestId),
	contentPath,
	failureReason: { path: contentPath, read: readContentReason },
	ownFailureCodes: ['service_unavailable', 'internal_error', 'expired'],
	adviceFor({ reason, said = '' }) {
		if (reason !== 'badInput' || !IMAGE_REFUSED.test(said)) return undefined;
		return "If it is about the image: some models take images by URL only, some as files only, some not at all. Choose the other one under 'Image Source', URL or Binary Data, or another model.";
	},
};

function toJobRef(requestId: string): JobRef {
	return { requestId, statusPath: `${VIDEOS_PATH}/${encodeURIComponent(requestId)}` };
}

function contentPath({ statusPath }: JobRef): string {
	return `${statusPath}/content`;
}

function readRequestId(body: unknown): string | undefined {
	if (typeof body === 'string') return plainId(readCutJson(body, ['id', 'task_id']));
	if (!isRecord(body)) return undefined;
	return firstOf(isRecord(body.data) ? [body, body.data] : [body], readId);
}
