/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import {
	pollUntilDone,
	type PollDeps,
	type PollOptions,
} from '../../../nodes/CometApiVideo/polling/pollUntilDone';
import { nextPollDelayMs } from '../../../nodes/CometApiVideo/polling/schedule';
import type { StatusAnswer } from '../../../nodes/CometApiVideo/answers/statusAnswer';

const START = Date.UTC(2026, 2, 12, 8, 0, 0);

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
	/** At that time of the world the clock is set so far ahead, or back. */
	jump?: { atMs: number; byMs: number };
}

/** A world whose time passes only while something in it waits. */
function virtualWorld({
	answer,
	latencyMs = 0,
	stopAtMs = Infinity,
	random = () => 0.5,
	jump = { atMs: Infinity, byMs: 0 },
}: Plan) {
	let elapsedMs = 0;
	const pollsAtMs: number[] = [];
	const passUntil = (ms: number) => {
		elapsedMs = Math.max(elapsedMs, Math.min(ms, stopAtMs));
	};
	const world: PollDeps = {
		async poll() {
			pollsAtMs.push(elapsedMs);
			const given = answer(elapsedMs, pollsAtMs.length);
			passUntil(elapsedMs + latencyMs);
			return given;
		},
		async sleep(ms) {
			passUntil(elapsedMs + ms);
		},
		isStopped: () => elapsedMs >= stopAtMs,
		now: () => START + elapsedMs + (elapsedMs > jump.atMs ? jump.byMs : 0),
		random,
	};
	return { world, pollsAtMs, elapsedMs: () => elapsedMs };
}

const NEW_JOB: PollOptions = {
	acceptedAtMs: START,
	deadlineMs: START + 900_000,
	pollIntervalS: 0,
	pollAtOnce: false,
	untilFinished: true,
};

/** For where the schedule is not the point. */
const EVERY_3_S: PollOptions = { ...NEW_JOB, pollIntervalS: 3 };

/** Repeatable random numbers, 0 to 1 (mulberry32). */
function seededRandom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

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
		const deadlineMs = START + maxWaitS * 1000;
		const end = await pollUntilDone(world, { ...NEW_JOB, pollIntervalS, deadlineMs });
		expect(end).toMatchObject({ kind: 'timedOut', lastJob: { status: 'pending' } });
		expect(pollsAtMs.at(-1)).toBe(maxWaitS * 1000);
		expect(new Set(pollsAtMs).size).toBe(pollsAtMs.length);
		expect(end.polls).toBe(pollsAtMs.length);
		expect(elapsedMs()).toBe(maxWaitS * 1000);
	});

	test('a job that is done at the last poll is done', async () => {
		const { world } = virtualWorld({ answer: (atMs) => (atMs < 60_000 ? PENDING : job('done')) });
		const end = await pollUntilDone(world, { ...NEW_JOB, deadlineMs: START + 60_000 });
		expect(end.kind).toBe('answered');
	});

	test('a poll that is under way then is followed by one more', async () => {
		const { world, pollsAtMs } = virtualWorld({
			answer: (_, polls) => (polls < 2 ? UNCLEAR : job('done')),
			latencyMs: 30_000,
		});
		const end = await pollUntilDone(world, { ...EVERY_3_S, deadlineMs: START + 10_000 });
		expect(end.kind).toBe('answered');
		expect(pollsAtMs).toEqual([3_000, 33_000]);
	});

	test('one that has passed already still allows one poll', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => PENDING });
		const deadlineMs = START - 60_000;
		const end = await pollUntilDone(world, { ...NEW_JOB, deadlineMs, pollAtOnce: true });
		expect(end).toMatchObject({ kind: 'timedOut', polls: 1, waitedMs: 0 });
		expect(pollsAtMs).toEqual([0]);
	});

	test('the wait of a job accepted earlier ends at its deadline all the same', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => PENDING });
		const order = { ...NEW_JOB, acceptedAtMs: START - 850_000, deadlineMs: START + 50_000 };
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
		const end = await pollUntilDone(world, { ...EVERY_3_S, deadlineMs: START + 20_000 });
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

describe('a clock that jumps', () => {
	const HOUR_MS = 3_600_000;
	const asleep = { atMs: 30_000, byMs: HOUR_MS };

	test.each([HOUR_MS, -HOUR_MS])(
		'by %d ms teaches nothing about the time of a job',
		async (byMs) => {
			const { world } = virtualWorld({
				answer: (_, polls) => (polls < 20 ? PENDING : job('done')),
				jump: { atMs: 30_000, byMs },
			});
			const end = await pollUntilDone(world, { ...EVERY_3_S, deadlineMs: START + 2 * HOUR_MS });
			expect(end).toMatchObject({ kind: 'answered' });
			expect(end).not.toHaveProperty('jobEnd');
		},
	);

	test('ahead beyond the deadline ends the wait after one more good look', async () => {
		const { world, pollsAtMs } = virtualWorld({ answer: () => PENDING, jump: asleep });
		const end = await pollUntilDone(world, EVERY_3_S);
		expect(end).toMatchObject({ kind: 'timedOut', lastJob: { status: 'pending' }, leftMs: 0 });
		expect(pollsAtMs.at(-1)).toBe(33_000);
	});

	test('ahead leaves time for the network to come back', async () => {
		const { world } = virtualWorld({
			answer: (atMs) => (atMs < 33_000 ? PENDING : atMs < 60_000 ? UNCLEAR : job('done')),
			jump: asleep,
		});
		expect(await pollUntilDone(world, EVERY_3_S)).toMatchObject({ kind: 'answered' });
	});

	test('ahead does not leave it more than a minute for that', async () => {
		const { world, elapsedMs } = virtualWorld({
			answer: (atMs) => (atMs < 33_000 ? PENDING : UNCLEAR),
			jump: asleep,
		});
		expect(await pollUntilDone(world, EVERY_3_S)).toMatchObject({ kind: 'timedOut' });
		expect(elapsedMs()).toBe(93_000);
	});

	test('ahead during a poll gives the job another look, too', async () => {
		const { world } = virtualWorld({
			answer: (_, polls) => (polls < 4 ? UNCLEAR : job('done')),
			latencyMs: 1_000,
			jump: { atMs: 10_500, byMs: HOUR_MS },
		});
		expect(await pollUntilDone(world, EVERY_3_S)).toMatchObject({ kind: 'answered', polls: 4 });
	});

	test('back, during a pause or a poll, makes the wait no longer', async () => {
		for (const atMs of [31_000, 40_000]) {
			const { world, elapsedMs } = virtualWorld({
				answer: () => PENDING,
				latencyMs: 500,
				jump: { atMs, byMs: -HOUR_MS },
			});
			const end = await pollUntilDone(world, { ...EVERY_3_S, deadlineMs: START + 60_000 });
			expect(end).toMatchObject({ kind: 'timedOut' });
			expect(elapsedMs()).toBeLessThanOrEqual(62_000);
			expect(elapsedMs()).toBeGreaterThanOrEqual(59_000);
		}
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
			const options = { ...NEW_JOB, pollIntervalS, deadlineMs: START + 86_400_000 };
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
		const options = { ...EVERY_3_S, deadlineMs: START + 300_000 };
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
		const end = await pollUntilDone(world, { ...EVERY_3_S, deadlineMs: START + 60_000 });
		expect(end.kind).toBe('timedOut');
		expect(pollsAtMs).toEqual([3_000, 60_000]);
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
		await pollUntilDone(world, { ...NEW_JOB, acceptedAtMs: START - ageMs, pollAtOnce: true });
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
		const end = await pollUntilDone(world, { ...look, deadlineMs: START + 30_000 });
		expect(end).toMatchObject({
			kind: 'timedOut',
			problem: { reason: 'serverError' },
			waitedMs: 30_000,
		});
	});
});

describe('promptness and thrift of automatic polls', () => {
	const RUNS = 4_000;
	const SLACK = 1.01;

	/** What is told of a job of which that share is made, 0 to 1. */
	const progress: Record<string, (share: number) => number | undefined> = {
		none: () => undefined,
		coarse: (share) => (share < 0.5 ? 0 : 50),
		stuck: () => 99,
		backwards: (share) => Math.floor(100 - share * 100),
		linear: (share) => Math.floor(share * 100),
	};
	const withoutHelp = [
		{ seconds: 12, lagS: 1.0, polls: 6 },
		{ seconds: 45, lagS: 1.7, polls: 20 },
		{ seconds: 120, lagS: 4.6, polls: 33 },
		{ seconds: 300, lagS: 5.0, polls: 51 },
	];

	test.each([
		...['none', 'coarse', 'stuck', 'backwards'].flatMap((kind) =>
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
