/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { expect, test } from '@jest/globals';

import { createNode, jsonOf, withScene } from './scene.ts';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(1_000_000, 1)]);

test('an upload may take longer than the answer to it', async () => {
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
}, 60_000);
