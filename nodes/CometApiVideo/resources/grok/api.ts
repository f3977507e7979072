import { firstOf, isRecord, text } from '../../http/json';
import type { JobRef, VideoApi } from '../../videoApi';
import { readStatus } from './answers';

const VIDEOS_PATH = '/grok/v1/videos';

export const GENERATIONS_PATH = `${VIDEOS_PATH}/generations`;
export const EDITS_PATH = `${VIDEOS_PATH}/edits`;

/** Seconds. */
export const MAX_WAIT_S = 900;

/** CometAPI's Grok video API, by docs/api.md. */
export const grokApi: VideoApi = {
	readAccepted(body) {
		const requestId = readRequestId(body);
		return requestId === undefined ? undefined : toJobRef(requestId);
	},
	readStatus,
	jobOf: (_item, requestId) => toJobRef(requestId),
	ownFailureCodes: ['service_unavailable', 'internal_error', 'expired'],
};

function toJobRef(requestId: string): JobRef {
	return { requestId, statusPath: `${VIDEOS_PATH}/${encodeURIComponent(requestId)}` };
}

/** request_id as documented, id or task_id as gateways derived from new-api name it. */
function readRequestId(body: unknown): string | undefined {
	if (!isRecord(body)) return undefined;
	const layers = isRecord(body.data) ? [body, body.data] : [body];
	return firstOf(
		layers,
		(layer) => text(layer.request_id) ?? text(layer.task_id) ?? text(layer.id),
	);
}
