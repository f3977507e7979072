import { readStartWithKey } from '../http/openFile';
import type { Item } from '../item';
import { pause, untilStopped } from '../pause';
import { quotedFailure } from '../polling/statusAnswer';
import { NO_REASON, type VideoJob } from '../video';
import type { JobRef, VideoApi } from '../videoApi';

const TIMEOUT_MS = 10_000;

/** A reason is short; what stands there may as well be a film. */
const MAX_BYTES = 16_384;

/**
 * A job that failed without a reason, with the one that its family tells elsewhere. It is asked for
 * once; any trouble with that leaves the job as it was.
 */
export async function withFailureReason(
	item: Item,
	{ api, job: ref }: { api: VideoApi; job: JobRef },
	job: VideoJob,
): Promise<VideoJob> {
	if (!api.failureReason || !isBare(job)) return job;
	const { path, read } = api.failureReason;
	const told = await readStart(item, path(ref));
	const failure = told === undefined ? undefined : read(parse(told));
	return { ...job, failure: failure ? quotedFailure(failure) : (job.failure ?? NO_REASON) };
}

function isBare({ status, failure }: VideoJob): boolean {
	if (status !== 'failed') return false;
	return (
		failure === undefined ||
		(failure.code === NO_REASON.code && failure.message === NO_REASON.message)
	);
}

async function readStart(item: Item, path: string): Promise<string | undefined> {
	const cut = new AbortController();
	const reading = readStartWithKey(item, path, { maxBytes: MAX_BYTES, signal: cut.signal });
	const over = reading.then(() => {});
	void pause(TIMEOUT_MS, item.signal, over).then(() => cut.abort());
	return await untilStopped(reading, cut.signal);
}

/** @returns the text itself when it is no JSON */
function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return body;
	}
}
