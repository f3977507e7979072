import { randomBytes } from 'node:crypto';
import { type Answer, json, redirect } from '../answers.ts';
import {
	type Counter,
	type FamilyRoute,
	type Refusal,
	accept,
	ownShape,
	tell,
	taskNotExist,
} from '../family.ts';
import type { Job, JobRequest } from '../jobs.ts';
import { fileAnswer } from '../mp4.ts';
import type { Handle } from '../reception.ts';
import type { RecordedRequest } from '../requests.ts';
import { readVideoSubmission } from './videoForms.ts';
import { SHARED_ROUTE_MODELS } from './videoModels.ts';
import {
	VIDEO_SHAPE_NAMES,
	contentState,
	videoStatusAnswer,
	videoSubmitAnswer,
} from './videoShapes.ts';

/** Of every model whose page names one. */
const DEFAULT_SECONDS = 5;

function wishOf(request: RecordedRequest): JobRequest | { refused: Refusal } {
	const read = readVideoSubmission(request);
	if ('refused' in read) return read;
	const { model, body, size, seconds = DEFAULT_SECONDS } = read;
	const videoSeconds = Number(seconds);
	return {
		...{ family: 'video', route: 'videos', model, body, size, videoSeconds },
		shapes: VIDEO_SHAPE_NAMES,
		newId: () => `task_${randomBytes(16).toString('hex')}`,
		usd: videoSeconds * (SHARED_ROUTE_MODELS[model]?.perSecond ?? 0),
	};
}

const notCompleted = (state: string): Answer =>
	json(400, {
		error: {
			message: `Task is not completed yet, current status: ${state}`,
			type: 'invalid_request_error',
		},
	});

export function videoRoutes(counter: Counter): FamilyRoute[] {
	const { store, mediaUrl } = counter;
	const telling =
		(answer: (job: Job) => Answer): Handle =>
		(_request, id) => {
			const job = store.findVisible('video', id);
			return job === undefined ? taskNotExist() : answer(job);
		};
	const submit: Handle = (request) =>
		accept(counter, request, wishOf(request), (job) =>
			videoSubmitAnswer(ownShape(VIDEO_SHAPE_NAMES, job), store.view(job, mediaUrl)),
		);
	const status = telling((job) =>
		tell(counter, job, (view) => videoStatusAnswer(ownShape(VIDEO_SHAPE_NAMES, job), view)),
	);
	const content = telling((job) => {
		const { contentState: state, content: kind } = job.plan;
		if (!store.hasVideo(job)) {
			return notCompleted(state === 'fitting' ? contentState(store.view(job, mediaUrl)) : state);
		}
		const { requestId } = job;
		return kind === 'file'
			? fileAnswer(job)
			: redirect(302, `${mediaUrl}/videos/${encodeURIComponent(requestId)}.mp4`);
	});
	return [
		{ method: 'post', path: '/v1/videos', route: 'submit', handle: submit },
		{ method: 'get', path: '/v1/videos/:id', route: 'status', handle: status },
		{ method: 'get', path: '/v1/videos/:id/content', route: 'content', handle: content },
	];
}
