/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, jest, test } from '@jest/globals';
import type { IContextObject } from 'n8n-workflow';

import { notAllStarted, VideoError } from '../../../nodes/CometApiVideo/errors';
import {
	keepAsleep,
	Nap,
	takeAsleep,
	toError,
	toFailure,
	type Asleep,
	type Fall,
} from '../../../nodes/CometApiVideo/run/nap';

const napOf = (size: number, fall: Fall = () => true) => new Nap(() => size, fall);
const waitUntil = (wakeAtMs: number): Asleep => ({
	wait: {
		...{ sinceMs: 0, ageMs: 0, leftMs: 0, wakeAtMs },
		earlier: { polls: 1, waitedMs: 0, pendingUntilMs: 0 },
	},
});
const output = (name: string): Asleep => ({ output: { json: { name } } });

describe('the items of a run', () => {
	test('may sleep when each of them may or has ended', async () => {
		const nap = napOf(3);
		expect(nap.of(1).maySleep()).toBe(false);
		expect(nap.of(1).maySleep()).toBe(false);
		void nap.end(0, output('a'));
		expect(nap.of(2).maySleep()).toBe(true);
		await nap.of(1).due;
	});

	test('fall asleep together, until the first wants to be asked for', async () => {
		const fall = jest.fn<Fall>(() => true);
		const nap = napOf(3, fall);
		const others = [nap.end(1, waitUntil(5)), nap.end(2, output('c'))];
		expect(fall).not.toHaveBeenCalled();
		expect(await Promise.all([nap.end(0, waitUntil(3)), ...others])).toEqual([true, true, true]);
		expect(fall.mock.calls).toEqual([[{ 0: waitUntil(3), 1: waitUntil(5), 2: output('c') }, 3]]);
	});

	test('stay awake when n8n cannot put them to sleep', async () => {
		const nap = napOf(2, () => false);
		const first = nap.end(0, output('a'));
		expect([await nap.end(1, waitUntil(3)), await first]).toEqual([false, false]);
		expect(nap.of(1).maySleep()).toBe(false);
	});

	test('come out when none of them waits any more', async () => {
		const fall = jest.fn<Fall>(() => true);
		const nap = napOf(2, fall);
		const first = nap.end(0, output('a'));
		expect([await nap.end(1, output('b')), await first]).toEqual([false, false]);
		expect(fall).not.toHaveBeenCalled();
	});

	test('come out at once when one of them stays awake', async () => {
		const fall = jest.fn<Fall>(() => true);
		const nap = napOf(2, fall);
		const first = nap.end(0, waitUntil(3));
		nap.stayAwake();
		expect([await first, await nap.end(1, waitUntil(3))]).toEqual([false, false]);
		expect(fall).not.toHaveBeenCalled();
	});
});

describe('a sleeping run', () => {
	const RUN = { execution: '7', runIndex: 0, items: { 0: waitUntil(3) }, size: 1, tries: 1 };

	test('is found once, by its execution', () => {
		const data: IContextObject = {};
		keepAsleep(data, RUN);
		expect(takeAsleep(data, '7')).toMatchObject(RUN);
		expect([takeAsleep(data, '7'), data]).toEqual([undefined, {}]);
	});

	test('is not found by a retry of its execution, which waits anew', () => {
		const data: IContextObject = {};
		keepAsleep(data, RUN);
		expect([takeAsleep(data, '8'), data]).toEqual([undefined, {}]);
	});

	test('is not found by another version of the node, which goes by the ledger', () => {
		const data: IContextObject = { cometApiVideoAsleep: { ...RUN, version: 2 } };
		expect(takeAsleep(data, '7')).toBeUndefined();
	});

	test('keeps why an item has no video', () => {
		const failed = notAllStarted(1, 2);
		const kept = JSON.parse(JSON.stringify(toFailure(failed))) as NonNullable<Asleep['failure']>;
		expect(toError(kept)).toBeInstanceOf(VideoError);
		expect(toError(kept).titleOf(3)).toBe(failed.titleOf(3));
		expect(toError(kept).description).toBe(failed.description);
	});
});
