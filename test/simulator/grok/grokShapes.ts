import { type JobView, type StatusAnswer, errorText, isQueued } from '../jobView.ts';
import { type Origin, assumed, documented, shapesAsSeen } from '../origin.ts';

/** Letters are those of docs/api.md's list. */
export const SHAPES = shapesAsSeen('grok', {
	wrapped: documented('a, d with inner PENDING; its failure (e) and expiry are assumed [G]'),
	flat: documented('b; queued, then processing'),
	echo: documented('c while pending, then b'),
	xai: assumed('X', 'f as HTTP 202, g, h, i'),
	xai200: assumed('X', 'f as HTTP 200, g, h, i'),
	xaiEmpty: assumed('X', 'f as HTTP 202 with an empty body, g, h, i'),
	gatewayOld: assumed('G', 'd and e with inner null; the video URL only in fail_reason'),
	gatewayResultUrl: assumed('G', 'd and e with inner null; the video URL only in result_url'),
	gatewayId: assumed('G', 'id instead of request_id, progress as "24", otherwise b'),
	wrappedLagging: assumed(
		'G',
		'a, but the envelope stays IN_PROGRESS over a terminal inner status',
	),
	wrappedStale: assumed('G', 'a, but a FAILURE envelope stands over an inner PENDING'),
	bareUrl: assumed('3', 'j: never a status; video.url when done; a failure is error alone'),
} satisfies Record<string, Origin>);

export type Shape = keyof typeof SHAPES;

export const SHAPE_NAMES = Object.keys(SHAPES).filter((name): name is Shape => name in SHAPES);

const TICKS_PER_USD = 10_000_000_000;
const MODERATED_URLS = { empty: { url: '' }, null: { url: null }, absent: {} };

function word(view: JobView, usual: string): string {
	switch (view.state) {
		case 'pending':
			return view.words.pending ?? usual;
		case 'done':
		case 'moderated':
			return view.words.done ?? usual;
		case 'failed':
			return view.words.failed ?? usual;
		case 'expired':
			return usual;
	}
}

function video(view: JobView) {
	const refused = view.state === 'moderated';
	return {
		...(refused ? MODERATED_URLS[view.moderatedUrl] : { url: view.videoUrl }),
		duration: view.videoSeconds,
		respect_moderation: !refused,
	};
}

/** xAI's own answer, which the gateway nests and CometAPI's newest page extends. */
function providerAnswer(view: JobView) {
	switch (view.state) {
		case 'pending':
			return { status: 'pending', progress: view.progress };
		case 'done':
		case 'moderated':
			return {
				status: 'done',
				model: view.model,
				usage: { cost_in_usd_ticks: Math.round(view.usd * TICKS_PER_USD) },
				video: video(view),
			};
		case 'failed':
			return { status: 'failed', error: view.error };
		case 'expired':
			return { status: 'expired' };
	}
}

function xai(view: JobView, pendingHttpStatus: number): StatusAnswer {
	const body = providerAnswer(view);
	return {
		httpStatus: view.state === 'pending' ? pendingHttpStatus : 200,
		body: { ...body, status: word(view, body.status) },
	};
}

function flatBody(view: JobView) {
	const body = providerAnswer(view);
	const usual = view.state === 'pending' ? (isQueued(view) ? 'queued' : 'processing') : body.status;
	return {
		request_id: view.requestId,
		...body,
		status: word(view, usual),
		progress: view.progress,
	};
}

function envelopeStatus(view: JobView): string {
	switch (view.state) {
		case 'pending':
			return word(view, isQueued(view) ? 'QUEUED' : 'IN_PROGRESS');
		case 'done':
		case 'moderated':
			return word(view, 'SUCCESS');
		case 'failed':
		case 'expired':
			return word(view, 'FAILURE');
	}
}

function failReason(view: JobView): string {
	switch (view.state) {
		case 'done':
			return view.videoUrl;
		case 'failed':
			return errorText(view);
		case 'expired':
			return 'the task expired';
		default:
			return '';
	}
}

function envelopeProgress(view: JobView): string | undefined {
	if (view.state === 'done') return '100%';
	return view.progress === undefined ? undefined : `${view.progress}%`;
}

function envelope(view: JobView, inner: unknown, differences: object = {}): StatusAnswer {
	const data = {
		task_id: view.requestId,
		action: 'VIDEO_GENERATION',
		status: envelopeStatus(view),
		fail_reason: failReason(view),
		submit_time: view.submitTime,
		start_time: 0,
		finish_time: view.finishTime,
		progress: envelopeProgress(view),
		data: inner,
		...differences,
	};
	return { httpStatus: 200, body: { code: 'success', message: '', data } };
}

const INNER_PENDING = { status: 'PENDING' };

const innerAnswer = (view: JobView) =>
	view.state === 'pending' ? INNER_PENDING : providerAnswer(view);

function lagging(view: JobView): StatusAnswer {
	const behind = { status: 'IN_PROGRESS', fail_reason: '', finish_time: 0, progress: '50%' };
	return envelope(view, innerAnswer(view), view.state === 'pending' ? {} : behind);
}

function resultUrl(view: JobView): StatusAnswer {
	const moved = { fail_reason: '', result_url: view.videoUrl };
	return envelope(view, null, view.state === 'done' ? moved : {});
}

function gatewayId(view: JobView): StatusAnswer {
	const { request_id: id, progress, ...rest } = flatBody(view);
	return { httpStatus: 200, body: { id, ...rest, progress: progress?.toString() } };
}

function bareUrl(view: JobView): StatusAnswer {
	const body = { ...providerAnswer(view), status: undefined, request_id: view.requestId };
	const expiry = view.state === 'expired' ? { error: failReason(view) } : {};
	return { httpStatus: 200, body: { ...body, ...expiry } };
}

const flat = (view: JobView): StatusAnswer => ({ httpStatus: 200, body: flatBody(view) });

const ANSWERS: Record<Shape, (view: JobView) => StatusAnswer> = {
	wrapped: (view) => envelope(view, innerAnswer(view)),
	flat,
	echo: (view) =>
		view.state === 'pending'
			? { httpStatus: 200, body: { request_id: view.requestId } }
			: flat(view),
	xai: (view) => xai(view, 202),
	xai200: (view) => xai(view, 200),
	xaiEmpty: (view) => (view.state === 'pending' ? { httpStatus: 202 } : xai(view, 200)),
	gatewayOld: (view) => envelope(view, null),
	gatewayResultUrl: resultUrl,
	gatewayId,
	wrappedLagging: lagging,
	wrappedStale: (view) =>
		envelope(view, view.state === 'failed' ? INNER_PENDING : innerAnswer(view)),
	bareUrl,
};

export const statusAnswer = (shape: Shape, view: JobView): StatusAnswer => ANSWERS[shape](view);

export const submitAnswer = (shape: Shape, requestId: string): object =>
	shape === 'gatewayId' ? { id: requestId } : { request_id: requestId };
