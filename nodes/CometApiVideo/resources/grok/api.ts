import { jobAt, OWN_FAILURE_CODES, type VideoApi } from '../../videoApi';
import { readJobId } from '../answerFields';
import { readStatus } from './answers';

const VIDEOS_PATH = '/grok/v1/videos';

export const GENERATIONS_PATH = `${VIDEOS_PATH}/generations`;
export const EDITS_PATH = `${VIDEOS_PATH}/edits`;

/** Seconds. */
export const MAX_WAIT_S = 900;

/** CometAPI's Grok video API, by docs/api.md. */
export const grokApi: VideoApi = {
	readAccepted(body) {
		const requestId = readJobId(body, ID_NAMES);
		return requestId === undefined ? undefined : jobAt(VIDEOS_PATH, requestId);
	},
	readStatus,
	jobOf: (_item, requestId) => jobAt(VIDEOS_PATH, requestId),
	ownFailureCodes: OWN_FAILURE_CODES,
};

/** request_id as documented, the others as gateways derived from new-api name it. */
const ID_NAMES = ['request_id', 'task_id', 'id', 'taskId'];
