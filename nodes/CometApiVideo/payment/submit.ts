import { randomUUID } from 'node:crypto';

import {
	noPlaceFree,
	notAccepted,
	outcomeUnknown,
	stopped,
	stoppedWhileSubmitting,
} from '../errors';
import { encodeBody, type RequestBody } from '../files/requestBody';
import type { ApiProblem } from '../answers/problem';
import type { Exchange } from '../http/exchange';
import { ask, MAX_ANSWER_BYTES, sendRequest } from '../http/request';
import type { Item } from '../item';
import { pause, untilStopped } from '../pause';
import { jobAt, type JobRef, type VideoApi } from '../videoApi';
import type { Ledger, VideoKey } from './ledger';
import { isAccepted, type AcceptedEntry, type LedgerEntry } from './ledgerEntry';
import { readFoundJob, readSubmitAnswer, type SubmitAnswer } from '../answers/submitAnswer';
import { RateLimited, type SubmitQueue } from './submitQueue';

/** The shortest wait for the answer to a submit, whatever the node's time-out, in ms. */
const SHORTEST_TIMEOUT_MS = 30_000;

/**
 * A lost job is looked up for so many ms, in this interval: it may not be known at first. One look-up
 * that hangs must not take all of them.
 */
const LOOK_UP_MS = 30_000;
const LOOK_UP_INTERVAL_MS = 3_000;
const LONGEST_LOOK_UP_MS = 10_000;

/** The slowest upload that is waited for, in bytes per ms. */
const SLOWEST_UPLOAD = 50;

/** The request for a video. */
export interface Submission {
	/** As the item shows it. */
	model: string;
	/** Equal for jobs that take similar times. */
	durationKey: string;
	body: RequestBody;
	/** Below the base URL, where the parameters decide it; by default the operation's own. */
	path?: string;
	/** The body with an id of ours, where the family can be asked for a job by one. */
	withExternalId?(externalId: string): RequestBody;
}

/** Receivers of an accepted job. */
export interface Acceptance {
	api: VideoApi;
	ledger: Ledger;
	queue: SubmitQueue;
	/** Seconds to ask for a place while no job of this run is running, and for a lost job. */
	maxWaitS: number;
	/** Told a job the moment it is accepted. */
	onAccepted(job: JobRef): void;
	/** Told why nobody knows whether it was. */
	onUnknownFate(problem: ApiProblem): void;
}

/** The place and the limits of a submit. */
export interface SubmitContext extends Acceptance {
	key: VideoKey;
	/** The most videos that the node may make in this execution. */
	maxVideos?: number;
}

/** A job that the API has accepted, and the answer that said so. */
export interface Submitted {
	entry: AcceptedEntry;
	raw: unknown;
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
 * @throws VideoError when nothing was accepted, when nobody knows, or when the execution is stopped
 */
export async function submitVideo(
	item: Item,
	submission: Submission,
	shared: SubmitContext,
): Promise<Submitted> {
	const { queue, ledger, maxWaitS, api } = shared;
	const submitter = {
		patienceMs: maxWaitS * 1000,
		hasFile: submission.body.parts.length > 1,
	};
	let problem: ApiProblem = { reason: 'rateLimited' };
	const sent = await queue.run(submitter, async (isOutOfPatience) => {
		if (item.signal.aborted) throw stopped();
		if (isOutOfPatience) throw noPlaceFree(problem, maxWaitS);
		// On Stop the wait for the answer ends, but the submit goes on, so that its ID can be logged.
		const result = await untilStopped(send(item, submission, shared), item.signal);
		if (result?.answer.kind !== 'rateLimited') return result;
		({ problem } = result.answer);
		return new RateLimited(result.answer.retryAfterMs);
	});
	if (!sent) {
		// A submit that Stop kept from leaving says so before anything else happens.
		await pause(0);
		throw ledger.hasUnansweredSubmit() ? stoppedWhileSubmitting() : stopped();
	}
	const { answer, entry, bytes } = sent;
	if (answer.kind === 'rejected') {
		throw notAccepted(answer.problem, bytes, api.adviceFor?.(answer.problem));
	}
	if (isAccepted(entry) && answer.kind === 'accepted') return { entry, raw: answer.raw };
	return await findLost(item, entry, shared);
}

/**
 * Asks for a job whose answer never came, by the id that the submission gave it, for 30 s from now on,
 * or Max Wait. Asking is free; the submit itself is not repeated, whatever the answer.
 *
 * @throws VideoError when it is not found, or cannot be asked for
 */
export async function findLost(
	item: Item,
	entry: LedgerEntry,
	shared: Acceptance,
): Promise<Submitted> {
	const { external, problem } = entry;
	if (!external) throw outcomeUnknown(problem);
	const { submitPath, id } = external;
	const { statusPath } = jobAt(submitPath, id);
	const { clock, signal } = item;
	const untilMs = clock.now() + Math.min(LOOK_UP_MS, shared.maxWaitS * 1000);
	while (!signal.aborted) {
		const exchange = await clock.during(ask(item, statusPath, { deadlineMs: LONGEST_LOOK_UP_MS }));
		const ids = readFoundJob(exchange, id, shared.api.idNames);
		if (ids)
			return { entry: accept(entry, jobAt(submitPath, ...ids), shared), raw: rawOf(exchange) };
		const leftMs = untilMs - clock.now();
		if (leftMs <= 0) break;
		await clock.sleep(Math.min(leftMs, LOOK_UP_INTERVAL_MS));
	}
	throw outcomeUnknown(problem, id);
}

const rawOf = (exchange: Exchange) => ('answer' in exchange ? exchange.answer.body : undefined);

function accept(
	entry: LedgerEntry,
	job: JobRef,
	{ ledger, queue, onAccepted }: Acceptance,
): AcceptedEntry {
	const accepted = ledger.accept(entry, job, Date.now());
	queue.jobAccepted();
	onAccepted(job);
	return accepted;
}

function readAnswer(exchange: Exchange, { idNames }: VideoApi): SubmitAnswer {
	return readSubmitAnswer(exchange, idNames, Date.now());
}

/** @returns undefined when the execution was stopped before anything was sent */
async function send(
	item: Item,
	{ body: plainBody, path = item.request.url, withExternalId }: Submission,
	shared: SubmitContext,
): Promise<Sent | undefined> {
	const { api, key, ledger, maxVideos } = shared;
	const external = withExternalId && { id: randomUUID(), submitPath: path };
	const body = external ? withExternalId(external.id) : plainBody;
	const encoded = await encodeBody(item, body);
	while (!item.signal.aborted && !ledger.hasRoom(maxVideos)) {
		await untilStopped(ledger.submitEnded, item.signal);
	}
	if (item.signal.aborted) return undefined;
	const entry = ledger.add(key, external);
	try {
		const exchange = await post(item, { path, contentType: body.contentType, encoded });
		const answer = readAnswer(exchange, api);
		if (answer.kind === 'accepted') {
			accept(entry, jobAt(api.jobsPath ?? path, ...answer.ids), shared);
		} else if (answer.kind === 'outcomeUnknown') {
			entry.problem = answer.problem;
			shared.onUnknownFate(answer.problem);
		} else {
			ledger.remove(entry);
		}
		return { entry, answer, bytes: encoded.length };
	} finally {
		ledger.endSubmit();
	}
}

async function post(
	{ context, request, signal }: Item,
	{ path, contentType, encoded }: { path: string; contentType: string; encoded: Buffer },
): Promise<Exchange> {
	const answerMs = Math.max(request.timeout ?? 0, SHORTEST_TIMEOUT_MS);
	// n8n 2's HTTP client counts its time-out from before the upload, too.
	const deadlineMs = answerMs + Math.ceil(encoded.length / SLOWEST_UPLOAD);
	// The answer may repeat what was sent, in JSON's escapes, before it tells the ID.
	const maxBytes = MAX_ANSWER_BYTES + 2 * encoded.length;
	return await sendRequest(
		context,
		{
			...request,
			url: path,
			body: encoded,
			headers: { ...request.headers, 'Content-Type': contentType },
			timeout: deadlineMs,
		},
		{ stop: signal, stopAborts: 'unsent', deadlineMs, maxBytes },
	);
}
