import { firstOf, isRecord, plainId, readCutJson } from '../../http/json';
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

/** request_id as documented, the others as gateways derived from new-api name it. */
const ID_NAMES = ['request_id', 'task_id', 'id', 'taskId'];

function readRequestId(body: unknown): string | undefined {
	if (typeof body === 'string') return plainId(readCutJson(body, ID_NAMES));
	if (!isRecord(body)) return undefined;
	const layers = isRecord(body.data) ? [body, body.data] : [body];
	const named = firstOf(layers, (layer) => firstOf(ID_NAMES, (name) => plainId(layer[name])));
	return named ?? plainId(body.data);
}
