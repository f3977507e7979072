import { type Answer, empty, errorEnvelope, json } from './answers.ts';
import type { Job, JobStore, JobRequest } from './jobs.ts';
import type { JobView, StatusAnswer } from './jobView.ts';
import { MAKERS_SHAPE_NAMES, makersStatusAnswer } from './makersShapes.ts';
import type { Handle } from './reception.ts';
import type { RecordedRequest, Route } from './requests.ts';

/** What the families' routes work with. */
export interface Counter {
	store: JobStore;
	mediaUrl: string;
	maxRunningJobs: number;
}

export interface FamilyRoute {
	method: 'get' | 'post';
	path: string;
	route: Route;
	handle: Handle;
}

export interface Refusal {
	status: number;
	message: string;
	code?: string;
}

export const refusal = ({ status, message, code }: Refusal): Answer =>
	json(status, errorEnvelope(message, code));

export const taskNotExist = (): Answer =>
	json(400, { code: 'task_not_exist', message: 'task_not_exist', data: null });

export const isJson = ({ headers }: RecordedRequest) =>
	/^application\/json\b/i.test(headers['content-type'] ?? '');

export function accept(
	{ store, maxRunningJobs }: Counter,
	request: RecordedRequest,
	jobRequest: JobRequest | { refused: Refusal },
	told: (job: Job) => object,
): Answer {
	if ('refused' in jobRequest) return refusal(jobRequest.refused);
	if (store.running() >= maxRunningJobs) {
		const message = 'the upstream load is saturated, please try again later';
		return refusal({ status: 429, message });
	}
	const job = store.accept(jobRequest);
	request.acceptedId = job.requestId;
	return json(200, told(job));
}

/** The job's shape, or the family's default where the plan names one that is for polls only. */
export function ownShape<T extends string>(names: readonly T[], job: Job): T {
	const found = names.find((name) => name === job.plan.shape) ?? names[0];
	if (found === undefined) throw new Error(`${job.family} has no shape`);
	return found;
}

/** The answer to a poll, in the shape of the plan. */
export function tell(
	{ store, mediaUrl }: Counter,
	job: Job,
	own: (view: JobView) => StatusAnswer,
): Answer {
	const view = store.poll(job, mediaUrl);
	const shape = MAKERS_SHAPE_NAMES.find((name) => name === job.plan.shape);
	const { httpStatus, body } = shape ? makersStatusAnswer(shape, view) : own(view);
	return body === undefined ? empty(httpStatus) : json(httpStatus, body);
}
