/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { expect, test } from '@jest/globals';

import type { Fault } from '../simulator/simulator.ts';
import { createNode, jsonOf, withScene } from '../engine/scene.ts';

const OUTAGE_MS = 90_000;

const outages: Array<[string, Fault]> = [
	['resets', { kind: 'reset' }],
	['502 pages', { kind: 'html', status: 502 }],
	['silence', { kind: 'hang' }],
];

test.concurrent.each(outages)(
	'a wait survives 90 s of %s',
	async (_case, fault) => {
		await withScene({ plan: () => ({ seconds: 5 }) }, async ({ simulator, execute }) => {
			simulator.outage(OUTAGE_MS, fault, 'status');
			const startedAt = Date.now();
			const [json] = jsonOf(await execute(createNode({ options: { pollInterval: 0 } })));
			expect(json).toMatchObject({ status: 'done', wait: { timed_out: false } });
			expect(Date.now() - startedAt).toBeGreaterThan(OUTAGE_MS);
			expect(simulator.jobs).toHaveLength(1);
		});
	},
	OUTAGE_MS + 60_000,
);
