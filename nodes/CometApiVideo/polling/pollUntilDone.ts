import type { ApiProblem } from '../answers/problem';
import type { StatusAnswer } from '../answers/statusAnswer';
import { Witness, WITNESS_INTERVAL_MS } from '../answers/witness';
import { backoffMs } from '../backoff';
import type { Clock } from '../clock';
import type { VideoJob } from '../video';
import type { JobEnd } from './durations';
import type { LikelyEnd } from './likelyEnd';
import { nextPollDelayMs, type ProgressReading } from './schedule';

/** A job may be told as done so many ms before its URL is (docs/api.md: some seconds were seen). */
const URL_PATIENCE_MS = 60_000;

/** The network may need so many ms after the machine or the execution has slept, whatever Max Wait. */
const WAKE_UP_MS = 60_000;

/** Between two sleeps, a wait asks again after so many ms at the earliest: others may take longer. */
const REST_MS = 30_000;

/** The last look may take so many ms, though the wait is over by then. */
const LAST_LOOK_MS = 5_000;

/** Times in ms. */
export interface PollDeps {
	/** One status request of at most so many ms; never throws. */
	poll(atMostMs: number): Promise<StatusAnswer>;
	clock: Clock;
	isStopped(): boolean;
	/** 0 to 1. */
	random(): number;
	/** Given where the wait may go on without this process. */
	nap?: Nap | undefined;
}

/** A wait without this process, with other waits. */
export interface Nap {
	/** Says that this one may be left from now on, and returns whether all of them may. */
	maySleep(): boolean;
	/** Settles then. */
	readonly due: Promise<void>;
}

export interface PollOptions {
	/** Since the job was accepted, in ms; 0 if nobody knows. */
	ageMs: number;
	/** The wait from now on, in ms, until one last poll. */
	maxWaitMs: number;
	/** 0 is automatic. */
	pollIntervalS: number;
	/** True asks at once: the job is older than this wait. */
	pollAtOnce: boolean;
	/** False is content with any answer that tells the job's state. */
	untilFinished: boolean;
	/** The usual end of jobs like this one, if known. */
	likelyEnd?: LikelyEnd | undefined;
	/** The wait is not left for so many ms from now on, nor before its end. */
	awakeMs?: number;
	awakeBeforeEndMs?: number;
	/** The wait before it was left. */
	earlier?: WaitSoFar | undefined;
}

/** A wait that was left. Plain JSON. */
export interface WaitSoFar {
	polls: number;
	/** In ms. */
	waitedMs: number;
	/** The job's age at the last answer that it was pending, in ms, or 0. */
	pendingUntilMs: number;
	lastJob?: VideoJob | undefined;
	raw?: unknown;
}

/** The end of a wait, with the last job read, if any. Times in ms. */
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
	/** It may go on without this process. */
	| { kind: 'left'; problem?: undefined }
) & {
	lastJob?: VideoJob;
	raw?: unknown;
	/** CometAPI's number of the exchange, if that told the last job as an error. */
	supportId?: string;
	/** The end of the job, if the clock can be trusted. */
	jobEnd?: JobEnd;
	polls: number;
	waitedMs: number;
	/** The job's age at the last answer that it was pending, or 0. */
	pendingUntilMs: number;
	/** Until the deadline; not negative. */
	leftMs: number;
};

/**
 * Asks for a job's state until it is finished, the deadline has passed, or asking is no use. Failed
 * polls don't end the wait: the job is paid for and goes on without us. An error without a job ends it
 * only when it lasts. A job that is done without a URL is asked for a while longer.
 */
export async function pollUntilDone(deps: PollDeps, options: PollOptions): Promise<PollOutcome> {
	const { clock } = deps;
	const { ageMs, maxWaitMs, earlier, awakeMs = 0, awakeBeforeEndMs = 0 } = options;
	const startedAtMs = clock.now();
	const jumpsBefore = clock.jumps;
	const passedMs = () => clock.now() - startedAtMs;
	let { lastJob, raw }: Partial<WaitSoFar> = earlier ?? {};
	let supportId: string | undefined;
	let problem: ApiProblem | undefined;
	let polls = earlier?.polls ?? 0;
	const witness = new Witness();
	let rateLimits = 0;
	let doneSinceMs: number | undefined;
	let endMs = maxWaitMs;
	let wakeUpUntilMs = earlier ? WAKE_UP_MS : 0;
	let jumpsSeen = clock.jumps;
	let pendingUntilMs = earlier?.pendingUntilMs ?? 0;
	let jobEnd: JobEnd | undefined;
	const readings: ProgressReading[] = [];
	let nextPollMs = options.pollAtOnce ? 0 : nextDelayMs();

	const progressSoFar = () => ({
		lastJob,
		raw,
		...(supportId !== undefined && { supportId }),
		...(jobEnd && clock.jumps === jumpsBefore && { jobEnd }),
		polls,
		pendingUntilMs,
		waitedMs: (earlier?.waitedMs ?? 0) + passedMs(),
		leftMs: Math.max(0, maxWaitMs - passedMs()),
	});

	for (;;) {
		const pollAtMs = Math.min(nextPollMs, endMs);
		if (await isLeftUntil(pollAtMs)) return { kind: 'left', ...progressSoFar() };
		if (deps.isStopped()) return { kind: 'stopped', ...progressSoFar() };

		const askedMs = passedMs();
		const atMostMs = Math.max(LAST_LOOK_MS, endMs - askedMs);
		const answer = await clock.during(deps.poll(atMostMs));
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
				readings.push({ elapsedMs: ageMs + askedMs, percent: lastJob.progress });
			}
			problem = undefined;
			if (lastJob.status === 'pending') pendingUntilMs = ageMs + askedMs;
			else if (lastJob.status === 'done') {
				jobEnd ??= { afterMs: pendingUntilMs, byMs: ageMs + askedMs };
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
		if (clock.jumps > jumpsSeen) wakeUpUntilMs = passedMs() + WAKE_UP_MS;
		jumpsSeen = clock.jumps;
		endMs = answer.kind === 'job' ? maxWaitMs : Math.max(maxWaitMs, wakeUpUntilMs);
		if (askedMs >= endMs) {
			return lastJob && doneSinceMs !== undefined
				? { kind: 'answered', job: lastJob, ...progressSoFar() }
				: { kind: 'timedOut', problem, ...progressSoFar() };
		}
		const retryAfterMs = answer.kind === 'unclear' ? (answer.retryAfterMs ?? 0) : 0;
		rateLimits = problem?.reason === 'rateLimited' ? rateLimits + 1 : 0;
		const slowerMs = rateLimits > 0 ? backoffMs(rateLimits, deps.random()) : 0;
		const delayMs = Math.max(nextDelayMs(), retryAfterMs, slowerMs, restMs());
		nextPollMs =
			passedMs() + (witness.isDoubting ? Math.min(delayMs, WITNESS_INTERVAL_MS) : delayMs);
	}

	/** After a sleep, others may need longer until all can sleep again. */
	function restMs(): number {
		const canSleep = deps.nap && earlier && maxWaitMs - passedMs() >= awakeBeforeEndMs;
		return canSleep ? REST_MS : 0;
	}

	/** Sleeps until then; not while an error is doubted, since the next sleep would be its end. */
	async function isLeftUntil(atMs: number): Promise<boolean> {
		const { nap } = deps;
		const isClear = !witness.isDoubting && doneSinceMs === undefined;
		const fromMs = nap && isClear ? awakeMs : Infinity;
		while (passedMs() < atMs && !deps.isStopped()) {
			const mayLeave = passedMs() >= fromMs && maxWaitMs - passedMs() >= awakeBeforeEndMs;
			if (mayLeave && nap?.maySleep()) return true;
			const untilMs = mayLeave || passedMs() >= fromMs ? atMs : Math.min(atMs, fromMs);
			await clock.sleep(untilMs - passedMs(), mayLeave ? nap?.due : undefined);
		}
		return false;
	}

	function nextDelayMs(): number {
		return nextPollDelayMs({
			elapsedMs: ageMs + passedMs(),
			polls,
			readings,
			pollIntervalS: options.pollIntervalS,
			likelyEnd: options.likelyEnd,
			random: deps.random(),
		});
	}
}

/** True if a job is told as done, without an address. */
export function lacksAddress({ status, video }: VideoJob): boolean {
	return status === 'done' && video?.url === undefined && video?.content_url === undefined;
}
