import { randomUUID } from 'node:crypto';
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
import type { JobRequest } from '../jobs.ts';
import type { Handle } from '../reception.ts';
import type { RecordedRequest } from '../requests.ts';
import { type GrokRoute, readSubmission } from './grokBodies.ts';
import { SHAPE_NAMES, statusAnswer, submitAnswer } from './grokShapes.ts';

/** xAI's list price for a second. */
const USD_480P = 0.05;
const USD_ABOVE = 0.07;

function wishOf(route: GrokRoute, request: RecordedRequest): JobRequest | { refused: Refusal } {
	if (!isJson(request)) {
		return { refused: { status: 400, message: 'the request body is not application/json' } };
	}
	const reading = readSubmission(route, request.body);
	if ('refused' in reading) return reading;
	const { body } = reading;
	// An edit tells no length; the provider's default stands in.
	const videoSeconds = typeof body.duration === 'number' ? body.duration : 8;
	const isSmall = body.resolution === undefined || body.resolution === '480p';
	return {
		...{ family: 'grok', route, model: body.model, body, videoSeconds },
		shapes: SHAPE_NAMES,
		newId: randomUUID,
		usd: videoSeconds * (isSmall ? USD_480P : USD_ABOVE),
	};
}

export function grokRoutes(counter: Counter): FamilyRoute[] {
	const submitting =
		(route: GrokRoute): Handle =>
		(request) =>
			accept(counter, request, wishOf(route, request), (job) =>
				submitAnswer(ownShape(SHAPE_NAMES, job), job.requestId),
			);
	const telling: Handle = (_request, id) => {
		const job = counter.store.findVisible('grok', id);
		if (job === undefined) return taskNotExist();
		return tell(counter, job, (view) => statusAnswer(ownShape(SHAPE_NAMES, job), view));
	};
	return [
		{
			method: 'post',
			path: '/grok/v1/videos/generations',
			route: 'submit',
			handle: submitting('generations'),
		},
		{ method: 'post', path: '/grok/v1/videos/edits', route: 'edit', handle: submitting('edits') },
		{ method: 'get', path: '/grok/v1/videos/:id', route: 'status', handle: telling },
	];
}
