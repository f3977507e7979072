/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { expect, test } from '@jest/globals';

import { createNode, jsonOf, withScene } from './scene.ts';

// As an operator would set it, in ms; n8n reads it with the first request.
process.env.N8N_HTTP_RESPONSE_BODY_READ_TIMEOUT = '500';

test("a download starts again after n8n's own time-out of a body in memory", async () => {
	await withScene({ plan: () => ({ seconds: 0.1 }) }, async ({ simulator, execute }) => {
		simulator.inject({ route: 'video', fault: { kind: 'headersOnly', bytes: 1_000 } });
		const begun = Date.now();
		const finished = await execute(createNode({ downloadVideo: true }));
		expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
		expect(finished.outputs[0]?.[0]?.binary?.data).toMatchObject({ mimeType: 'video/mp4' });
		expect(simulator.requestsTo('video')).toHaveLength(2);
		// Sooner than this node itself gives up a silent host.
		expect(Date.now() - begun).toBeLessThan(20_000);
	});
});
