/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { Clock } from '../../../nodes/CometApiVideo/clock';
import {
	pollUntilDone,
	type PollDeps,
	type PollOptions,
} from '../../../nodes/CometApiVideo/polling/pollUntilDone';
import { nextPollDelayMs } from '../../../nodes/CometApiVideo/polling/schedule';
import type { StatusAnswer } from '../../../nodes/CometApiVideo/answers/statusAnswer';
import { seededRandom } from '../../bench/virtualTime.ts';

const job = (
	status: 'pending' | 'done' | 'failed' | 'expired',
	progress?: number,
): StatusAnswer => ({
	kind: 'job',
	job: {
		status,
		statusIsKnown: true,
		...(progress !== undefined && { progress }),
		...(status === 'done' && { video: { url: 'https://vid.example/a.mp4' } }),
	},
	raw: { status },
});
const PENDING = job('pending');
const UNKNOWN_ID: StatusAnswer = { kind: 'unknownId', problem: { reason: 'unknownId' } };
const verdict = (code?: string): StatusAnswer => ({
	kind: 'verdict',
	problem: { reason: 'badInput', httpStatus: 400, code },
});
const BLOCKED: StatusAnswer = { kind: 'blocked', problem: { reason: 'blocked' } };
const UNCLEAR: StatusAnswer = { kind: 'unclear', problem: { reason: 'serverError' } };

interface Plan {
	/** The answer to a poll that leaves `atMs` after the start. */
	answer(atMs: number, polls: number): StatusAnswer;
	/** How long a poll takes. */
	latencyMs?: number;
	/** When the user presses Stop, after the start. */
	stopAtMs?: number;
	random?: () => number;
	/** At that time of the world the machine is suspended for so long. */
	suspended?: { atMs: number; forMs: number };
}

/** A world whose time passes only while something in it waits. */
function virtualWorld({
	answer,
	latencyMs = 0,
	stopAtMs = Infinity,
	random = () => 0.5,
	suspended = { atMs: Infinity, forMs: 0 },
}: Plan) {
	let elapsedMs = 0;
	const pollsAtMs: number[] = [];
	const passUntil = (ms: number) => {
		elapsedMs = Math.max(elapsedMs, Math.min(ms, stopAtMs));
	};
	const isStopped = () => elapsedMs >= stopAtMs;
	const world: PollDeps = {
		async poll() {
			pollsAtMs.push(elapsedMs);
			await Promise.resolve();
			const given = answer(elapsedMs, pollsAtMs.length);
			passUntil(elapsedMs + latencyMs);
			return given;
		},
		clock: new Clock({
			async sleep(ms, wake) {
				if (wake) await wake;
				else passUntil(elapsedMs + ms);
			},
			now: () => elapsedMs + (elapsedMs > suspended.atMs ? suspended.forMs : 0),
			isStopped,
		}),
		isStopped,
		random,
	};
	return { world, pollsAtMs, elapsedMs: () => elapsedMs };
}

const NEW_JOB: PollOptions = {
	ageMs: 0,
	maxWaitMs: 900_000,
	pollIntervalS: 0,
	pollAtOnce: false,
	untilFinished: true,
};

/** For where the schedule is not the point. */
const EVERY_3_S: PollOptions = { ...NEW_JOB, pollIntervalS: 3 };

describe('a job that ends', () => {
	test.each(['done', 'failed', 'expired'] as const)('%s ends the wait', async (status) => {
		const { world, pollsAtMs } = virtualWorld({
			answer: (atMs) => (atMs < 20_000 ? PENDING : job(status)),
		});
		const end = await pollUntilDone(world, NEW_JOB);
		expect(end).toEqual({
			kind: 'answered',
			job: expect.objectContaining({ status, statusIsKnown: true }),
			lastJob: expect.objectContaining({ status, statusIsKnown: true }),
			raw: { status },
			...(status === 'done' && { jobEnd: { afterMs: pollsAtMs.at(-2), byMs: pollsAtMs.at(-1) } }),
			polls: pollsAtMs.length,
			pendingUntilMs: pollsAtMs.at(-2),
			waitedMs: pollsAtMs.at(-1),
			leftMs: 900_000 - Number(pollsAtMs.at(-1)),
		});
		expect(end.waitedMs).toBeGreaterThanOrEqual(20_000);
		expect(end.waitedMs).toBeLessThanOrEqual(24_000);
	});

	test('the first poll comes after about 6 s', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => job('done') });
		await pollUntilDone(world, NEW_JOB);
		expect(pollsAtMs).toEqual([6_100]);
	});

	test("a fixed interval is kept, counted from one answer to the next poll's start", async () => {
		const { world, pollsAtMs } = virtualWorld({
			answer: (_, polls) => (polls < 4 ? PENDING : job('done')),
			latencyMs: 200,
		});
		await pollUntilDone(world, { ...NEW_JOB, pollIntervalS: 5 });
		expect(pollsAtMs).toEqual([5_000, 10_200, 15_400, 20_600]);
	});
});

describe('the deadline', () => {
	test.each([
		{ name: 'between two polls', pollIntervalS: 7, maxWaitS: 60 },
		{ name: 'on a poll', pollIntervalS: 7, maxWaitS: 63 },
		{ name: 'before the first poll', pollIntervalS: 600, maxWaitS: 60 },
		{ name: 'with automatic polls', pollIntervalS: 0, maxWaitS: 300 },
		{ name: 'of one second', pollIntervalS: 0, maxWaitS: 1 },
	])('has its last poll exactly then: $name', async ({ pollIntervalS, maxWaitS }) => {
		const { world, pollsAtMs, elapsedMs } = virtualWorld({ answer: () => PENDING });
		const maxWaitMs = maxWaitS * 1000;
		const end = await pollUntilDone(world, { ...NEW_JOB, pollIntervalS, maxWaitMs });
		expect(end).toMatchObject({ kind: 'timedOut', lastJob: { status: 'pending' } });
		expect(pollsAtMs.at(-1)).toBe(maxWaitMs);
		expect(new Set(pollsAtMs).size).toBe(pollsAtMs.length);
		expect(end.polls).toBe(pollsAtMs.length);
		expect(elapsedMs()).toBe(maxWaitMs);
	});

	test('a job that is done at the last poll is done', async () => {
		const { world } = virtualWorld({ answer: (atMs) => (atMs < 60_000 ? PENDING : job('done')) });
		const end = await pollUntilDone(world, { ...NEW_JOB, maxWaitMs: 60_000 });
		expect(end.kind).toBe('answered');
	});

	test('a poll that is under way then is followed by one more', async () => {
		const { world, pollsAtMs } = virtualWorld({
			answer: (_, polls) => (polls < 2 ? UNCLEAR : job('done')),
			latencyMs: 30_000,
		});
		const end = await pollUntilDone(world, { ...EVERY_3_S, maxWaitMs: 10_000 });
		expect(end.kind).toBe('answered');
		expect(pollsAtMs).toEqual([3_000, 33_000]);
	});

	test('one that has passed already still allows one poll', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => PENDING });
		const end = await pollUntilDone(world, { ...NEW_JOB, maxWaitMs: 0, pollAtOnce: true });
		expect(end).toMatchObject({ kind: 'timedOut', polls: 1, waitedMs: 0 });
		expect(pollsAtMs).toEqual([0]);
	});

	test('the wait of a job accepted earlier ends at its deadline all the same', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => PENDING });
		const order = { ...NEW_JOB, ageMs: 850_000, maxWaitMs: 50_000 };
		const end = await pollUntilDone(world, { ...order, pollAtOnce: true });
		expect(end).toMatchObject({ kind: 'timedOut', waitedMs: 50_000 });
		expect(pollsAtMs.at(-1)).toBe(50_000);
	});
});

describe('an id that the API does not know', () => {
	test.each([0, 0.5, 0.99])(
		'is tolerated for 30 s from the first poll (random %d)',
		async (drawn) => {
			const { world, pollsAtMs } = virtualWorld({
				answer: () => UNKNOWN_ID,
				random: () => drawn,
			});
			const end = await pollUntilDone(world, NEW_JOB);
			expect(end).toMatchObject({ kind: 'unknownId', problem: { reason: 'unknownId' } });
			const [first = Number.NaN] = pollsAtMs;
			const beforeLast = pollsAtMs.at(-2) ?? Number.NaN;
			expect(end.waitedMs - first).toBeGreaterThanOrEqual(30_000);
			expect(beforeLast - first).toBeLessThan(30_000);
		},
	);

	test('becomes known in that time and is waited for', async () => {
		const { world } = virtualWorld({
			answer: (atMs) => (atMs < 25_000 ? UNKNOWN_ID : atMs < 60_000 ? PENDING : job('done')),
		});
		expect((await pollUntilDone(world, NEW_JOB)).kind).toBe('answered');
	});

	test('ends a single look in the same time', async () => {
		const { world } = virtualWorld({ answer: () => UNKNOWN_ID });
		const look = { ...NEW_JOB, pollAtOnce: true, untilFinished: false };
		const end = await pollUntilDone(world, look);
		expect(end.kind).toBe('unknownId');
		expect(end.waitedMs).toBeLessThan(40_000);
	});
});

describe('a job that the API knew', () => {
	test('is asked for to the deadline, whatever the API says later of its id', async () => {
		const { world } = virtualWorld({ answer: (_, polls) => (polls < 2 ? PENDING : UNKNOWN_ID) });
		expect(await pollUntilDone(world, NEW_JOB)).toMatchObject({
			kind: 'timedOut',
			problem: { reason: 'unknownId' },
			lastJob: { status: 'pending' },
			waitedMs: 900_000,
		});
	});

	test('is waited for when its id is known again', async () => {
		const { world } = virtualWorld({
			answer: (atMs) => (atMs < 20_000 ? PENDING : atMs < 80_000 ? UNKNOWN_ID : job('done')),
		});
		expect((await pollUntilDone(world, NEW_JOB)).kind).toBe('answered');
	});
});

describe('a job that is done and has no URL yet', () => {
	const withoutUrl: StatusAnswer = {
		kind: 'job',
		job: { status: 'done', statusIsKnown: true, video: {} },
		raw: 1,
	};

	test('is looked at again until the URL is there', async () => {
		const { world } = virtualWorld({
			answer: (atMs) => (atMs < 40_000 ? withoutUrl : job('done')),
		});
		const end = await pollUntilDone(world, EVERY_3_S);
		expect(end).toMatchObject({ kind: 'answered', job: { status: 'done' }, waitedMs: 42_000 });
	});

	test('is told after a minute as it is', async () => {
		const { world } = virtualWorld({ answer: () => withoutUrl });
		const end = await pollUntilDone(world, EVERY_3_S);
		expect(end).toMatchObject({ kind: 'answered', waitedMs: 63_000 });
	});

	test('is told at the deadline at the latest', async () => {
		const { world } = virtualWorld({ answer: () => withoutUrl });
		const end = await pollUntilDone(world, { ...EVERY_3_S, maxWaitMs: 20_000 });
		expect(end).toMatchObject({ kind: 'answered', waitedMs: 20_000, leftMs: 0 });
	});

	test('needs none where only the key opens the file', async () => {
		const video = { content_url: 'https://api.example/v1/videos/1/content' };
		const done: StatusAnswer = {
			kind: 'job',
			job: { status: 'done', statusIsKnown: true, video },
			raw: 1,
		};
		const { world } = virtualWorld({ answer: () => done });
		expect(await pollUntilDone(world, EVERY_3_S)).toMatchObject({ polls: 1 });
	});
});

describe('a machine that is suspended for an hour', () => {
	const HOUR_MS = 3_600_000;

	test.each([
		{ name: 'between two polls', atMs: 33_000 },
		{ name: 'during a poll', atMs: 31_500 },
	])('$name waits on as long as if it had not been', async ({ atMs }) => {
		const plan: Plan = { answer: () => PENDING, latencyMs: 1_000 };
		const always = virtualWorld(plan);
		const meanwhile = virtualWorld({ ...plan, suspended: { atMs, forMs: HOUR_MS } });
		const expected = await pollUntilDone(always.world, EVERY_3_S);
		const end = await pollUntilDone(meanwhile.world, EVERY_3_S);
		expect(end).toEqual({ ...expected, polls: expect.any(Number) });
		expect(end).toMatchObject({ kind: 'timedOut', waitedMs: 901_000, leftMs: 0 });
		// It is noticed to ten seconds.
		expect(expected.polls - end.polls).toBeLessThanOrEqual(3);
	});

	test('does not take an id as unknown for longer', async () => {
		const { world } = virtualWorld({
			answer: (_, polls) => (polls < 3 ? UNKNOWN_ID : job('done')),
			suspended: { atMs: 7_000, forMs: HOUR_MS },
		});
		expect(await pollUntilDone(world, EVERY_3_S)).toMatchObject({ kind: 'answered', polls: 3 });
	});

	test.each([
		{ name: 'and is back in time', backAtMs: 80_000, kind: 'answered', leastMs: 70_000 },
		{ name: 'and never is', backAtMs: Infinity, kind: 'timedOut', leastMs: 115_000 },
	])('leaves the network a minute to come back, $name', async ({ backAtMs, kind, leastMs }) => {
		const { world, elapsedMs } = virtualWorld({
			answer: (atMs) => (atMs < 57_000 ? PENDING : atMs < backAtMs ? UNCLEAR : job('done')),
			suspended: { atMs: 55_000, forMs: HOUR_MS },
		});
		const end = await pollUntilDone(world, { ...EVERY_3_S, maxWaitMs: 60_000 });
		expect(end).toMatchObject({ kind });
		expect(elapsedMs()).toBeGreaterThanOrEqual(leastMs);
		expect(elapsedMs()).toBeLessThanOrEqual(120_000);
	});

	test('learns nothing about the time of a job', async () => {
		const { world } = virtualWorld({
			answer: (_, polls) => (polls < 20 ? PENDING : job('done')),
			suspended: { atMs: 30_000, forMs: HOUR_MS },
		});
		const end = await pollUntilDone(world, EVERY_3_S);
		expect(end).toMatchObject({ kind: 'answered' });
		expect(end).not.toHaveProperty('jobEnd');
	});
});

describe('trouble on the way', () => {
	test('that n8n blocks ends at once', async () => {
		const { world } = virtualWorld({ answer: (_, polls) => (polls < 3 ? PENDING : BLOCKED) });
		expect(await pollUntilDone(world, NEW_JOB)).toMatchObject({
			kind: 'blocked',
			polls: 3,
			lastJob: { status: 'pending' },
		});
	});

	test.each([0, 1, 3_600])(
		'an error without a job ends the wait when it lasts, also with an interval of %d s',
		async (pollIntervalS) => {
			const { world, pollsAtMs } = virtualWorld({
				answer: (_, polls) => (polls < 2 ? PENDING : verdict('odd')),
			});
			const options = { ...NEW_JOB, pollIntervalS, maxWaitMs: 86_400_000 };
			const end = await pollUntilDone(world, options);
			expect(end).toMatchObject({ kind: 'verdict', lastJob: { status: 'pending' } });
			const lastedMs = end.waitedMs - (pollsAtMs[1] ?? Number.NaN);
			expect(lastedMs).toBeGreaterThanOrEqual(20_000);
			expect(lastedMs).toBeLessThan(32_000);
			expect(end.polls).toBeGreaterThanOrEqual(4);
		},
	);

	test.each([
		['another code', verdict('odd'), verdict('even')],
		['an outage', verdict('odd'), UNCLEAR],
		['the job', verdict('odd'), PENDING],
		['an unknown id', UNKNOWN_ID, verdict('odd')],
	])('an error that takes turns with %s ends nothing', async (_name, first, second) => {
		const { world } = virtualWorld({ answer: (_, polls) => (polls % 3 < 2 ? first : second) });
		const options = { ...EVERY_3_S, maxWaitMs: 300_000 };
		expect(await pollUntilDone(world, options)).toMatchObject({ kind: 'timedOut' });
	});

	test('an unclear answer never ends the wait before the deadline', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => UNCLEAR });
		expect(await pollUntilDone(world, NEW_JOB)).toMatchObject({
			kind: 'timedOut',
			problem: { reason: 'serverError' },
			waitedMs: 900_000,
		});
		expect(pollsAtMs.length).toBeGreaterThan(50);
	});

	test('trouble that has passed is not told, and a job read before it is', async () => {
		const passed = virtualWorld({ answer: (atMs) => (atMs < 60_000 ? UNCLEAR : PENDING) });
		const past = await pollUntilDone(passed.world, NEW_JOB);
		expect(past).toMatchObject({ kind: 'timedOut', lastJob: { status: 'pending' } });
		expect(past).toHaveProperty('problem', undefined);

		const lasting = virtualWorld({ answer: (atMs) => (atMs < 60_000 ? PENDING : UNCLEAR) });
		expect(await pollUntilDone(lasting.world, NEW_JOB)).toMatchObject({
			kind: 'timedOut',
			problem: { reason: 'serverError' },
			lastJob: { status: 'pending' },
			raw: { status: 'pending' },
		});
	});

	test('Retry-After delays the next poll', async () => {
		const { world, pollsAtMs } = virtualWorld({
			answer: (_, polls) => (polls === 1 ? { ...UNCLEAR, retryAfterMs: 40_000 } : job('done')),
			latencyMs: 500,
		});
		await pollUntilDone(world, EVERY_3_S);
		expect(pollsAtMs).toEqual([3_000, 43_500]);
	});

	test.each([0, 10])('Retry-After of %d ms makes no poll come sooner', async (retryAfterMs) => {
		const { world, pollsAtMs } = virtualWorld({
			answer: (_, polls) => (polls === 1 ? { ...UNCLEAR, retryAfterMs } : job('done')),
		});
		await pollUntilDone(world, EVERY_3_S);
		expect(pollsAtMs).toEqual([3_000, 6_000]);
	});

	test('Retry-After does not delay the poll at the deadline', async () => {
		const { world, pollsAtMs } = virtualWorld({
			answer: () => ({ ...UNCLEAR, retryAfterMs: 3_600_000 }),
		});
		const end = await pollUntilDone(world, { ...EVERY_3_S, maxWaitMs: 60_000 });
		expect(end.kind).toBe('timedOut');
		expect(pollsAtMs).toEqual([3_000, 60_000]);
	});
});

describe('HTTP 429 without Retry-After', () => {
	const RATE_LIMITED: StatusAnswer = { kind: 'unclear', problem: { reason: 'rateLimited' } };
	const delaysOf = (pollsAtMs: number[]) =>
		pollsAtMs.slice(1).map((atMs, index) => atMs - Number(pollsAtMs[index]));

	test.each([0, 3])('makes polls slower, to 30 s (Poll Interval %i)', async (pollIntervalS) => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => RATE_LIMITED });
		await pollUntilDone(world, { ...NEW_JOB, pollIntervalS });
		const delays = delaysOf(pollsAtMs);
		expect(delays.slice(3, 7)).toEqual([8_000, 16_000, 30_000, 30_000]);
		expect(delays.length).toBeLessThanOrEqual(36);
	});

	test('no longer does so after another answer', async () => {
		const { world, pollsAtMs } = virtualWorld({
			answer: (_, polls) => (polls < 6 || polls > 7 ? RATE_LIMITED : UNCLEAR),
		});
		await pollUntilDone(world, { ...EVERY_3_S, maxWaitMs: 200_000 });
		expect(delaysOf(pollsAtMs).slice(4, 10)).toEqual([16_000, 3_000, 3_000, 3_000, 3_000, 4_000]);
	});
});

describe('Stop', () => {
	test('before the first poll asks nothing', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => PENDING, stopAtMs: 1_000 });
		const end = await pollUntilDone(world, NEW_JOB);
		expect(end).toMatchObject({ kind: 'stopped', polls: 0, waitedMs: 1_000 });
		expect(pollsAtMs).toEqual([]);
	});

	test('already there asks nothing, also when the poll was to come at once', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => PENDING, stopAtMs: 0 });
		const end = await pollUntilDone(world, { ...NEW_JOB, pollAtOnce: true });
		expect(end.kind).toBe('stopped');
		expect(pollsAtMs).toEqual([]);
	});

	test('during a sleep ends the wait then, with what is known', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => PENDING, stopAtMs: 4_000 });
		expect(await pollUntilDone(world, EVERY_3_S)).toMatchObject({
			kind: 'stopped',
			waitedMs: 4_000,
			lastJob: { status: 'pending' },
			raw: { status: 'pending' },
		});
		expect(pollsAtMs).toEqual([3_000]);
	});

	test('during a poll ends the wait, and what the cut poll says does not count', async () => {
		const { world, pollsAtMs } = virtualWorld({
			answer: (_, polls) => (polls < 2 ? PENDING : BLOCKED),
			latencyMs: 500,
			stopAtMs: 6_700,
		});
		expect(await pollUntilDone(world, EVERY_3_S)).toMatchObject({
			kind: 'stopped',
			waitedMs: 6_700,
			polls: 1,
			lastJob: { status: 'pending' },
		});
		expect(pollsAtMs).toEqual([3_000, 6_500]);
	});
});

describe('a job from before', () => {
	test('is asked for at once', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => job('done') });
		const end = await pollUntilDone(world, { ...NEW_JOB, pollAtOnce: true });
		expect(end).toMatchObject({ kind: 'answered', polls: 1, waitedMs: 0 });
		expect(pollsAtMs).toEqual([0]);
	});

	test('that is still running is asked for as often as its age says', async () => {
		const { world, pollsAtMs } = virtualWorld({
			answer: (atMs) => (atMs < 30_000 ? PENDING : job('done')),
		});
		const ageMs = 600_000;
		await pollUntilDone(world, { ...NEW_JOB, ageMs, pollAtOnce: true });
		const delays = pollsAtMs.slice(1).map((atMs, index) => atMs - (pollsAtMs[index] ?? 0));
		const timing = { pollIntervalS: 0, readings: [], polls: 1, random: 0.5 };
		expect(pollsAtMs[0]).toBe(0);
		expect(delays).toEqual(Array(4).fill(nextPollDelayMs({ ...timing, elapsedMs: ageMs })));
		expect(delays[0]).toBeGreaterThan(9_000);
	});
});

describe('a single look', () => {
	const look = { ...NEW_JOB, pollAtOnce: true, untilFinished: false };

	test.each(['pending', 'done', 'failed', 'expired'] as const)(
		'is content with %s',
		async (status) => {
			const { world } = virtualWorld({ answer: () => job(status) });
			expect(await pollUntilDone(world, look)).toMatchObject({
				kind: 'answered',
				job: { status },
				polls: 1,
				waitedMs: 0,
			});
		},
	);

	test('is repeated while the answer is unclear', async () => {
		const { world } = virtualWorld({ answer: (_, polls) => (polls < 3 ? UNCLEAR : PENDING) });
		expect(await pollUntilDone(world, look)).toMatchObject({ kind: 'answered', polls: 3 });
	});

	test('ends at its deadline with the trouble', async () => {
		const { world } = virtualWorld({ answer: () => UNCLEAR });
		const end = await pollUntilDone(world, { ...look, maxWaitMs: 30_000 });
		expect(end).toMatchObject({
			kind: 'timedOut',
			problem: { reason: 'serverError' },
			waitedMs: 30_000,
		});
	});
});

describe('progress of whatever kind', () => {
	const pollsWith = async (progress: (atS: number) => number | undefined) => {
		const answer = (atMs: number) => job('pending', progress(atMs / 1000));
		const { world } = virtualWorld({ answer });
		return (await pollUntilDone(world, { ...NEW_JOB, maxWaitMs: 1_800_000 })).polls;
	};

	test.each([10, 60, 300, 900])('that creeps to 100 % by %d s costs few polls', async (seconds) => {
		const polls = await pollsWith((atS) => 100 * (1 - Math.exp(-atS / seconds)));
		expect(polls).toBeLessThanOrEqual(1.1 * (await pollsWith(() => undefined)));
	});

	test('never costs twice the polls of none', async () => {
		const without = await pollsWith(() => undefined);
		const power = fc.double({ min: 0.05, max: 8, noNaN: true });
		const endS = fc.integer({ min: 10, max: 3_600 });
		await fc.assert(
			fc.asyncProperty(power, endS, fc.boolean(), async (exponent, seconds, isWhole) => {
				const progress = (atS: number) => {
					const share = Math.min(1, atS / seconds) ** exponent;
					const percent = 100 * share * (1 - 1 / (2 + atS));
					return isWhole ? Math.floor(percent) : percent;
				};
				expect(await pollsWith(progress)).toBeLessThanOrEqual(2 * without);
			}),
			{ numRuns: 100 },
		);
	});
});

describe('promptness and thrift of automatic polls', () => {
	const RUNS = 500;
	const SLACK = 1.02;

	/** What is told of a job of which that share is made, 0 to 1. */
	const progress: Record<string, (share: number) => number | undefined> = {
		none: () => undefined,
		coarse: (share) => (share < 0.5 ? 0 : 50),
		stuck: () => 99,
		backwards: (share) => Math.floor(100 - share * 100),
		linear: (share) => Math.floor(share * 100),
		creeping: (share) => 100 * (1 - Math.exp(-10 * share)),
	};
	const withoutHelp = [
		{ seconds: 12, lagS: 1.0, polls: 6 },
		{ seconds: 45, lagS: 1.7, polls: 20 },
		{ seconds: 120, lagS: 4.6, polls: 33 },
		{ seconds: 300, lagS: 5.0, polls: 51 },
	];

	test.each([
		...['none', 'coarse', 'stuck', 'backwards', 'creeping'].flatMap((kind) =>
			withoutHelp.map((limits) => ({ kind, ...limits })),
		),
		{ kind: 'linear', seconds: 12, lagS: 0.7, polls: 6 },
		{ kind: 'linear', seconds: 45, lagS: 1.0, polls: 12 },
		{ kind: 'linear', seconds: 120, lagS: 2.0, polls: 18 },
		{ kind: 'linear', seconds: 300, lagS: 3.0, polls: 25 },
	])(
		'$seconds s jobs with progress $kind: at most $lagS s late with $polls polls',
		async ({ kind, seconds, lagS, polls }) => {
			const random = seededRandom(seconds);
			let lagMs = 0;
			let asked = 0;
			for (let run = 0; run < RUNS; run++) {
				// Spread evenly over +-20 %, so that chance has a part in the polls only.
				const finishedAtMs = seconds * 1000 * (0.8 + (0.4 * (run + 0.5)) / RUNS);
				const answer = (atMs: number) =>
					atMs < finishedAtMs ? job('pending', progress[kind]?.(atMs / finishedAtMs)) : job('done');
				const end = await pollUntilDone(virtualWorld({ answer, random }).world, NEW_JOB);
				lagMs += end.waitedMs - finishedAtMs;
				asked += end.polls;
			}
			expect(lagMs / RUNS / 1000).toBeLessThanOrEqual(lagS * SLACK);
			expect(asked / RUNS).toBeLessThanOrEqual(polls * SLACK);
		},
	);
});

describe('a wait that may be left', () => {
	const MAY_LEAVE: PollOptions = { ...EVERY_3_S, awakeMs: 60_000, awakeBeforeEndMs: 66_000 };

	/** All other waits may be left. */
	async function leave(answer: Plan['answer'], options = MAY_LEAVE) {
		const { world, pollsAtMs } = virtualWorld({ answer });
		const nap = { maySleep: () => true, due: Promise.resolve() };
		return { end: await pollUntilDone({ ...world, nap }, options), pollsAtMs };
	}

	test('is left after its minute awake, with what was seen', async () => {
		const { end, pollsAtMs } = await leave(() => PENDING);
		expect(end).toMatchObject({
			...{ kind: 'left', waitedMs: 60_000, leftMs: 840_000 },
			...{ polls: pollsAtMs.length, pendingUntilMs: pollsAtMs.at(-1) },
		});
	});

	test('is not left near its end', async () => {
		const { end } = await leave(() => PENDING, { ...MAY_LEAVE, maxWaitMs: 125_000 });
		expect(end).toMatchObject({ kind: 'timedOut', waitedMs: 125_000 });
	});

	test('is not left while an error is doubted', async () => {
		const { end, pollsAtMs } = await leave((atMs) => (atMs < 59_000 ? PENDING : verdict('odd')));
		expect(end).toMatchObject({ kind: 'verdict', polls: pollsAtMs.length });
	});

	test('goes on with what was seen, and asks at once', async () => {
		const earlier = { polls: 20, waitedMs: 130_000, pendingUntilMs: 60_000 };
		const { end, pollsAtMs } = await leave(() => job('done'), {
			...MAY_LEAVE,
			...{ ageMs: 131_000, pollAtOnce: true, awakeMs: 0, earlier },
		});
		expect(pollsAtMs).toEqual([0]);
		expect(end).toMatchObject({ kind: 'answered', polls: 21, waitedMs: 130_000 });
	});
});
