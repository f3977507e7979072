import {
	type JobView,
	type StatusAnswer,
	atSubmit,
	errorText,
	isQueued,
	statusWord,
} from '../jobView.ts';
import { type Origin, assumed, documented, shapesAsSeen } from '../origin.ts';
import { SHARED_ROUTE_MODELS } from './videoModels.ts';

/** Answers of POST /v1/videos and GET /v1/videos/{id}. */
export const VIDEO_SHAPES = shapesAsSeen('video', {
	plain: documented('id; queued, in_progress, completed, failed with `error`; video_url'),
	taskId: documented('plain with the same value in task_id'),
	taskIdOnly: assumed('?', 'plain with task_id and no id'),
	submitted: documented('plain, but the submit says SUBMITTED (older Seedance page)'),
	upperCase: documented('SUBMITTED, SUCCESS, FAILED, ERROR (older Seedance page)'),
	wrapped: assumed('L', '{code, message, data: {task_id, status, …}} at the poll'),
	succeeded: documented('`succeeded`, the URL in output[0]', 'B'),
	url: assumed('?', '`url` instead of video_url'),
	contentOnly: documented('no URL: the file is only under /content', 'B'),
	bareFailure: assumed('L', 'failed says no more; the reason is only under /content'),
	errorText: assumed('G', 'plain, but `error` is a text'),
	providerModel: documented('plain with the provider’s model id and seconds "" (Veo)'),
	earlyCompletedAt: assumed('L', 'plain with completed_at while in progress'),
	okError: assumed('L', 'plain, but a failure is HTTP 200 with an error envelope and no job'),
} satisfies Record<string, Origin>);

export type VideoShape = keyof typeof VIDEO_SHAPES;

export const VIDEO_SHAPE_NAMES = Object.keys(VIDEO_SHAPES).filter(
	(name): name is VideoShape => name in VIDEO_SHAPES,
);

export const CONTENT_STATES = [
	'NOT_START',
	'SUBMITTED',
	'QUEUED',
	'IN_PROGRESS',
	'FAILURE',
	'VIOLATION',
] as const;
export type ContentState = (typeof CONTENT_STATES)[number];

const isOver = (view: JobView) => view.state !== 'pending';

/** One word for each state, in the order of a job's life. */
const PLAIN_WORDS = {
	queued: 'queued',
	running: 'in_progress',
	done: 'completed',
	failed: 'failed',
	moderated: 'failed',
	expired: 'expired',
};

const UPPER_WORDS: typeof PLAIN_WORDS = {
	queued: 'SUBMITTED',
	running: 'IN_PROGRESS',
	done: 'SUCCESS',
	failed: 'FAILED',
	moderated: 'FAILED',
	expired: 'ERROR',
};

function wordIn(view: JobView, words: typeof PLAIN_WORDS): string {
	const state = view.state === 'pending' ? (isQueued(view) ? 'queued' : 'running') : view.state;
	return statusWord(view, words[state]);
}

/** A file stopped by moderation is told without a reason, whatever the shape. */
function task(view: JobView, words = PLAIN_WORDS) {
	return {
		id: view.requestId,
		object: 'video',
		model: view.model,
		status: wordIn(view, words),
		progress: view.progress,
		created_at: view.submitTime,
		completed_at: isOver(view) ? view.finishTime : undefined,
		seconds: String(view.videoSeconds),
		size: view.size,
		video_url: view.state === 'done' && view.videoUrl !== '' ? view.videoUrl : undefined,
		error: view.state === 'failed' ? view.error : undefined,
	};
}

function taskIdOnly(view: JobView) {
	const { id, ...rest } = task(view);
	return { task_id: id, ...rest };
}

function wrapped(view: JobView) {
	const { id, ...rest } = task(view, UPPER_WORDS);
	return { code: 'success', message: '', data: { task_id: id, ...rest } };
}

function urlElsewhere(view: JobView, place: (url: string) => object, done?: string) {
	const { video_url: url, ...rest } = task(view, { ...PLAIN_WORDS, ...(done && { done }) });
	return { ...rest, ...(url !== undefined && place(url)) };
}

function bareFailure(view: JobView) {
	if (view.state !== 'failed' && view.state !== 'moderated') return task(view);
	const { id, object, model, status, created_at } = task(view);
	// Seen with either: moderation stops the job after rendering.
	const progress = view.state === 'failed' ? 0 : 100;
	return { id, object, model, status, progress, created_at };
}

function okError(view: JobView) {
	switch (view.state) {
		case 'failed':
		case 'expired':
			return { error: { message: errorText(view), type: 'comet_api_error', param: '', code: '' } };
		case 'moderated':
			return {
				error: {
					message: 'the content was refused',
					type: 'comet_api_error',
					param: '',
					code: 'content_policy_violation',
				},
			};
		default:
			return task(view);
	}
}

const providerModel = (view: JobView) => ({
	...task(view),
	model: SHARED_ROUTE_MODELS[view.model]?.providerId ?? `${view.model}-provider`,
	seconds: '',
});

const SECONDS_OF_A_JOB = 60;

const BODIES: Record<VideoShape, (view: JobView) => object> = {
	plain: (view) => task(view),
	taskId: (view) => ({ task_id: view.requestId, ...task(view) }),
	taskIdOnly,
	submitted: (view) => task(view),
	upperCase: (view) => task(view, UPPER_WORDS),
	wrapped,
	succeeded: (view) => urlElsewhere(view, (url) => ({ output: [url] }), 'succeeded'),
	url: (view) => urlElsewhere(view, (url) => ({ url })),
	contentOnly: (view) => urlElsewhere(view, () => ({})),
	bareFailure,
	errorText: (view) => ({
		...task(view),
		error: view.state === 'failed' ? errorText(view) : undefined,
	}),
	providerModel,
	earlyCompletedAt: (view) => ({
		...task(view),
		completed_at: isOver(view) ? view.finishTime : view.submitTime + SECONDS_OF_A_JOB,
	}),
	okError,
};

export const videoStatusAnswer = (shape: VideoShape, view: JobView): StatusAnswer => ({
	httpStatus: 200,
	body: BODIES[shape](view),
});

/** The plan's words are for polls. */
export function videoSubmitAnswer(shape: VideoShape, view: JobView): object {
	const accepted = { ...atSubmit(view), progress: 0, words: {} };
	switch (shape) {
		case 'submitted':
			return { ...task(accepted), status: 'SUBMITTED' };
		case 'wrapped':
			return taskIdOnly(accepted);
		case 'earlyCompletedAt':
			return task(accepted);
		default:
			return BODIES[shape](accepted);
	}
}

/** Where a job without a file stands, in the gateway's words. */
export function contentState(view: JobView): ContentState {
	switch (view.state) {
		case 'failed':
		case 'expired':
			return 'FAILURE';
		case 'moderated':
			return 'VIOLATION';
		default:
			if (view.elapsed < 0.02) return 'NOT_START';
			if (view.elapsed < 0.05) return 'SUBMITTED';
			return isQueued(view) ? 'QUEUED' : 'IN_PROGRESS';
	}
}
