/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { expect, test } from '@jest/globals';
import type { IExecutePaginationFunctions, INode } from 'n8n-workflow';

import { InputError } from '../../../nodes/CometApiVideo/errors';
import { Batch } from '../../../nodes/CometApiVideo/run/batch';

/** More than a call takes arguments. */
const SIZE = 200_000;

/** A step through all items for each of them would take many times that. */
const LONGEST_MS = 30_000;

test(
	'a run of 200,000 items that all fail ends in one error, of its first item',
	async () => {
		const context = { getExecutionCancelSignal: () => undefined };
		const node = { name: 'Video', type: 'video', parameters: {} } as unknown as INode;
		const first = { runIndex: 0, tries: 1, slept: undefined };
		const run = { node, isAgentCall: false, size: SIZE, data: {}, ...first };
		const batch = new Batch(run, SIZE, context as unknown as IExecutePaginationFunctions);
		const refused = new InputError('Refused', 'Change it.');
		for (let itemIndex = SIZE - 1; itemIndex >= 0; itemIndex--) {
			batch.add(itemIndex);
			batch.know({ itemIndex }, `id-${itemIndex}`);
			batch.itemHasEnded(itemIndex, refused);
		}
		await batch.allHaveEnded();
		const error = batch.toNodeError();
		expect(error.message).toBe('Refused [item 1 of 200000]');
		expect(error.description).toContain('item 2: id-1, item 3: id-2');
		expect(error.description).toContain(`and ${SIZE - 21} more`);
		const errors = new Set(Array.from({ length: SIZE }, () => batch.toNodeError()));
		expect([...errors]).toEqual([error]);
	},
	LONGEST_MS,
);
