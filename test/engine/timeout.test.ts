/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

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
