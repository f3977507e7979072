import type { IDataObject } from 'n8n-workflow';

import { fateUnknown, noPlaceFree, notAccepted, stopped, stoppedWhileSubmitting } from '../errors';
import { encodeWithImage, imageLane, type BinaryImage, type EncodedBody } from '../media/image';
import { readSubmitAnswer, type SubmitAnswer, type Trouble } from './answer';
import { exchange } from './exchange';
import type { ItemRun } from './itemRun';
import { hasId, type AcceptedEntry, type Ledger, type LedgerEntry, type Wish } from './ledger';
import { untilStopped } from './pause';

/** What a video is made from. */
export interface Submission {
	model: string;
	/** The request body but for a picture that must still be encoded. */
	fields: IDataObject;
	image?: BinaryImage;
}

interface Book {
	ledger: Ledger;
	wish: Wish;
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
 * @param book where the job is noted before it is sent
 * @param maxWaitS how long to ask for a place while no job of this run is running
 * @throws VideoError when nothing was accepted, when nobody knows, or when the execution is stopped
 */
export async function submitVideo(
	item: ItemRun,
	submission: Submission,
	book: Book,
	maxWaitS: number,
): Promise<{ entry: AcceptedEntry; raw: unknown }> {
	const { queue } = item.batch;
	const since = Date.now();
	const patienceMs = maxWaitS * 1000;
	let trouble: Trouble = { reason: 'rateLimited' };
	for (;;) {
		const asksForAll = await queue.turn(since, patienceMs);
		if (item.signal.aborted || queue.idleMs(since) >= patienceMs) {
			queue.passOn(asksForAll);
			throw item.signal.aborted ? stopped() : noPlaceFree(trouble, maxWaitS);
		}
		let sent: Sent | undefined;
		try {
			// Stop ends the wait for the answer, not the submit: its request id is worth having.
			sent = await untilStopped(encodeAndSend(item, submission, book), item.signal);
		} finally {
			if (sent?.answer.kind === 'busy') queue.refused(asksForAll, sent.answer.retryAfterMs);
			else queue.passOn(asksForAll);
		}
		if (!sent) throw book.ledger.hasOpenSubmit() ? stoppedWhileSubmitting() : stopped();
		const { answer, entry, bytes } = sent;
		if (answer.kind === 'accepted' && hasId(entry)) return { entry, raw: answer.raw };
		if (answer.kind === 'refused') throw notAccepted(answer.trouble, bytes);
		if (answer.kind !== 'busy') throw fateUnknown('trouble' in answer ? answer.trouble : undefined);
		({ trouble } = answer);
	}
}

/** @returns undefined when the execution was stopped before anything was sent */
async function encodeAndSend(
	item: ItemRun,
	{ fields, image }: Submission,
	book: Book,
): Promise<Sent | undefined> {
	if (!image) return await send(item, { body: fields, headers: {} }, book);
	return await imageLane.run(async () => {
		if (item.signal.aborted) return undefined;
		return await send(item, await encodeWithImage(item.context.helpers, fields, image), book);
	});
}

async function send(
	item: ItemRun,
	{ body, headers }: EncodedBody,
	{ ledger, wish }: Book,
): Promise<Sent | undefined> {
	if (item.signal.aborted) return undefined;
	const entry = ledger.open(wish);
	const request = { ...item.request, body, headers: { ...item.request.headers, ...headers } };
	const answer = readSubmitAnswer(await exchange(item.context, request, undefined), Date.now());
	if (answer.kind === 'accepted') {
		entry.requestId = answer.requestId;
		entry.acceptedAtMs = Date.now();
		item.batch.queue.jobAccepted();
		publish(item, answer.requestId);
	} else if (answer.kind !== 'uncertain') {
		ledger.close(entry);
	}
	return {
		entry,
		answer,
		bytes: Buffer.isBuffer(body) ? body.length : JSON.stringify(body).length,
	};
}

/** Writes the id where it can be found when the item never comes out. */
function publish({ context, batch, itemIndex }: ItemRun, requestId: string): void {
	batch.requestIds.set(itemIndex, requestId);
	const { name } = context.getNode();
	context.logger.info(
		`CometAPI accepted a video: request ID ${requestId}, execution ${context.getExecutionId()}, node "${name}", item ${itemIndex}`,
	);
	addToCustomData(context.customData, requestId);
}

const CUSTOM_DATA_KEY = 'cometapi_video_request_ids';
// n8n keeps 512 characters, but writes an error to its log for more than 255.
const CUSTOM_DATA_LENGTH = 255;

function addToCustomData(
	// Not there before n8n 2.
	customData: ItemRun['context']['customData'] | undefined,
	requestId: string,
): void {
	const known = String(customData?.get(CUSTOM_DATA_KEY) ?? '');
	const all = known === '' ? requestId : `${known},${requestId}`;
	if (all.length <= CUSTOM_DATA_LENGTH) customData?.set(CUSTOM_DATA_KEY, all);
}
