/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { expect, test } from '@jest/globals';

import { createKlingNode } from './families.ts';
import { jsonOf, withScene } from './scene.ts';

test('a submit that timed out is looked for as long as any other', async () => {
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
}, 90_000);
