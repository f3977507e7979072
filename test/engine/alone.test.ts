/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { speedUpClock } from './fastClock.ts';
import { executeAlone, logLines } from './engine.ts';
import { FAMILIES } from './families.ts';
import { createNode, editNode, getStatusNode, itemsOf, withScene } from './scene.ts';

speedUpClock(20);

const QUICK = { plan: () => ({ seconds: 0.1 }) };

/** n8n's own Agents give no execution, so no ledger, no ids of workflow and execution, no Stop. */
describe.each(FAMILIES)(
	'Without an execution, a node of $family',
	({ resource, create, ofJob }) => {
		test.concurrent('makes a video with its file, and logs its id', async () => {
			await withScene(QUICK, async ({ simulator, credential }) => {
				const node = create({ downloadVideo: true, prompt: '={{ $json.prompt }}' });
				const [item] = await executeAlone(node, itemsOf({ prompt: 'A comet' }), credential);
				const [job] = simulator.jobs;
				expect(item?.json).toMatchObject({ request_id: job?.requestId, status: 'done' });
				expect(item?.binary?.data).toMatchObject({ mimeType: 'video/mp4' });
				const lines = logLines.filter((line) => line.includes(String(job?.requestId)));
				expect(lines).toEqual([
					expect.stringMatching(/^CometAPI accepted a video: .+, node "Video", item 1$/),
				]);
				expect(lines[0]).not.toContain('undefined');
			});
		});

		test.concurrent('submits without waiting, and Get Status brings the video', async () => {
			await withScene(QUICK, async ({ simulator, credential }) => {
				const node = create({ waitForCompletion: false });
				const [pending] = await executeAlone(node, itemsOf({}), credential);
				expect(pending?.json).toMatchObject({ status: 'pending' });
				const asking = getStatusNode({ ...ofJob, resource, waitForCompletion: true });
				const [done] = await executeAlone(asking, itemsOf({ ...pending?.json }), credential);
				expect(done?.json).toMatchObject({ status: 'done' });
				expect(simulator.jobs).toHaveLength(1);
			});
		});

		test.concurrent('fails with the id', async () => {
			const plan = () => ({ seconds: 0.1, outcome: 'failed' as const });
			await withScene({ plan }, async ({ simulator, credential }) => {
				await expect(executeAlone(create(), itemsOf({}), credential)).rejects.toThrow(
					/\[request ID .+\]/,
				);
				expect(simulator.jobs).toHaveLength(1);
			});
		});

		test.concurrent(
			'pays no second time within a call whose answer is lost',
			async () => {
				await withScene(QUICK, async ({ simulator, credential }) => {
					simulator.inject({ route: 'submit', fault: { kind: 'status', status: 502 } });
					simulator.inject({ route: 'status', fault: { kind: 'status', status: 404 }, times: 99 });
					await expect(executeAlone(create(), itemsOf({}), credential)).rejects.toThrow(
						'unclear whether',
					);
					expect(simulator.requestsTo('submit')).toHaveLength(1);
				});
				// Kling's video is looked for during half a minute.
			},
			90_000,
		);
	},
);

test.concurrent('Without an execution, Edit makes a video', async () => {
	await withScene(QUICK, async ({ credential }) => {
		const [item] = await executeAlone(editNode(), itemsOf({}), credential);
		expect(item?.json).toMatchObject({ status: 'done' });
	});
});

test.concurrent('Without an execution, items share the limit of Max Videos', async () => {
	await withScene(QUICK, async ({ simulator, credential }) => {
		const node = createNode({ options: { maxVideos: 1 } }, { onError: 'continueRegularOutput' });
		await executeAlone(node, itemsOf({}, {}), credential);
		expect(simulator.jobs).toHaveLength(1);
	});
});
