/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { createNode, jsonOf, until, withScene } from './scene.ts';

const HOUR_MS = 3_600_000;
// Only the node's machine has these troubles.
const now = Date.now.bind(Date);
const RATE_LIMITED = { kind: 'status', status: 429 } as const;

/** How far the clocks of the process are ahead of the machine's. */
let wallMs = 0;
let monotonicMs = 0;

beforeEach(() => {
	[wallMs, monotonicMs] = [0, 0];
	const wall = Date.now.bind(Date);
	const monotonic = performance.now.bind(performance);
	jest.spyOn(Date, 'now').mockImplementation(() => wall() + wallMs);
	jest.spyOn(performance, 'now').mockImplementation(() => monotonic() + monotonicMs);
});

afterEach(() => void jest.restoreAllMocks());

describe.each([
	{ name: 'the clock is set back an hour', jumps: [-HOUR_MS, 0] },
	{ name: 'the clock is set an hour ahead', jumps: [HOUR_MS, 0] },
	{ name: 'the machine is suspended for an hour', jumps: [HOUR_MS, HOUR_MS] },
])('While $name', ({ jumps }) => {
	const jump = () => void ([wallMs = 0, monotonicMs = 0] = jumps);

	test('a submit that was answered 429 is sent again in time', async () => {
		await withScene({ now, plan: () => ({ seconds: 0.1 }) }, async ({ simulator, start }) => {
			const limited = simulator.inject({ route: 'submit', fault: RATE_LIMITED, times: 2 });
			const { finished } = await start(createNode({ options: { maxWait: 30 } }));
			await until(() => limited.hits > 0);
			// The node has read the answer, and waits.
			await sleep(200);
			jump();
			expect(jsonOf(await finished)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test('a wait goes on until the video is done', async () => {
		await withScene({ now, plan: () => ({ seconds: Infinity }) }, async ({ simulator, start }) => {
			const { finished } = await start(createNode({ options: { maxWait: 30 } }));
			const polls = () => simulator.requestsTo('status').length;
			await until(() => polls() > 0);
			jump();
			await until(() => polls() > 2);
			simulator.finishJob(String(simulator.jobs[0]?.requestId));
			const [item] = jsonOf(await finished);
			expect(item).toMatchObject({ status: 'done' });
			expect(Object(item?.wait).seconds).toBeLessThan(30);
		});
	});

	test('a download that waits for its file goes on until the file is there', async () => {
		const plan = () => ({ seconds: 0.1 });
		await withScene({ now, plan }, async ({ simulator, start }) => {
			const fault = { kind: 'status', status: 404 } as const;
			const missing = simulator.inject({ route: 'video', fault, times: Infinity });
			const { finished } = await start(createNode({ downloadVideo: true }));
			await until(() => missing.hits > 0);
			jump();
			await until(() => missing.hits > 1);
			missing.remove();
			expect(jsonOf(await finished)).toEqual([expect.objectContaining({ status: 'done' })]);
		});
	});
});
