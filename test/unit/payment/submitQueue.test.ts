/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { setImmediate as settle } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { Clock } from '../../../nodes/CometApiVideo/clock';
import { RateLimited, SubmitQueue } from '../../../nodes/CometApiVideo/payment/submitQueue';

/** Time that jumps to the next alarm as soon as everybody waits. */
class VirtualTime {
	now = 0;
	suspendedMs = 0;
	private readonly alarms: Array<{ at: number; ring: () => void }> = [];

	async sleep(ms: number, wake?: Promise<unknown>): Promise<void> {
		await new Promise<void>((resolve) => {
			const alarm = { at: this.now + ms, ring: resolve };
			this.alarms.push(alarm);
			void wake?.then(() => {
				this.alarms.splice(this.alarms.indexOf(alarm) >>> 0, 1);
				resolve();
			});
		});
	}

	/** Lets everything happen that happens until `ms`, or until that is there, or nobody waits. */
	async passUntil(ms: number, isThere = () => false): Promise<void> {
		for (;;) {
			await settle();
			if (isThere()) return;
			this.alarms.sort((a, b) => a.at - b.at);
			const next = this.alarms[0];
			if (!next || next.at > ms) break;
			this.alarms.shift();
			this.now = Math.max(this.now, next.at);
			next.ring();
		}
		if (ms < Infinity) this.now = Math.max(this.now, ms);
	}
}

function start(random = () => 0.5) {
	const time = new VirtualTime();
	const isStopped = () => false;
	const clock = new Clock({
		sleep: async (ms, wake) => await time.sleep(ms, wake),
		now: () => time.now + time.suspendedMs,
		isStopped,
	});
	return { time, queue: new SubmitQueue({ clock, isStopped, random }) };
}

const submitter = (patienceMs = 3_600_000_000) => ({ patienceMs, hasFile: false });

interface Api {
	/** Jobs that run at the same time. */
	places: number;
	jobMs: number;
	latencyMs: number;
	/** In every 429. */
	retryAfterMs?: number;
}

type Place = ReturnType<typeof start>;

/** Items that submit until they are accepted, at an API with so many places. */
function submitAll(count: number, api: Api, { time, queue }: Place) {
	const posts: Array<{ item: number; at: number }> = [];
	const acceptedAt = new Map<number, number>();
	let running = 0;
	let onTheirWay = 0;
	let mostAfterTheBurst = 0;

	async function post(item: number): Promise<boolean> {
		posts.push({ item, at: time.now });
		onTheirWay++;
		if (posts.length > count) mostAfterTheBurst = Math.max(mostAfterTheBurst, onTheirWay);
		await time.sleep(api.latencyMs / 2);
		const isAccepted = running < api.places;
		if (isAccepted) running++;
		await time.sleep(api.latencyMs / 2);
		onTheirWay--;
		return isAccepted;
	}

	async function runJob(): Promise<void> {
		queue.jobStarted();
		await time.sleep(api.jobMs);
		running--;
		queue.jobEnded();
	}

	async function submit(item: number): Promise<void> {
		await queue.run(submitter(), async () =>
			(await post(item)) ? 'accepted' : new RateLimited(api.retryAfterMs),
		);
		acceptedAt.set(item, time.now);
		void runJob();
	}

	for (let item = 0; item < count; item++) void submit(item);
	return { posts, acceptedAt, mostAfterTheBurst: () => mostAfterTheBurst };
}

interface OpenTurn {
	item: number;
	at: number;
	/** Answers the submit: accepted, or 429. */
	answer(limit?: RateLimited): void;
}

/** The turns of so many items, in the order they come; a limited one comes again. */
function queueUp(count: number, { time, queue }: Place): OpenTurn[] {
	const turns: OpenTurn[] = [];
	for (let item = 0; item < count; item++) {
		void queue.run(submitter(), async () => {
			const answered = await new Promise<RateLimited | undefined>((answer) =>
				turns.push({ item, at: time.now, answer }),
			);
			return answered ?? 'accepted';
		});
	}
	return turns;
}

async function untilTurns(count: number, turns: OpenTurn[], { time }: Place): Promise<void> {
	await time.passUntil(Infinity, () => turns.length >= count);
}

/** An item that is answered 429 so often, and probes for all until it is accepted. */
async function rateLimit(place: Place, times = 1, retryAfterMs?: number): Promise<OpenTurn[]> {
	const turns = queueUp(1, place);
	for (let count = 1; count <= times; count++) {
		await untilTurns(count, turns, place);
		turns.at(-1)?.answer(new RateLimited(retryAfterMs));
	}
	await settle();
	return turns;
}

const timesOf = (turns: OpenTurn[]) => turns.map(({ item, at }) => ({ item, at }));

describe('the patience of one who waits behind another', () => {
	test('ends though the other one hangs', async () => {
		const place = start();
		const asking = await rateLimit(place);
		let triedAt: number | undefined;
		void place.queue.run(submitter(3_000), async () => (triedAt = place.time.now));
		await place.time.passUntil(60_000);
		expect(asking).toHaveLength(2);
		expect(triedAt).toBe(3_000);
	});
});

describe('the patience of the one who asks', () => {
	test('ends a long Retry-After, and a running job of the run suspends it', async () => {
		const { time, queue } = start();
		queue.jobStarted();
		const tries: number[] = [];
		void queue.run(submitter(900_000), async () => {
			tries.push(time.now);
			return tries.length === 1 ? new RateLimited(3_600_000) : 'accepted';
		});
		await time.passUntil(1_000_000);
		queue.jobEnded();
		await time.passUntil(3_000_000);
		expect(tries).toEqual([0, 1_900_000]);
	});
});

describe('a submit that throws', () => {
	test('lets the next one in', async () => {
		const { time, queue } = start();
		let tries = 0;
		const broken = queue.run(submitter(), async () => {
			if (++tries === 1) return new RateLimited(undefined);
			throw new Error('broken');
		});
		const ended = expect(broken).rejects.toThrow('broken');
		await time.passUntil(0);
		const turns = queueUp(2, { time, queue });
		await time.passUntil(100_000);
		await ended;
		expect(timesOf(turns)).toEqual([{ item: 0, at: 1_000 }]);
		turns[0]?.answer();
		await time.passUntil(100_000);
		expect(turns.map(({ item }) => item)).toEqual([0, 1]);
	});

	test('throws for its caller alone while everybody may submit', async () => {
		const { queue } = start();
		const broken = queue.run(submitter(), async () => {
			throw new Error('broken');
		});
		await expect(broken).rejects.toThrow('broken');
		await expect(queue.run(submitter(), async () => 'done')).resolves.toBe('done');
	});
});

test('an accepted job gives those who wait new patience', async () => {
	const place = start();
	await rateLimit(place);
	let triedAt: number | undefined;
	await place.time.passUntil(2_000);
	void place.queue.run(submitter(3_000), async () => (triedAt = place.time.now));
	await place.time.passUntil(4_000);
	place.queue.jobAccepted();
	await place.time.passUntil(60_000);
	expect(triedAt).toBe(7_000);
});

describe('a machine that is suspended for an hour', () => {
	test.each([
		{ name: 'during a submit', atMs: 2_000 },
		{ name: 'during a pause', atMs: 5_500 },
	])('$name takes no patience, and delays no submit', async ({ atMs }) => {
		const { time, queue } = start();
		const tries: Array<{ at: number; isOutOfPatience: boolean }> = [];
		void queue.run(submitter(30_000), async (isOutOfPatience) => {
			tries.push({ at: time.now, isOutOfPatience });
			await time.sleep(5_000);
			return tries.length < 3 ? new RateLimited(undefined) : 'accepted';
		});
		await time.passUntil(atMs);
		time.suspendedMs = 3_600_000;
		await time.passUntil(100_000);
		expect(tries).toEqual([
			{ at: 0, isOutOfPatience: false },
			{ at: 6_000, isOutOfPatience: false },
			{ at: 13_000, isOutOfPatience: false },
		]);
	});
});

describe('without a 429', () => {
	test('so many may submit at a time, so that Stop leaves few in flight', async () => {
		const place = start();
		const { posts, acceptedAt } = submitAll(20, { places: 20, jobMs: 60e3, latencyMs: 300 }, place);
		await place.time.passUntil(60_000);
		expect(posts.map(({ at }) => at)).toEqual([...Array(16).fill(0), ...Array(4).fill(300)]);
		expect(acceptedAt.size).toBe(20);
	});

	test('few with a file may, whose bodies are large', async () => {
		const { time, queue } = start();
		const startedAt: number[] = [];
		for (let item = 0; item < 3; item++) {
			void queue.run({ ...submitter(), hasFile: true }, async () => {
				startedAt.push(time.now);
				await time.sleep(100);
				return 'accepted';
			});
		}
		await time.passUntil(1_000);
		expect(startedAt).toEqual([0, 0, 100]);
	});

	test('a submit that hangs keeps nobody waiting for longer than it is willing to', async () => {
		const { time, queue } = start();
		for (let item = 0; item < 16; item++) {
			void queue.run(submitter(), async () => await new Promise<string>(() => {}));
		}
		let triedAt: number | undefined;
		void queue.run(submitter(3_000), async () => (triedAt = time.now));
		await time.passUntil(60_000);
		expect(triedAt).toBe(3_000);
	});
});

describe('a burst that is answered 429', () => {
	test('is followed by one item that asks for all', async () => {
		const place = start();
		const api = { places: 0, jobMs: 0, latencyMs: 200 };
		const { posts, mostAfterTheBurst } = submitAll(10, api, place);
		await place.time.passUntil(60_000);
		const later = posts.slice(10);
		expect(later.length).toBeGreaterThan(1);
		expect(new Set(later.map(({ item }) => item)).size).toBe(1);
		expect(mostAfterTheBurst()).toBe(1);
	});

	test('counts as one, and several in a row make the pauses longer', async () => {
		const place = start();
		const { posts } = submitAll(10, { places: 0, jobMs: 0, latencyMs: 0 }, place);
		await place.time.passUntil(80_000);
		expect(posts.slice(10).map(({ at }) => at)).toEqual([1e3, 3e3, 7e3, 15e3, 31e3, 61e3]);
	});

	test('has those wait who come later', async () => {
		const place = start();
		const asking = await rateLimit(place);
		const later = queueUp(3, place);
		await place.time.passUntil(100_000);
		expect(timesOf(asking)).toEqual([
			{ item: 0, at: 0 },
			{ item: 0, at: 1_000 },
		]);
		expect(later).toEqual([]);
	});

	test('in part: those who were accepted with it change nothing for those who were not', async () => {
		const place = start();
		const together = queueUp(3, place);
		await place.time.passUntil(0);
		together[0]?.answer(new RateLimited(undefined));
		together[1]?.answer();
		await place.time.passUntil(0);
		const later = queueUp(2, place);
		together[2]?.answer();
		await place.time.passUntil(100_000);
		expect(timesOf(together).slice(3)).toEqual([{ item: 0, at: 1_000 }]);
		expect(later).toEqual([]);
	});
});

describe('the one who asks', () => {
	test('is accepted: the next one may ask at once, and so on', async () => {
		const place = start();
		const asking = await rateLimit(place);
		const turns = queueUp(3, place);
		await place.time.passUntil(1_000);
		asking.at(-1)?.answer();
		for (let accepted = 0; accepted < 3; accepted++) {
			await place.time.passUntil(1_000);
			turns.at(-1)?.answer();
		}
		expect(timesOf(turns)).toEqual([
			{ item: 0, at: 1_000 },
			{ item: 1, at: 1_000 },
			{ item: 2, at: 1_000 },
		]);
	});

	test('is accepted: nobody slips in before the one whose turn it is', async () => {
		const place = start();
		const asking = await rateLimit(place);
		const turns = queueUp(1, place);
		await place.time.passUntil(1_000);
		asking.at(-1)?.answer();
		const late = queueUp(1, place);
		await place.time.passUntil(100_000);
		expect(turns.map(({ item }) => item)).toEqual([0]);
		expect(late).toEqual([]);
	});

	test('is accepted with nobody behind: everybody may submit again', async () => {
		const place = start();
		const asking = await rateLimit(place);
		await place.time.passUntil(1_000);
		asking.at(-1)?.answer();
		await place.time.passUntil(1_000);
		const turns = queueUp(2, place);
		await place.time.passUntil(1_000);
		expect(turns.map(({ at }) => at)).toEqual([1_000, 1_000]);
	});

	test('is accepted: the next 429 begins with the shortest pause again', async () => {
		const place = start();
		const asking = await rateLimit(place, 5);
		await untilTurns(6, asking, place);
		asking.at(-1)?.answer();
		await settle();
		const since = place.time.now;
		const turns = await rateLimit(place);
		await untilTurns(2, turns, place);
		expect(turns.at(-1)?.at).toBe(since + 1_000);
	});

	test('is woken by the end of a job', async () => {
		const place = start();
		place.queue.jobStarted();
		const asking = await rateLimit(place, 5);
		await place.time.passUntil(17_500);
		expect(asking).toHaveLength(5);
		place.queue.jobEnded();
		await place.time.passUntil(17_500);
		expect(asking.at(-1)?.at).toBe(17_500);
	});

	test('goes on asking after a wake-up that brought nothing', async () => {
		const place = start();
		place.queue.jobStarted();
		const asking = await rateLimit(place);
		await place.time.passUntil(400);
		place.queue.jobEnded();
		await place.time.passUntil(400);
		asking.at(-1)?.answer(new RateLimited(undefined));
		await untilTurns(3, asking, place);
		expect(asking.map(({ at }) => at)).toEqual([0, 400, 2_400]);
	});
});

describe('Retry-After', () => {
	test('is waited for', async () => {
		const place = start();
		const asking = await rateLimit(place, 1, 20_000);
		await untilTurns(2, asking, place);
		expect(asking.map(({ at }) => at)).toEqual([0, 20_000]);
	});

	test("is not cut short by a job's end", async () => {
		const place = start();
		place.queue.jobStarted();
		const asking = await rateLimit(place, 1, 20_000);
		await place.time.passUntil(5_000);
		place.queue.jobEnded();
		await place.time.passUntil(19_999);
		expect(asking).toHaveLength(1);
		await untilTurns(2, asking, place);
		expect(asking.map(({ at }) => at)).toEqual([0, 20_000]);
	});

	test('of one answer does not last longer than that one', async () => {
		const place = start();
		place.queue.jobStarted();
		const asking = await rateLimit(place, 1, 5_000);
		await place.time.passUntil(5_000);
		asking.at(-1)?.answer(new RateLimited(undefined));
		await place.time.passUntil(5_100);
		place.queue.jobEnded();
		await untilTurns(3, asking, place);
		expect(asking.map(({ at }) => at)).toEqual([0, 5_000, 5_100]);
	});

	test('that only a later answer of the burst has is waited for, too', async () => {
		const place = start();
		const together = queueUp(2, place);
		await place.time.passUntil(0);
		together[0]?.answer(new RateLimited(undefined));
		together[1]?.answer(new RateLimited(20_000));
		await place.time.passUntil(100_000);
		expect(timesOf(together).slice(2)).toEqual([{ item: 0, at: 20_000 }]);
	});

	test('of 0 s, or a date that has just passed, does not make the queue hammer the API', async () => {
		const place = start();
		const api = { places: 0, jobMs: 0, latencyMs: 100, retryAfterMs: 0 };
		const { posts } = submitAll(1, api, place);
		await place.time.passUntil(60_000);
		expect(posts.length).toBeLessThanOrEqual(20);
	});
});

describe('many items and few places', () => {
	const api = fc.record({
		places: fc.integer({ min: 1, max: 5 }),
		jobMs: fc.integer({ min: 1_000, max: 120_000 }),
		latencyMs: fc.integer({ min: 0, max: 3_000 }),
		retryAfterMs: fc.option(fc.integer({ min: 500, max: 60_000 }), { nil: undefined }),
	});
	const random = fc.double({ min: 0, max: 1, noNaN: true });

	test('nobody is lost, and two never ask for all at once', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 15 }),
				api,
				random,
				async (count, given, drawn) => {
					const place = start(() => drawn);
					const { acceptedAt, mostAfterTheBurst } = submitAll(count, given, place);
					await place.time.passUntil(Infinity);
					expect(acceptedAt.size).toBe(count);
					expect(mostAfterTheBurst()).toBeLessThanOrEqual(1);
				},
			),
			{ numRuns: 60 },
		);
	});

	test('a place that gets free is taken at once', async () => {
		const place = start();
		const given = { places: 2, jobMs: 100_000, latencyMs: 200 };
		const { acceptedAt } = submitAll(6, given, place);
		await place.time.passUntil(Infinity);
		const waves = [...acceptedAt.values()].map((at) => Math.floor(at / 100_000));
		expect(waves).toEqual([0, 0, 1, 1, 2, 2]);
		expect(Math.max(...acceptedAt.values())).toBeLessThan(203_000);
	});
});
