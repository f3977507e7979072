import { httpUrl, isRecord, text } from '../../http/json';
import { readNumber, readTask, type Dialect } from '../task';

/** docs/api.md, shapes a to j. */
export const dialect: Dialect = {
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
};

export const readStatus = (body: unknown) => readTask(body, dialect);

/** True or false, also as text. */
function readSwitch(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const word = text(value)?.toLowerCase();
	return word === 'true' || word === 'false' ? word === 'true' : undefined;
}
