import { randomInt } from 'node:crypto';
import {
	type Counter,
	type FamilyRoute,
	type Refusal,
	accept,
	isJson,
	ownShape,
	tell,
	taskNotExist,
} from '../family.ts';
import type { Job, JobRequest } from '../jobs.ts';
import type { Handle } from '../reception.ts';
import type { RecordedRequest } from '../requests.ts';
import {
	EXTENDABLE,
	KLING_ROUTES,
	type KlingBody,
	type KlingRoute,
	readKlingSubmission,
} from './klingBodies.ts';
import { KLING_SHAPE_NAMES, klingStatusBody, klingSubmitBody } from './klingShapes.ts';

const newDigits = () => `8${Array.from({ length: 17 }, () => randomInt(10)).join('')}`;

/** What an extended video is longer by, by Kling's pages. */
const EXTENSION_S = 5;

/** The finished job with that video, whose ID klingShapes.ts makes. */
function jobOfVideo({ store }: Counter, { task_id, video_id }: KlingBody) {
	const job = store.find(String(task_id));
	return job && video_id === `${job.requestId}-1` && store.hasVideo(job) ? job : undefined;
}

/** That unfit videos get HTTP 400 is documented, its words are assumed. */
function extensionRefusal(original: Job | undefined): Refusal | undefined {
	if (!original) return { status: 400, message: 'video_id: there is no such video' };
	if (EXTENDABLE.includes(original.model)) return undefined;
	return { status: 400, message: `videos of ${original.model} are not extension-compatible` };
}

function wishOf(
	counter: Counter,
	route: KlingRoute,
	request: RecordedRequest,
): JobRequest | { refused: Refusal } {
	if (!isJson(request)) {
		return { refused: { status: 400, message: 'the request body is not application/json' } };
	}
	const read = readKlingSubmission(route, request.body);
	if ('refused' in read) return read;
	const { body } = read;
	const original = route === 'video-extend' ? jobOfVideo(counter, body) : undefined;
	const refused = route === 'video-extend' ? extensionRefusal(original) : undefined;
	if (refused) return { refused };
	return {
		...{ family: 'kling', route, model: body.model_name ?? original?.model ?? 'kling-v1', body },
		externalId: body.external_task_id,
		shapes: KLING_SHAPE_NAMES,
		newId: newDigits,
		videoSeconds: original ? original.videoSeconds + EXTENSION_S : Number(body.duration),
		// No price a second is published.
		usd: 0,
	};
}

export function klingRoutes(counter: Counter): FamilyRoute[] {
	const { store, mediaUrl } = counter;
	const submitting =
		(route: KlingRoute): Handle =>
		(request) =>
			accept(counter, request, wishOf(counter, route, request), (job) =>
				klingSubmitBody(ownShape(KLING_SHAPE_NAMES, job), store.view(job, mediaUrl)),
			);
	/**
	 * Assumed: that CometAPI passes on Kling's query by external_task_id, that the other path does
	 * not know a task, and that a repeated external_task_id is taken and the newest told.
	 */
	const telling =
		(path: KlingRoute): Handle =>
		(_request, id) => {
			const job = store.findVisible('kling', id) ?? store.findByExternalId(id);
			if (job?.route !== path) return taskNotExist();
			const shape = ownShape(KLING_SHAPE_NAMES, job);
			return tell(counter, job, (view) => ({
				httpStatus: 200,
				body: klingStatusBody(shape, view),
			}));
		};
	return KLING_ROUTES.flatMap((route): FamilyRoute[] => {
		const path = `/kling/v1/videos/${route}`;
		return [
			{ method: 'post', path, route: 'submit', handle: submitting(route) },
			{ method: 'get', path: `${path}/:id`, route: 'status', handle: telling(route) },
		];
	});
}
