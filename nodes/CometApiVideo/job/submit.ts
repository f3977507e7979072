import type { IDataObject } from 'n8n-workflow';

import { fateUnknown, noPlaceFree, notAccepted, stopped, stoppedWhileSubmitting } from '../errors';
import { readSubmitAnswer, type SubmitAnswer } from './answer';
import { exchange } from './exchange';
import type { ItemRun } from './itemRun';
import { hasId, type AcceptedEntry, type Ledger, type LedgerEntry, type Wish } from './ledger';
import { untilStopped } from './pause';

/**
 * Submits one video, once. Only a 429 is sent again, since it says that nothing was accepted.
 *
 * @param entries where the job is noted before it is sent
 * @param maxWaitS how long to ask for a place while no job of this run is running
 * @throws VideoError when nothing was accepted, when nobody knows, or when the execution is stopped
 */
export async function submitVideo(
	item: ItemRun,
	body: IDataObject,
	{ ledger, wish }: { ledger: Ledger; wish: Wish },
	maxWaitS: number,
): Promise<AcceptedEntry> {
	const { queue } = item.batch;
	const since = Date.now();
	for (;;) {
		const asksForAll = await queue.turn();
		if (item.signal?.aborted) {
			queue.passOn(asksForAll);
			throw stopped();
		}
		const entry = ledger.open(wish);
		// Stop ends the wait for the answer, not the submit: its request id is worth having.
		const answer = await untilStopped(send(item, body, ledger, entry), item.signal);
		if (answer?.kind === 'busy' && queue.idleMs(since) < maxWaitS * 1000) {
			queue.refused(asksForAll, answer.retryAfterMs);
			continue;
		}
		queue.passOn(asksForAll);
		if (hasId(entry)) return entry;
		throw whyNot(answer, JSON.stringify(body).length, maxWaitS);
	}
}

async function send(
	item: ItemRun,
	body: IDataObject,
	ledger: Ledger,
	entry: LedgerEntry,
): Promise<SubmitAnswer> {
	const answer = readSubmitAnswer(
		await exchange(item.context, { ...item.request, body }, undefined),
		Date.now(),
	);
	if (answer.kind === 'accepted') {
		entry.requestId = answer.requestId;
		entry.acceptedAtMs = Date.now();
		publish(item, answer.requestId);
	} else if (answer.kind !== 'uncertain') {
		ledger.close(entry);
	}
	return answer;
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

function whyNot(answer: SubmitAnswer | undefined, sentBytes: number, maxWaitS: number): Error {
	if (answer === undefined || answer.kind === 'accepted') return stoppedWhileSubmitting();
	if (answer.kind === 'busy') return noPlaceFree(answer.trouble, maxWaitS);
	if (answer.kind === 'refused') return notAccepted(answer.trouble, sentBytes);
	return fateUnknown(answer.trouble);
}
