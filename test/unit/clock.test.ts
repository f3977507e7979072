/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { setImmediate as turn } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { Clock } from '../../nodes/CometApiVideo/clock';

/** A machine on which sleeps take what they are told to, and a little. */
function machine(lateMs = 0) {
	let nowMs = 500;
	let isStopped = false;
	const clock = new Clock({
		now: () => nowMs,
		async sleep(ms, wake) {
			if (isStopped) return;
			let isWoken = false;
			void wake?.then(() => (isWoken = true));
			await turn();
			if (!isWoken) nowMs += ms + lateMs;
		},
		isStopped: () => isStopped,
	});
	return {
		clock,
		suspend: (ms: number) => void (nowMs += ms),
		stop: () => void (isStopped = true),
	};
}

/** A request that is answered when the clock shows so much. */
async function answered(clock: Clock, atMs: number): Promise<string> {
	while (clock.now() < atMs) await turn();
	return 'answer';
}

describe('a sleep', () => {
	test('lasts ten seconds at most, so that a jump shows', async () => {
		const { clock } = machine();
		await clock.sleep(900_000);
		expect(clock.now()).toBe(10_500);
	});

	test('of a busy machine is late, which counts', async () => {
		const { clock } = machine(59_000);
		await clock.sleep(1_000);
		expect(clock.now()).toBe(60_500);
		expect(clock.jumps).toBe(0);
	});

	test('in which the machine is suspended counts as planned, for all who sleep', async () => {
		const { clock, suspend } = machine();
		const sleeps = [4_000, 1_000, 2_000].map(async (ms) => await clock.sleep(ms));
		suspend(3_600_000);
		await Promise.all(sleeps);
		expect(clock.jumps).toBe(1);
		expect(clock.now()).toBeLessThan(10_000);
	});
});

describe('a request', () => {
	test('may take its time', async () => {
		const { clock } = machine();
		expect(await clock.during(answered(clock, 600_000))).toBe('answer');
		expect(clock.jumps).toBe(0);
	});

	test('in which the machine is suspended counts as if it had not been', async () => {
		const { clock, suspend } = machine();
		const request = clock.during(answered(clock, 30_000));
		suspend(3_600_000);
		await request;
		expect(clock.jumps).toBe(1);
		expect(clock.now()).toBeLessThan(50_000);
	});

	test('that fails, fails', async () => {
		const { clock } = machine();
		await expect(clock.during(Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
	});

	test('is waited for after Stop, without a look at the clock', async () => {
		const { clock, stop } = machine();
		stop();
		expect(await clock.during(turn('late'))).toBe('late');
	});
});
