import { isRecord } from '../../http/json';
import { readTask, videoOf, type Dialect } from '../task';

export const dialect: Dialect = {
	// Never request_id, which stands beside it and names the HTTP request.
	ids: ['task_id', 'taskId'],
	word: 'task_status',
	video({ task_result: result }) {
		const videos: unknown = isRecord(result) ? result.videos : undefined;
		const told = (Array.isArray(videos) ? videos : []).filter(isRecord);
		const all = told.map(({ url, duration }) => videoOf(url, duration));
		return all.find(({ url }) => url !== undefined) ?? {};
	},
};

export const readStatus = (body: unknown) => readTask(body, dialect);
