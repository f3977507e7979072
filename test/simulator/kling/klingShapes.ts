import { randomUUID } from 'node:crypto';
import { type JobView, atSubmit, errorText, isQueued, statusWord } from '../jobView.ts';
import { type Origin, assumed, documented, shapesAsSeen } from '../origin.ts';

/** Answers of /kling/v1/videos; request_id is another one in each, and never the job. */
export const KLING_SHAPES = shapesAsSeen('kling', {
	envelope: documented('{code, message, request_id, data: {task_id, task_status, …}}'),
	bare: documented('the task without the data envelope', 'B'),
	wrapped: assumed('?', 'the gateway’s SUCCESS around it at the poll; seen for omni-video only'),
} satisfies Record<string, Origin>);

export type KlingShape = keyof typeof KLING_SHAPES;

export const KLING_SHAPE_NAMES = Object.keys(KLING_SHAPES).filter(
	(name): name is KlingShape => name in KLING_SHAPES,
);

const WORDS = { done: 'succeed', failed: 'failed', moderated: 'failed', expired: 'failed' };

function reason(view: JobView): string | undefined {
	switch (view.state) {
		case 'failed':
			return errorText(view);
		case 'moderated':
			// Kling's own words.
			return 'Failure to pass the risk control system';
		case 'expired':
			return 'the task expired';
		default:
			return undefined;
	}
}

function task(view: JobView) {
	const { requestId, externalId, videoUrl, videoSeconds, state } = view;
	const usual = state === 'pending' ? (isQueued(view) ? 'submitted' : 'processing') : WORDS[state];
	const video = { id: `${requestId}-1`, url: videoUrl, duration: String(videoSeconds) };
	return {
		task_id: requestId,
		task_status: statusWord(view, usual),
		task_status_msg: reason(view),
		task_info: externalId === undefined ? undefined : { external_task_id: externalId },
		created_at: view.submitTime * 1000,
		updated_at: (view.finishTime || view.submitTime) * 1000,
		task_result: state === 'done' ? { videos: videoUrl === '' ? [] : [video] } : undefined,
	};
}

const envelope = (view: JobView) => ({
	code: 0,
	message: 'SUCCEED',
	request_id: randomUUID(),
	data: task(view),
});

const bare = (view: JobView) => ({ request_id: randomUUID(), ...task(view) });

const GATEWAY_WORDS = {
	pending: 'IN_PROGRESS',
	done: 'SUCCESS',
	failed: 'FAILURE',
	moderated: 'FAILURE',
	expired: 'FAILURE',
};

const wrapped = (view: JobView) => ({
	code: 'success',
	message: '',
	data: {
		task_id: view.requestId,
		status: GATEWAY_WORDS[view.state],
		fail_reason: reason(view) ?? '',
		submit_time: view.submitTime,
		finish_time: view.finishTime,
		data: envelope(view),
	},
});

const BODIES: Record<KlingShape, (view: JobView) => object> = { envelope, bare, wrapped };

export const klingStatusBody = (shape: KlingShape, view: JobView): object => BODIES[shape](view);

/** The plan's words are for polls. */
export function klingSubmitBody(shape: KlingShape, view: JobView): object {
	const accepted = { ...atSubmit(view), words: {} };
	return shape === 'bare' ? bare(accepted) : envelope(accepted);
}
