/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import type { IContextObject, INode } from 'n8n-workflow';

import { entriesOf, Ledger } from '../../../nodes/CometApiVideo/payment/ledger';
import { putToSleep, withLatestJobs } from '../../../nodes/CometApiVideo/run/sleep';

const RUN = { runIndex: 0, items: {}, size: 0, tries: 1 };

/** Of an execution that has submitted so many videos. */
function dataOf(videos: number): IContextObject {
	const data: IContextObject = {};
	const ledger = new Ledger(data);
	for (let item = 0; item < videos; item++) {
		const key = {
			slot: { run: 0, item },
			parameters: {},
			isAgentCall: false,
			body: 'b',
			model: 'm',
		};
		const entry = ledger.add(key);
		ledger.accept(entry, { requestId: `id-${item}`, statusPath: '/' }, 1_000);
		ledger.endSubmit();
	}
	return data;
}

function fallAsleep(execution: string, data: IContextObject): void {
	const node = { name: 'Video' } as INode;
	const runExecutionData: { waitTill?: Date } = {};
	const context = {
		putExecutionToWait: async (till: Date) => void (runExecutionData.waitTill = till),
		runExecutionData,
		getExecuteData: () => ({ node }),
		getExecutionId: () => execution,
		getNode: () => node,
	};
	expect(putToSleep(context as never, data, RUN, 0)).toBe(true);
}

/** The jobs that an execution finds when n8n wakes it by what it stored before any. */
const found = (execution: string) => entriesOf(withLatestJobs(execution, 'Video', {})).length;

describe('The ledgers of sleeping executions', () => {
	test('are kept in this process, up to 10,000 entries beside those of the latest', () => {
		fallAsleep('one', dataOf(4_000));
		fallAsleep('two', dataOf(4_000));
		expect([found('one'), found('two')]).toEqual([4_000, 4_000]);
		fallAsleep('three', dataOf(4_000));
		expect([found('one'), found('two'), found('three')]).toEqual([0, 4_000, 4_000]);
		fallAsleep('four', dataOf(12_000));
		expect([found('two'), found('three'), found('four')]).toEqual([0, 0, 12_000]);
	});
});
