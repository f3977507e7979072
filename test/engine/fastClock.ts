/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterAll } from '@jest/globals';

import { simulators } from './scene.ts';

const TICK_MS = 5;
/** A stall of the machine is no time that anybody waited. */
const LONGEST_TICK_MS = 25;

const isAnswering = () =>
	[...simulators].some(({ requests }) => requests.some(({ endedAt }) => endedAt === undefined));

interface Timer {
	atMs: number;
	run(): void;
	ref(): Timer;
	unref(): Timer;
}

/**
 * Lets this file's timers and its clock run so many times as fast, for waits of many seconds. While a
 * request is under way they keep to real time, so that a busy machine has as long for it as ever.
 * Jest's own timers can't: they stand still between concurrent tests.
 */
export function speedUpClock(factor: number): void {
	const real = { setTimeout, clearTimeout, now: Date.now };
	const monotonic = performance.now.bind(performance);
	const timers = new Set<Timer>();
	let nowMs = Date.now();
	let last = monotonic();
	const startMs = nowMs - last;
	const tick = () => {
		const passed = monotonic() - last;
		last += passed;
		nowMs += isAnswering() ? passed : Math.min(passed, LONGEST_TICK_MS) * factor;
		const due = [...timers].filter(({ atMs }) => atMs <= nowMs).sort((a, b) => a.atMs - b.atMs);
		for (const timer of due) if (timers.delete(timer)) timer.run();
	};
	const start = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): Timer => {
		const self = () => timer;
		const timer = { atMs: nowMs + ms, run: () => callback(...args), ref: self, unref: self };
		timers.add(timer);
		return timer;
	};
	const clear = (timer: Timer) => {
		if (!timers.delete(timer)) real.clearTimeout(timer as unknown as NodeJS.Timeout);
	};
	Object.assign(globalThis, { setTimeout: start, clearTimeout: clear });
	Date.now = () => Math.floor(nowMs);
	performance.now = () => nowMs - startMs;
	const ticking = setInterval(tick, TICK_MS);
	afterAll(() => {
		clearInterval(ticking);
		Date.now = real.now;
		performance.now = monotonic;
		Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
	});
}
