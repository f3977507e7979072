/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, jest, test } from '@jest/globals';

import { Nap } from '../../../nodes/CometApiVideo/run/nap';

const item = (name: string) => ({ json: { name } });
const napOf = (size: number) => new Nap(size, new AbortController().signal);

describe('the items of a run', () => {
	test('may fall asleep when each of them may or has ended', () => {
		const nap = napOf(3);
		nap.mayFall(1);
		nap.mayFall(1);
		nap.end(0, item('a'));
		expect([nap.isDue, nap.wake.aborted]).toEqual([false, false]);
		nap.mayFall(2);
		expect([nap.isDue, nap.wake.aborted]).toEqual([true, true]);
	});

	test('fall asleep together, once, in their order, with those that have ended', async () => {
		const nap = napOf(3);
		const fall = jest.fn(async () => true);
		const second = nap.sleep(1, item('b'), fall);
		nap.end(2, item('c'));
		expect(fall).not.toHaveBeenCalled();
		const first = nap.sleep(0, item('a'), fall);
		expect(await Promise.all([first, second, nap.fallen])).toEqual([true, true, true]);
		for (const index of [0, 1, 2]) nap.end(index, item('again'));
		expect(fall.mock.calls).toEqual([[[item('a'), item('b'), item('c')]]]);
		expect(nap.isAsleep).toBe(true);
	});

	test('stay awake when falling asleep fails', async () => {
		const nap = napOf(2);
		nap.end(0, item('a'));
		expect(await nap.sleep(1, item('b'), async () => false)).toBe(false);
		expect(nap.isAsleep).toBe(false);
	});

	test('have all ended when none of them sleeps', async () => {
		const nap = napOf(2);
		nap.end(0, item('a'));
		nap.end(1, item('b'));
		expect(await nap.fallen).toBe(false);
	});

	test('wake up on Stop', () => {
		const stop = new AbortController();
		const nap = new Nap(1, stop.signal);
		stop.abort();
		expect([nap.wake.aborted, nap.isDue]).toEqual([true, false]);
	});
});
