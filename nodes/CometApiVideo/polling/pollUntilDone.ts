import type { ApiProblem } from '../http/answer';
import type { VideoJob } from '../video';
import { nextPollDelayMs, type ProgressReading } from './schedule';
import type { StatusAnswer } from './statusAnswer';

/** How long the API may not know the id of a job that it has just accepted, in ms (docs/api.md: seen on a sibling endpoint). */
const UNKNOWN_ID_PATIENCE_MS = 30_000;

/** The deps as the wait needs it. Times in ms. */
export interface PollDeps {
	/** One status request; never throws. */
	poll(): Promise<StatusAnswer>;
	/** Returns early when the execution is stopped. */
	sleep(ms: number): Promise<void>;
	isStopped(): boolean;
	now(): number;
	/** 0 to 1. */
	random(): number;
}

export interface PollOptions {
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
export type PollOutcome = (
	| { kind: 'answered'; job: VideoJob }
	| { kind: 'timedOut'; problem?: ApiProblem }
	| { kind: 'unknownId'; problem: ApiProblem }
	| { kind: 'refused'; problem: ApiProblem }
	| { kind: 'stopped' }
) & { lastJob?: VideoJob; raw?: unknown; polls: number; waitedMs: number };

/**
 * Asks for a job's state until it is finished, the deadline has passed, or asking is no use. ApiProblem
 * on the way ends nothing: the job is paid for and goes on without us.
 */
export async function pollUntilDone(deps: PollDeps, options: PollOptions): Promise<PollOutcome> {
	const startedAt = deps.now();
	let lastJob: VideoJob | undefined;
	let raw: unknown;
	let problem: ApiProblem | undefined;
	let polls = 0;
	let lastKnownAt: number | undefined;
	const readings: ProgressReading[] = [];
	let nextPollAt = options.pollAtOnce ? startedAt : startedAt + delayFrom(startedAt);

	const progressSoFar = () => ({ lastJob, raw, polls, waitedMs: deps.now() - startedAt });

	for (;;) {
		const pollAt = Math.min(nextPollAt, Math.max(options.deadlineMs, startedAt));
		if (pollAt > deps.now()) await deps.sleep(pollAt - deps.now());
		if (deps.isStopped()) return { kind: 'stopped', ...progressSoFar() };

		const askedAt = deps.now();
		lastKnownAt ??= askedAt;
		const answer = await deps.poll();
		if (deps.isStopped()) return { kind: 'stopped', ...progressSoFar() };
		polls++;

		if (answer.kind === 'refused') return { ...answer, ...progressSoFar() };
		if (answer.kind === 'job') {
			({ job: lastJob, raw } = answer);
			lastKnownAt = askedAt;
			if (lastJob.progress !== undefined) {
				readings.push({ elapsedMs: askedAt - options.acceptedAtMs, percent: lastJob.progress });
			}
			problem = undefined;
			if (!options.untilFinished || lastJob.status !== 'pending') {
				return { kind: 'answered', job: lastJob, ...progressSoFar() };
			}
		} else {
			problem = answer.problem;
		}
		const patience = options.untilFinished ? UNKNOWN_ID_PATIENCE_MS : 0;
		if (answer.kind === 'unknownId' && deps.now() - lastKnownAt >= patience) {
			return { ...answer, ...progressSoFar() };
		}
		if (askedAt >= options.deadlineMs) return { kind: 'timedOut', problem, ...progressSoFar() };

		const retryAfterMs = answer.kind === 'unclear' ? (answer.retryAfterMs ?? 0) : 0;
		nextPollAt = deps.now() + Math.max(delayFrom(deps.now()), retryAfterMs);
	}

	function delayFrom(nowMs: number): number {
		return nextPollDelayMs({
			elapsedMs: nowMs - options.acceptedAtMs,
			polls,
			readings,
			pollIntervalS: options.pollIntervalS,
			random: deps.random(),
		});
	}
}
