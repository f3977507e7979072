import { isRecord, plainId } from '../http/json';
import { hasFailureCode, isSuccessWord } from './codes';
import { layersOf, statusWordsIn } from './layers';
import { isExchangeWord, meaningOf } from './statusWords';

/** No answer known names one video more often. */
const MOST_IDS = 5;

/** Ids that the answer to a submit may mean. */
export interface JobIds {
	/** The most likely first. */
	ids: string[];
	/** One of them is a task's by its name: `request_id` may be the exchange's. */
	hasTaskId: boolean;
	/** One that no exchange has. */
	hasState: boolean;
	/** The state is one of a job that runs or is done. */
	isAlive: boolean;
}

/**
 * The ids in the answer to a submit (docs/api.md). Those of the provider's task come before an outer
 * one, which may be of the exchange or of the gateway's row.
 *
 * @param outerNames names of the family's own id, in order
 */
export function readJobIds(body: unknown, outerNames: readonly string[]): JobIds {
	const layers = layersOf(body);
	const [outermost] = layers.slice(-1);
	const wrapped = layers.slice(0, -1);
	const listed = layers.flatMap(({ data }) => (Array.isArray(data) ? data.slice(0, MOST_IDS) : []));
	const taskIds = [
		...layers.flatMap(({ task_id, taskId }) => [task_id, taskId]),
		...wrapped.map(({ id }) => id),
		...wrapped.flatMap(({ video_id, job_id }) => [video_id, job_id]),
		...listed.filter(isRecord).flatMap(({ task_id, id }) => [task_id, id]),
		// With an error's code, a text there is a word such as "fail".
		...(outermost === undefined || hasFailureCode(outermost) ? [] : [outermost.data]),
	];
	const outerIds = outerNames.flatMap((name) => layers.map((layer) => layer[name]));
	const words = layers.flatMap(statusWordsIn);
	const readable = (values: unknown[]) =>
		values.flatMap((value) => (isSuccessWord(value) ? [] : (plainId(value) ?? [])));
	return {
		ids: [...new Set(readable([...taskIds, ...outerIds]))].slice(0, MOST_IDS),
		hasTaskId: readable([...taskIds, ...layers.map(({ id }) => id)]).length > 0,
		hasState: words.some((word) => !isExchangeWord(word)),
		isAlive: words.some((word) => ['pending', 'done'].includes(meaningOf(word) ?? '')),
	};
}
