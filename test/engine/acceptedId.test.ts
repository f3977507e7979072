/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, jest, test } from '@jest/globals';

import { logLines } from './engine.ts';
import { speedUpClock } from './fastClock.ts';
import { createNode, jsonOf, withScene } from './scene.ts';

speedUpClock(20);

// Half a minute of waiting, on a machine that may be busy.
jest.setTimeout(90_000);

const ACCEPTED = 'b9d5f1f0-0a4e-4d27-9d5c-3d6e5b6c7a01';
const OTHER = 'task_7Qm2vK';

describe('Of two IDs in the answer to a submit', () => {
	test.concurrent.each([
		['first', { task_id: ACCEPTED, request_id: OTHER }],
		['last', { request_id: OTHER, task_id: ACCEPTED }],
		['in data', { code: 'success', request_id: OTHER, data: { task_id: ACCEPTED } }],
		['only by the other one', { task_id: OTHER, request_id: ACCEPTED }],
	])(
		"the provider's task is polled, and the other when it is not known: %s",
		async (_case, body) => {
			const plan = () => ({ seconds: 0.1, requestId: ACCEPTED });
			await withScene({ plan }, async ({ simulator, execute }) => {
				simulator.inject({
					route: 'submit',
					fault: { kind: 'status', status: 200, body, afterHandler: true },
				});
				expect(jsonOf(await execute(createNode()))).toEqual([
					expect.objectContaining({ request_id: ACCEPTED, status: 'done' }),
				]);
				const accepted = logLines.filter((line) => line.includes('accepted a video'));
				expect(accepted.join()).toContain(ACCEPTED);
				expect(accepted.join()).toContain(OTHER);
				expect(simulator.requestsTo('submit')).toHaveLength(1);
			});
		},
	);

	test.concurrent('both are named when neither is known, and nothing is sent again', async () => {
		await withScene({}, async ({ simulator, execute, retry }) => {
			const body = { task_id: 'nobody', request_id: 'no-one' };
			simulator.inject({ route: 'submit', fault: { kind: 'status', status: 200, body } });
			const node = createNode();
			const failed = await execute(node);
			for (const { error } of [failed, await retry(node, failed)]) {
				expect(error?.message).toContain("CometAPI doesn't know this request ID");
				expect(`${error?.message} ${error?.description}`).toMatch(/nobody/);
				expect(`${error?.message} ${error?.description}`).toMatch(/no-one/);
			}
			expect(simulator.requestsTo('submit')).toHaveLength(1);
		});
	});
});
