/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { createKlingNode } from './families.ts';
import { createNode, jsonOf, withScene } from './scene.ts';

describe("A value of n8n's own Timeout that no timer takes", () => {
	test.concurrent.each([1e10, -1, 'none', '60000'])(
		'(%p) neither cuts a submit off nor a wait',
		async (timeout) => {
			await withScene({ plan: () => ({ seconds: 0.1 }) }, async ({ simulator, execute }) => {
				const fault = { kind: 'delay' as const, ms: 100, afterHandler: true };
				simulator.inject({ route: 'submit', fault });
				const node = createNode({ requestOptions: { timeout }, options: { maxWait: 10 } });
				const [json] = jsonOf(await execute(node));
				expect(json?.status).toBe('done');
				expect(json?.request_id).toBe(simulator.jobs[0]?.requestId);
			});
		},
	);
});

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(1_000_000, 1)]);

test.concurrent(
	'an upload may take longer than the answer to it',
	async () => {
		await withScene({}, async ({ simulator, execute }) => {
			// Beyond the least time for an answer, within that and the time for 1.3 MB.
			const fault = { kind: 'delay' as const, ms: 33_000, afterHandler: true };
			simulator.inject({ route: 'submit', fault });
			const node = createNode({
				imageSource: 'url',
				imageUrl: `data:image/png;base64,${PNG.toString('base64')}`,
				requestOptions: { timeout: 1_000 },
				waitForCompletion: false,
			});
			const [json] = jsonOf(await execute(node));
			expect(json?.request_id).toBe(simulator.jobs[0]?.requestId);
		});
	},
	60_000,
);

test.concurrent(
	'a submit that timed out is looked for as long as any other',
	async () => {
		await withScene({ plan: () => ({ seconds: 0.1 }) }, async ({ simulator, execute }) => {
			simulator.inject({ route: 'submit', fault: { kind: 'hang', afterHandler: true } });
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 502 }, times: 2 });
			// The shortest that a submit is waited for, and as long as lost ones are looked for.
			const node = createKlingNode({ requestOptions: { timeout: 30_000 } });
			expect(jsonOf(await execute(node))).toEqual([
				expect.objectContaining({ request_id: simulator.jobs[0]?.requestId, status: 'done' }),
			]);
			expect(simulator.requestsTo('submit')).toHaveLength(1);
		});
	},
	90_000,
);
