import { httpUrl, isRecord, text } from '../../http/json';
import type { VideoApi } from '../../videoApi';
import { readNumber, taskApi } from '../../answers/task';

const VIDEOS_PATH = '/grok/v1/videos';

export const GENERATIONS_PATH = `${VIDEOS_PATH}/generations`;
export const EDITS_PATH = `${VIDEOS_PATH}/edits`;

/** Seconds. */
export const MAX_WAIT_S = 900;

/** CometAPI's Grok video API, by docs/api.md. */
export const grokApi: VideoApi = {
	resource: 'Grok',
	...taskApi(
		{
			// request_id as documented, the others as gateways derived from new-api name it.
			ids: ['request_id', 'task_id', 'id', 'taskId'],
			video({ video }) {
				if (!isRecord(video)) return {};
				const url = httpUrl(video.url);
				const duration = readNumber(video.duration);
				const respects = readSwitch(video.respect_moderation);
				return {
					...(url !== undefined && { url }),
					...(duration !== undefined && { duration }),
					...(respects !== undefined && { respect_moderation: respects }),
				};
			},
		},
		VIDEOS_PATH,
	),
};

/** True or false, also as text. */
function readSwitch(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const word = text(value)?.toLowerCase();
	return word === 'true' || word === 'false' ? word === 'true' : undefined;
}
