/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { setImmediate as settle } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';

import { Latch } from '../../../nodes/CometApiVideo/run/latch';

/** Whether the latch is open once everything that is due has happened. */
async function isOpen(latch: Latch): Promise<boolean> {
	let opened = false;
	void latch.opened.then(() => (opened = true));
	await settle();
	return opened;
}

describe('a latch', () => {
	test('opens with the last count, not before', async () => {
		const latch = new Latch(3);
		latch.countDown();
		latch.countDown();
		expect(await isOpen(latch)).toBe(false);
		latch.countDown();
		expect(await isOpen(latch)).toBe(true);
	});

	test('stays open, also when it is counted down further', async () => {
		const latch = new Latch(1);
		latch.countDown();
		latch.countDown();
		expect(await isOpen(latch)).toBe(true);
		expect(await isOpen(latch)).toBe(true);
	});

	test('opens for all who wait', async () => {
		const latch = new Latch(1);
		const waiting = [isOpen(latch), isOpen(latch)];
		latch.countDown();
		expect(await Promise.all(waiting)).toEqual([true, true]);
	});

	test.each([0, -1])('of %i counts is open', async (count) => {
		expect(await isOpen(new Latch(count))).toBe(true);
	});

	test('opens when it is told to, though counts are missing', async () => {
		const latch = new Latch(3);
		latch.open();
		expect(await isOpen(latch)).toBe(true);
	});
});
