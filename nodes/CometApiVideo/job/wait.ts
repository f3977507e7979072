import type { StatusAnswer, Trouble } from './answer';
import { nextPollDelayMs, type ProgressReading } from './schedule';
import type { VideoJob } from './videoJob';

/** How long the API may not know the id of a job that it has just accepted, in ms [api: seen on a sibling endpoint]. */
const UNKNOWN_ID_PATIENCE_MS = 30_000;

/** The world as the wait needs it. Times in ms. */
export interface WaitWorld {
	/** One status request; never throws. */
	poll(): Promise<StatusAnswer>;
	/** Returns early when the execution is stopped. */
	sleep(ms: number): Promise<void>;
	isStopped(): boolean;
	now(): number;
	/** 0 to 1. */
	random(): number;
}

export interface WaitOrder {
	/** When the job was accepted, or when the wait began for a job of unknown age. */
	acceptedAtMs: number;
	/** When the wait gives up, after one last poll. */
	deadlineMs: number;
	/** 0 is automatic. */
	pollIntervalS: number;
	/** True asks at once: the job is older than this wait. */
	pollAtOnce: boolean;
	/** False is content with any answer that tells the job's state. */
	untilFinished: boolean;
}

/** How a wait ended, with the last job read, if any. */
export type WaitEnd = (
	| { kind: 'answered'; job: VideoJob }
	| { kind: 'timedOut'; trouble?: Trouble }
	| { kind: 'unknownId'; trouble: Trouble }
	| { kind: 'refused'; trouble: Trouble }
	| { kind: 'stopped' }
) & { lastJob?: VideoJob; raw?: unknown; polls: number; waitedMs: number };

/**
 * Asks for a job's state until it is finished, the deadline has passed, or asking is no use. Trouble
 * on the way ends nothing: the job is paid for and goes on without us.
 */
export async function waitForJob(world: WaitWorld, order: WaitOrder): Promise<WaitEnd> {
	const startedAt = world.now();
	let lastJob: VideoJob | undefined;
	let raw: unknown;
	let trouble: Trouble | undefined;
	let polls = 0;
	let lastKnownAt: number | undefined;
	const readings: ProgressReading[] = [];
	let nextPollAt = order.pollAtOnce ? startedAt : startedAt + delayFrom(startedAt);

	const progressSoFar = () => ({ lastJob, raw, polls, waitedMs: world.now() - startedAt });

	for (;;) {
		const pollAt = Math.min(nextPollAt, Math.max(order.deadlineMs, startedAt));
		if (pollAt > world.now()) await world.sleep(pollAt - world.now());
		if (world.isStopped()) return { kind: 'stopped', ...progressSoFar() };

		const askedAt = world.now();
		lastKnownAt ??= askedAt;
		const answer = await world.poll();
		if (world.isStopped()) return { kind: 'stopped', ...progressSoFar() };
		polls++;

		if (answer.kind === 'refused') return { ...answer, ...progressSoFar() };
		if (answer.kind === 'job') {
			({ job: lastJob, raw } = answer);
			lastKnownAt = askedAt;
			if (lastJob.progress !== undefined) {
				readings.push({ elapsedMs: askedAt - order.acceptedAtMs, percent: lastJob.progress });
			}
			trouble = undefined;
			if (!order.untilFinished || lastJob.status !== 'pending') {
				return { kind: 'answered', job: lastJob, ...progressSoFar() };
			}
		} else {
			trouble = answer.trouble;
		}
		const patience = order.untilFinished ? UNKNOWN_ID_PATIENCE_MS : 0;
		if (answer.kind === 'unknownId' && world.now() - lastKnownAt >= patience) {
			return { ...answer, ...progressSoFar() };
		}
		if (askedAt >= order.deadlineMs) return { kind: 'timedOut', trouble, ...progressSoFar() };

		const retryAfterMs = answer.kind === 'unclear' ? (answer.retryAfterMs ?? 0) : 0;
		nextPollAt = world.now() + Math.max(delayFrom(world.now()), retryAfterMs);
	}

	function delayFrom(nowMs: number): number {
		return nextPollDelayMs({
			elapsedMs: nowMs - order.acceptedAtMs,
			polls,
			readings,
			pollIntervalS: order.pollIntervalS,
			random: world.random(),
		});
	}
}
