/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import type { Fault } from '../simulator/faults.ts';
import { logLines } from './engine.ts';
import { createNode, withScene } from './scene.ts';

const ANSWERS: Array<[string, Fault & { kind: 'status' }, string]> = [
	['a 500 with nothing but it', { kind: 'status', status: 500, body: { task_id: 't-7' } }, 't-7'],
	['a 409 beside words', { kind: 'status', status: 409, body: { msg: 'twice', id: 't-7' } }, 't-7'],
	[
		'a 502 beside words, in a place of its own',
		{ kind: 'status', status: 502, body: { error: { message: 'late', job: 't-7' } } },
		't-7',
	],
	[
		'an acceptance beside words, in a place of its own',
		{ kind: 'status', status: 200, body: { code: 0, message: 'ok', result: { job: 't-7' } } },
		't-7',
	],
	[
		'a 500 beside a long error',
		{
			...{ kind: 'status', status: 500 },
			body: { error: { message: 'so long '.repeat(80), code: 'e' }, task_id: 't-7' },
		},
		't-7',
	],
	['a 499 with nothing but it', { kind: 'status', status: 499, body: { task_id: 't-7' } }, 't-7'],
	[
		'a 303 as the address of the job',
		{ kind: 'status', status: 303, body: '', headers: { Location: '/grok/v1/videos/t-7' } },
		'/grok/v1/videos/t-7',
	],
];

describe('An answer that leaves the fate of a submit unknown', () => {
	test.concurrent.each(ANSWERS)('shows the id in %s', async (_name, fault, shown) => {
		await withScene({}, async ({ simulator, execute, retry }) => {
			simulator.inject({ route: 'submit', fault });
			const node = createNode();
			const failed = await execute(node);
			const again = await retry(node, failed);
			for (const { error } of [failed, again]) {
				expect(error?.message).toContain('unclear whether');
				expect(error?.description).toContain(shown);
			}
			expect(simulator.requestsTo('submit')).toHaveLength(1);
			expect(logLines.filter((line) => line.includes(shown)).join()).toContain('not known');
		});
	});

	test.concurrent('says its words once, and what an empty one came with', async () => {
		await withScene({}, async ({ simulator, execute }) => {
			simulator.inject({ route: 'submit', fault: { kind: 'status', status: 502 } });
			const told = await execute(createNode());
			expect(told.error?.description?.match(/simulated HTTP 502/g)).toHaveLength(1);
			simulator.inject({ route: 'submit', fault: { kind: 'empty', status: 204 } });
			const empty = await execute(createNode());
			expect(empty.error?.description).toContain('HTTP status 204.');
		});
	});
});
