import type { ApiProblem } from '../answers/problem';
import type { StatusAnswer } from '../answers/statusAnswer';
import { Witness, WITNESS_INTERVAL_MS } from '../answers/witness';
import type { VideoJob } from '../video';
import type { JobEnd } from './durations';
import type { LikelyEnd } from './likelyEnd';
import { nextPollDelayMs, type ProgressReading } from './schedule';

/** How long a job may be told as done before its URL is, in ms (docs/api.md: some seconds were seen). */
const URL_PATIENCE_MS = 60_000;

/** So much later than planned, in ms, is no busy machine: the clock was set, or the laptop slept. */
const JUMP_MS = 60_000;

/** How long the wait goes on after a jump beyond its deadline, in ms, until the job's state is told. */
const WAKE_UP_MS = 60_000;

/** How long the last look may take, in ms, though the wait is over by then. */
const LAST_LOOK_MS = 5_000;

/** What polling needs from outside. Times in ms. */
export interface PollDeps {
	/** One status request of at most so many ms; never throws. */
	poll(atMostMs: number): Promise<StatusAnswer>;
	/** Returns early when the execution is stopped. */
	sleep(ms: number): Promise<unknown>;
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
	/** When jobs like this one end, where that is known. */
	likelyEnd?: LikelyEnd | undefined;
	/** What a wait that goes on after a sleep has seen before it. */
	earlier?: WaitSoFar | undefined;
}

/** A wait as it survives a sleep of its execution. */
export interface WaitSoFar {
	/** Epoch ms. */
	sinceMs: number;
	polls: number;
	pendingUntilMs: number;
	lastJob?: VideoJob | undefined;
	raw?: unknown;
}

/** How a wait ended, with the last job read, if any. Times in ms. */
export type PollOutcome = (
	| { kind: 'answered'; job: VideoJob }
	| { kind: 'timedOut'; problem?: ApiProblem }
	/** CometAPI doesn't know the id, and never showed its job. */
	| { kind: 'unknownId'; problem: ApiProblem }
	/** An error that lasted. */
	| { kind: 'verdict'; problem: ApiProblem }
	/** n8n doesn't let the requests out. */
	| { kind: 'blocked'; problem: ApiProblem }
	| { kind: 'stopped' }
) & {
	lastJob?: VideoJob;
	raw?: unknown;
	/** CometAPI's number of the exchange, if that told the last job as an error. */
	supportId?: string;
	/** When the job was done, if the clock can be trusted. */
	jobEnd?: JobEnd;
	polls: number;
	/** The job's age at the last answer that it was pending, or 0. */
	pendingUntilMs: number;
	waitedMs: number;
	/** Until the deadline; not negative. */
	leftMs: number;
};

/**
 * Asks for a job's state until it is finished, the deadline has passed, or asking is no use. Failed
 * polls don't end the wait: the job is paid for and goes on without us. An error without a job ends it
 * only when it lasts. A job that is done without a URL is asked for a while longer.
 */
export async function pollUntilDone(deps: PollDeps, options: PollOptions): Promise<PollOutcome> {
	const { earlier } = options;
	const clock = new WaitClock(deps, earlier?.sinceMs);
	const patienceMs = Math.max(0, options.deadlineMs - clock.startedAt);
	const ageAtStartMs = Math.max(0, clock.startedAt - options.acceptedAtMs);
	let { lastJob, raw }: Partial<WaitSoFar> = earlier ?? {};
	let supportId: string | undefined;
	let problem: ApiProblem | undefined;
	let polls = earlier?.polls ?? 0;
	const witness = new Witness();
	let doneSinceMs: number | undefined;
	let endMs = patienceMs;
	let pendingUntilMs = earlier?.pendingUntilMs ?? 0;
	let jobEnd: JobEnd | undefined;
	const readings: ProgressReading[] = [];
	let nextPollMs = options.pollAtOnce ? 0 : nextDelayMs();

	const progressSoFar = () => ({
		lastJob,
		raw,
		...(supportId !== undefined && { supportId }),
		...(jobEnd && !clock.wasSet && { jobEnd }),
		polls,
		pendingUntilMs,
		waitedMs: clock.passedMs,
		leftMs: Math.max(0, patienceMs - clock.passedMs),
	});

	for (;;) {
		await clock.sleepUntil(Math.min(nextPollMs, endMs));
		if (deps.isStopped()) return { kind: 'stopped', ...progressSoFar() };

		const askedMs = clock.passedMs;
		const atMostMs = Math.max(LAST_LOOK_MS, endMs - askedMs);
		const answer = await clock.timed(async () => await deps.poll(atMostMs));
		if (deps.isStopped()) return { kind: 'stopped', ...progressSoFar() };
		polls++;

		const isConfirmed = witness.confirms(answer, askedMs);
		if (answer.kind === 'blocked') return { ...answer, ...progressSoFar() };
		if (answer.kind === 'verdict' && isConfirmed) return { ...answer, ...progressSoFar() };
		if (answer.kind === 'unknownId' && isConfirmed && lastJob === undefined) {
			return { ...answer, ...progressSoFar() };
		}
		if (answer.kind === 'job') {
			({ job: lastJob, raw, supportId } = answer);
			if (lastJob.progress !== undefined) {
				readings.push({ elapsedMs: ageAtStartMs + askedMs, percent: lastJob.progress });
			}
			problem = undefined;
			if (lastJob.status === 'pending') pendingUntilMs = ageAtStartMs + askedMs;
			else if (lastJob.status === 'done') {
				jobEnd ??= { afterMs: pendingUntilMs, byMs: ageAtStartMs + askedMs };
			}
			if (lacksAddress(lastJob)) doneSinceMs ??= askedMs;
			else doneSinceMs = undefined;
			const isAwaited = doneSinceMs !== undefined && askedMs - doneSinceMs < URL_PATIENCE_MS;
			if (!isAwaited && (!options.untilFinished || lastJob.status !== 'pending')) {
				return { kind: 'answered', job: lastJob, ...progressSoFar() };
			}
		} else {
			problem = answer.problem;
		}
		if (clock.hasJumped && answer.kind !== 'job') {
			// The network may need a moment after the machine has slept.
			endMs = Math.max(endMs, clock.jumpedToMs + WAKE_UP_MS);
		} else {
			clock.hasJumped = false;
			endMs = patienceMs;
		}
		if (askedMs >= endMs) {
			return lastJob && doneSinceMs !== undefined
				? { kind: 'answered', job: lastJob, ...progressSoFar() }
				: { kind: 'timedOut', problem, ...progressSoFar() };
		}
		const retryAfterMs = answer.kind === 'unclear' ? (answer.retryAfterMs ?? 0) : 0;
		const delayMs = Math.max(nextDelayMs(), retryAfterMs);
		nextPollMs =
			clock.passedMs + (witness.isDoubting ? Math.min(delayMs, WITNESS_INTERVAL_MS) : delayMs);
	}

	function nextDelayMs(): number {
		return nextPollDelayMs({
			elapsedMs: ageAtStartMs + clock.passedMs,
			polls,
			readings,
			pollIntervalS: options.pollIntervalS,
			likelyEnd: options.likelyEnd,
			random: deps.random(),
		});
	}
}

/** Whether a job is told as done, but not where. */
export function lacksAddress({ status, video }: VideoJob): boolean {
	return status === 'done' && video?.url === undefined && video?.content_url === undefined;
}

/**
 * The time of one wait, in ms since it began. A clock that is set back does not make it longer: what
 * was slept counts. A jump ahead counts as time, and is noted.
 */
class WaitClock {
	readonly startedAt: number;
	passedMs = 0;
	hasJumped = false;
	/** Whether it cannot be trusted. */
	wasSet = false;
	jumpedToMs = 0;
	private readonly deps: PollDeps;

	/** @param sinceMs epoch ms, of a wait that goes on: what was slept counts as a jump */
	constructor(deps: PollDeps, sinceMs?: number) {
		const nowMs = deps.now();
		this.deps = deps;
		this.startedAt = Math.min(nowMs, sinceMs ?? nowMs);
		this.passedMs = this.jumpedToMs = nowMs - this.startedAt;
		this.hasJumped = sinceMs !== undefined;
	}

	async sleepUntil(atMs: number): Promise<void> {
		const ms = Math.ceil(atMs - this.passedMs);
		if (ms <= 0) return;
		const before = this.deps.now();
		await this.deps.sleep(ms);
		this.pass(before, ms);
	}

	async timed<T>(task: () => Promise<T>): Promise<T> {
		const before = this.deps.now();
		const result = await task();
		this.pass(before, 0);
		return result;
	}

	/** @param plannedMs counts instead of the clock when that was set back */
	private pass(before: number, plannedMs: number): void {
		const ms = this.deps.now() - before;
		this.passedMs += ms < 0 ? plannedMs : ms;
		this.wasSet ||= ms < 0 || ms - plannedMs > JUMP_MS;
		if (ms - plannedMs > JUMP_MS) {
			this.hasJumped = true;
			this.jumpedToMs = this.passedMs;
		}
	}
}
