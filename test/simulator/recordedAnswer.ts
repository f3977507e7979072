import { readStatusAnswer } from '../../nodes/CometApiVideo/answers/statusAnswer';
import type { Recorded } from '../../tools/live/gateway.ts';
import type { Family } from './families.ts';
import { nearestShape } from './nearestShape.ts';

/** As `npm run live` writes it. */
export interface Recording {
	family: Family;
	requestId?: string;
	/** Of the item. */
	status: string;
	/** Of the simulator, that the last answer about the job is nearest to. */
	shape?: string;
	exchanges: Recorded[];
}

/** What differs between a recorded answer and what reader and simulator make of it. */
export function differences({
	family,
	requestId = '',
	status,
	shape,
	exchanges,
}: Recording): string[] {
	const ofJob = exchanges.filter(
		({ method, path }) => method === 'GET' && path.includes(requestId),
	);
	const last = ofJob.at(-1);
	if (!last) return ['no answer about the job'];
	const { body, headers } = last.answer;
	const answer = readStatusAnswer(
		{ answer: { statusCode: last.status, headers, body } },
		requestId,
		0,
	);
	const read = answer.kind === 'job' ? answer.job.status : answer.kind;
	const nearest = nearestShape(family, status, body);
	return [
		...(read === status ? [] : [`read as ${read}, was ${status}`]),
		...(nearest.shape === shape ? [] : [`nearest to ${nearest.shape}, was to ${shape}`]),
		...nearest.differs,
	];
}
