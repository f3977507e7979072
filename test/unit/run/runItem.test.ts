/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { InputError } from '../../../nodes/CometApiVideo/errors';
import { runItem, type ItemTask } from '../../../nodes/CometApiVideo/run/runItem';

const REQUEST = { options: {} } as Parameters<typeof runItem>[1];

/** As much of n8n's context as the barrier looks at, for the items of one run. */
function itemsOfRun(size: number, { onFinish }: { onFinish?: (end: () => void) => void } = {}) {
	const node = { name: 'Video', parameters: {}, executeOnce: false };
	const executeData = { node, data: { main: [Array(size).fill({ json: {} })] } };
	return Array.from({ length: size }, (_, itemIndex) => {
		const context = {
			getItemIndex: () => itemIndex,
			getExecuteData: () => executeData,
			getExecutionId: () => '1',
			getNode: () => node,
			getNodeParameter: () => 0,
			getExecutionCancelSignal: () => undefined,
			evaluateExpression: () => '0',
			continueOnFail: () => false,
			onExecutionFinish: onFinish,
		};
		return context as unknown as IExecutePaginationFunctions;
	});
}

/** Notes which items were sent; an item called bad cannot be. */
function taskOf(bad: number[] = [], failing: number[] = []) {
	const sent: number[] = [];
	const task: ItemTask<number> = {
		async read({ itemIndex }) {
			if (bad.includes(itemIndex)) throw new InputError('A parameter is wrong', 'Change it.');
			return itemIndex;
		},
		async perform(item, itemIndex): Promise<INodeExecutionData> {
			sent.push(itemIndex);
			item.batch.know(item, `id-${itemIndex}`);
			if (failing.includes(itemIndex)) throw new Error('broken');
			return { json: { itemIndex } };
		},
	};
	return { sent, task };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('the items of a run', () => {
	test('are sent when all have arrived and all can be sent', async () => {
		const { sent, task } = taskOf();
		const items = itemsOfRun(3);
		const running = items.slice(0, 2).map(async (item) => await runItem(item, REQUEST, task));
		await jest.advanceTimersByTimeAsync(5_000);
		expect(sent).toEqual([]);
		for (const item of items.slice(2)) running.push(runItem(item, REQUEST, task));
		expect(await Promise.all(running)).toHaveLength(3);
		expect(sent).toEqual([0, 1, 2]);
	});

	test('are not sent when one of them cannot be, whose error alone is told', async () => {
		const { sent, task } = taskOf([1]);
		const ends = await Promise.allSettled(
			itemsOfRun(3).map(async (item) => await runItem(item, REQUEST, task)),
		);
		expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
		expect(sent).toEqual([]);
	});

	test('are named in the error that ends the run, when all of them have ended', async () => {
		const { task } = taskOf([], [0]);
		const ends = await Promise.allSettled(
			itemsOfRun(3).map(async (item) => await runItem(item, REQUEST, task)),
		);
		expect(ends[0]).toMatchObject({
			status: 'rejected',
			reason: { description: expect.stringContaining('item 2: id-1, item 3: id-2') },
		});
	});
});

describe('a run that n8n starts after Stop', () => {
	test('ends for all its items, and nothing is sent', async () => {
		const { sent, task } = taskOf();
		const stopped = AbortSignal.abort();
		const items = itemsOfRun(5, { onFinish: () => {} }).map((context) =>
			Object.assign(context, { getExecutionCancelSignal: () => stopped }),
		);
		const ends = await Promise.allSettled(
			items.map(async (item) => await runItem(item, REQUEST, task)),
		);
		expect(ends.some(({ status }) => status === 'rejected')).toBe(true);
		expect(sent).toEqual([]);
	});
});

describe('a latecomer that n8n never starts', () => {
	test('ends in an error that says so, and nothing is sent', async () => {
		const { sent, task } = taskOf();
		const [first] = itemsOfRun(2, { onFinish: () => {} });
		const end = expect(first && runItem(first, REQUEST, task)).rejects.toThrow(
			'n8n started only 1 of the 2 items of this run',
		);
		await jest.advanceTimersByTimeAsync(10_000);
		await end;
		expect(sent).toEqual([]);
	});

	test('in a run that n8n has given up, throws nothing that nobody would catch', async () => {
		const { sent, task } = taskOf();
		let giveUp: () => void = () => {};
		const [first] = itemsOfRun(2, { onFinish: (end) => (giveUp = end) });
		const ended = first && runItem(first, REQUEST, task);
		await jest.advanceTimersByTimeAsync(100);
		giveUp();
		expect(await ended).toEqual([]);
		expect(sent).toEqual([]);
	});
});
