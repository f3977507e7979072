/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { createNode, jsonOf, withScene } from './scene.ts';

const ACCEPTED = 'b9d5f1f0-0a4e-4d27-9d5c-3d6e5b6c7a01';
const GATEWAYS_OWN = 'task_7Qm2vK';

describe('Of two IDs in the answer to a submit', () => {
	test.concurrent.each([
		['request_id first', { request_id: ACCEPTED, task_id: GATEWAYS_OWN }],
		['task_id first', { task_id: GATEWAYS_OWN, request_id: ACCEPTED }],
		['both in data', { code: 'success', data: { task_id: GATEWAYS_OWN, request_id: ACCEPTED } }],
	])(
		'request_id is polled and not task_id, since only request_id is documented: %s',
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
				const polled = simulator.requestsTo('status').map(({ path }) => path);
				expect(new Set(polled)).toEqual(new Set([`/grok/v1/videos/${ACCEPTED}`]));
			});
		},
	);
});
