import { jobAt, type VideoApi } from '../../videoApi';

const VIDEOS_PATH = '/grok/v1/videos';

export const GENERATIONS_PATH = `${VIDEOS_PATH}/generations`;
export const EDITS_PATH = `${VIDEOS_PATH}/edits`;

/** Seconds. */
export const MAX_WAIT_S = 900;

/** CometAPI's Grok video API, by docs/api.md. */
export const grokApi: VideoApi = {
	resource: 'Grok',
	idNames: ['request_id', 'id'],
	jobsPath: VIDEOS_PATH,
	jobOf: (_item, requestId) => jobAt(VIDEOS_PATH, requestId),
};
