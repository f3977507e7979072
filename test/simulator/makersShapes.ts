import { type JobView, type StatusAnswer, errorText, isQueued, statusWord } from './jobView.ts';
import { type Origin, assumed } from './origin.ts';

/**
 * Status answers that any family may give, since CometAPI passes on what makers and gateways say
 * (docs/api.md, "Forms of an answer"). All are assumed: seen in public threads, never live.
 */
export const MAKERS_SHAPES = {
	openAi: assumed('G', 'an OpenAI video; the URL in metadata, the error as an object'),
	row: assumed('G', "the gateway's row, result_url, the provider's task in data"),
	rowOfText: assumed('G', 'the same, the task as JSON text'),
	rowOverStaleTask: assumed('G', 'the same, the task stays as it was when it began'),
	listOfOne: assumed('3', '{code, message, data: [task]}'),
	dashScope: assumed('U', 'output: {task_id, task_status, video_url}'),
	miniMax: assumed('U', 'task: {id, status, videos}, base_resp'),
	ark: assumed('U', 'content.video_url'),
	runway: assumed('U', 'progress as a share of 1, output as a list, failure'),
	fastApi: assumed('3', 'detail: task'),
	jSend: assumed('3', '{status: "success", data: task}'),
	upperState: assumed(
		'3',
		'state in other words: PREPARING, COMPLETE, Task-Rejected with an error',
	),
	imagesLike: assumed('3', 'data: [{url}] beside the state'),
	errorIsTask: assumed('G', 'a failed task comes as HTTP 500'),
} satisfies Record<string, Origin>;

export type MakersShape = keyof typeof MAKERS_SHAPES;

export const MAKERS_SHAPE_NAMES = Object.keys(MAKERS_SHAPES).filter(
	(name): name is MakersShape => name in MAKERS_SHAPES,
);

/** The words of one maker, in the order of a job's life. */
interface Words {
	queued: string;
	running: string;
	done: string;
	failed: string;
}

const PLAIN: Words = {
	queued: 'queued',
	running: 'in_progress',
	done: 'completed',
	failed: 'failed',
};
const UPPER: Words = {
	queued: 'NOT_START',
	running: 'IN_PROGRESS',
	done: 'SUCCESS',
	failed: 'FAILURE',
};
const DASH_SCOPE: Words = {
	queued: 'PENDING',
	running: 'RUNNING',
	done: 'SUCCEEDED',
	failed: 'FAILED',
};
const MINI_MAX: Words = {
	queued: 'Preparing',
	running: 'Processing',
	done: 'Success',
	failed: 'Fail',
};
const RUNWAY: Words = { ...DASH_SCOPE, queued: 'THROTTLED' };
const ODD: Words = {
	queued: 'queueing',
	running: 'In-Progress',
	done: 'COMPLETE',
	failed: 'Task-Rejected',
};

const isFailed = ({ state }: JobView) => state !== 'pending' && state !== 'done';

function wordOf(view: JobView, words: Words): string {
	if (view.state === 'pending')
		return statusWord(view, words[isQueued(view) ? 'queued' : 'running']);
	return statusWord(view, view.state === 'done' ? words.done : words.failed);
}

const reason = (view: JobView) => (isFailed(view) ? errorText(view) : undefined);
const urlOf = ({ state, videoUrl }: JobView) =>
	state === 'done' && videoUrl !== '' ? videoUrl : undefined;
const errorOf = (view: JobView) => (isFailed(view) ? view.error : undefined);

const task = (view: JobView) => ({
	id: view.requestId,
	status: wordOf(view, PLAIN),
	progress: view.progress,
	model: view.model,
	video_url: urlOf(view),
	error: errorOf(view),
});

const row = (view: JobView, data: unknown, more: object = {}) => ({
	code: 'success',
	message: '',
	data: {
		task_id: view.requestId,
		status: wordOf(view, UPPER),
		fail_reason: reason(view) ?? '',
		result_url: urlOf(view),
		submit_time: view.submitTime,
		finish_time: view.finishTime,
		progress: view.state === 'done' ? '100%' : '30%',
		...more,
		data,
	},
});

const BODIES: Record<MakersShape, (view: JobView) => object> = {
	openAi: ({ ...view }) => {
		const { video_url, ...rest } = task(view);
		return { object: 'video', ...rest, metadata: video_url && { url: video_url } };
	},
	row: (view) => row(view, task(view)),
	rowOfText: (view) => row(view, JSON.stringify(task(view)), { result_url: '' }),
	rowOverStaleTask: (view) => row(view, { id: view.requestId, status: 'processing' }),
	listOfOne: (view) => ({ code: 0, message: 'ok', data: [task(view)] }),
	dashScope: (view) => ({
		request_id: 'http-exchange-1',
		output: {
			task_id: view.requestId,
			task_status: wordOf(view, DASH_SCOPE),
			video_url: urlOf(view),
			...(isFailed(view) && { code: 'InvalidParameter', message: errorText(view) }),
		},
		usage: { video_duration: view.videoSeconds },
	}),
	miniMax: (view) => ({
		task: {
			id: view.requestId,
			status: wordOf(view, MINI_MAX),
			videos: view.state === 'done' ? [{ url: view.videoUrl }] : [],
		},
		base_resp: { status_code: isFailed(view) ? 1026 : 0, status_msg: reason(view) ?? 'success' },
	}),
	ark: (view) => ({
		...{ id: view.requestId, model: view.model, error: errorOf(view) },
		status: wordOf(view, { ...PLAIN, running: 'running', done: 'succeeded' }),
		content: view.state === 'done' ? { video_url: view.videoUrl } : undefined,
	}),
	runway: (view) => ({
		id: view.requestId,
		status: wordOf(view, RUNWAY),
		progress: view.state === 'pending' ? view.elapsed : undefined,
		output: view.state === 'done' ? [view.videoUrl] : undefined,
		...(isFailed(view) && { failure: errorText(view), failureCode: 'INTERNAL.BAD_OUTPUT' }),
	}),
	fastApi: (view) => ({ detail: task(view) }),
	jSend: (view) => ({ status: 'success', data: task(view) }),
	upperState: (view) => ({
		id: view.requestId,
		state: wordOf(view, ODD),
		progress: view.state === 'done' ? 100 : 10,
		download_url: urlOf(view),
		error: reason(view),
	}),
	imagesLike: (view) => ({
		id: view.requestId,
		status: wordOf(view, PLAIN),
		data: view.state === 'done' ? [{ url: view.videoUrl }] : [],
		error: errorOf(view),
	}),
	errorIsTask: (view) => task(view),
};

export function makersStatusAnswer(shape: MakersShape, view: JobView): StatusAnswer {
	const isErrorAnswer = shape === 'errorIsTask' && isFailed(view);
	return { httpStatus: isErrorAnswer ? 500 : 200, body: BODIES[shape](view) };
}
