import {
	noPlaceFree,
	notAccepted,
	outcomeUnknown,
	stopped,
	stoppedWhileSubmitting,
} from '../errors';
import { encodeBody, type RequestBody } from '../files/requestBody';
import type { ApiProblem } from '../http/answer';
import { sendRequest } from '../http/request';
import type { Item } from '../item';
import { untilStopped } from '../pause';
import { Semaphore } from '../semaphore';
import type { JobRef, VideoApi } from '../videoApi';
import {
	isAccepted,
	type AcceptedEntry,
	type Ledger,
	type LedgerEntry,
	type VideoKey,
} from './ledger';
import { readSubmitAnswer, type SubmitAnswer } from './submitAnswer';
import { Refusal, type SubmitQueue } from './submitQueue';

/** An encoded file takes a third more than its bytes, so few are in memory at a time. */
const encodingSemaphore = new Semaphore(2);

/** What a video is made from. */
export interface Submission {
	/** As the item shows it. */
	model: string;
	body: RequestBody;
}

/** What the submits of a run share. */
export interface SubmitContext {
	api: VideoApi;
	queue: SubmitQueue;
	ledger: Ledger;
	/** Told a job the moment it is accepted. */
	onAccepted(job: JobRef): void;
}

/** A submit that has left, and what came back. */
interface Sent {
	entry: LedgerEntry;
	answer: SubmitAnswer;
	bytes: number;
}

/**
 * Submits one video, once. Only a 429 is sent again, since it says that nothing was accepted.
 *
 * @param key notes the job in the ledger before it is sent
 * @param maxWaitS how long, in seconds, to ask for a place while no job of this run is running
 * @throws VideoError when nothing was accepted, when nobody knows, or when the execution is stopped
 */
export async function submitVideo(
	item: Item,
	submission: Submission,
	key: VideoKey,
	maxWaitS: number,
	shared: SubmitContext,
): Promise<{ entry: AcceptedEntry; raw: unknown }> {
	const { queue, ledger } = shared;
	const since = Date.now();
	const patienceMs = maxWaitS * 1000;
	let problem: ApiProblem = { reason: 'rateLimited' };
	const sent = await queue.run(since, patienceMs, async () => {
		if (item.signal.aborted) throw stopped();
		if (queue.idleMs(since) >= patienceMs) throw noPlaceFree(problem, maxWaitS);
		// On Stop the wait for the answer ends, but the submit goes on, so that its ID can be logged.
		const result = await untilStopped(send(item, submission.body, key, shared), item.signal);
		if (result?.answer.kind !== 'rateLimited') return result;
		({ problem } = result.answer);
		return new Refusal(result.answer.retryAfterMs);
	});
	if (!sent) throw ledger.hasUnansweredSubmit() ? stoppedWhileSubmitting() : stopped();
	const { answer, entry, bytes } = sent;
	if (answer.kind === 'accepted' && isAccepted(entry)) return { entry, raw: answer.raw };
	if (answer.kind === 'refused') throw notAccepted(answer.problem, bytes);
	throw outcomeUnknown('problem' in answer ? answer.problem : undefined);
}

/** @returns undefined when the execution was stopped before anything was sent */
async function send(
	item: Item,
	body: RequestBody,
	key: VideoKey,
	shared: SubmitContext,
): Promise<Sent | undefined> {
	const encodeAndPost = async () => {
		if (item.signal.aborted) return undefined;
		const encoded = await encodeBody(item.context.helpers, body);
		return await post(item, { contentType: body.contentType, encoded }, key, shared);
	};
	return body.parts.length === 1
		? await encodeAndPost()
		: await encodingSemaphore.run(encodeAndPost);
}

async function post(
	item: Item,
	{ contentType, encoded }: { contentType: string; encoded: Buffer },
	key: VideoKey,
	{ api, queue, ledger, onAccepted }: SubmitContext,
): Promise<Sent | undefined> {
	if (item.signal.aborted) return undefined;
	const entry = ledger.add(key);
	const headers = { ...item.request.headers, 'Content-Type': contentType };
	const request = { ...item.request, body: encoded, headers };
	const exchange = await sendRequest(item.context, request, undefined);
	const answer = readSubmitAnswer(
		exchange,
		(answerBody) => api.readAccepted(answerBody, request.url),
		Date.now(),
	);
	if (answer.kind === 'accepted') {
		entry.job = answer.job;
		entry.acceptedAtMs = Date.now();
		queue.jobAccepted();
		onAccepted(answer.job);
	} else if (answer.kind !== 'outcomeUnknown') {
		ledger.remove(entry);
	}
	return { entry, answer, bytes: encoded.length };
}
