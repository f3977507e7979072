/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import type { INode, INodeParameters, IRunExecutionData } from 'n8n-workflow';

import { startRetry, videoNode, type Finished } from './engine.ts';
import { createNode, finishJobs, jsonOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const ENDLESS = { plan: () => ({ seconds: 600 }) };

/** A node as 0.1 left it in the data of an execution: without a resource, its defaults filled in. */
const nodeOf01 = (parameters: INodeParameters): INode =>
	videoNode({
		...{ waitForCompletion: true, downloadVideo: false, requestOptions: {} },
		...{ options: { maxWait: 60, pollInterval: 1 } },
		...parameters,
	});

// Made anew each time, since n8n fills in the defaults of the nodes that it gets.
const createOf01 = () =>
	nodeOf01({
		operation: 'create',
		model: { __rl: true, mode: 'list', value: 'grok-imagine-video' },
		...{ prompt: 'A candle flickers on a wooden table.', imageSource: 'none' },
		...{ duration: 1, resolution: '480p', price480p: '', aspectRatio: 'auto' },
	});

/** The ledger's entries as the released versions wrote them. */
const HASHES = {
	parameters: '3093772e7e4707ea5b7602a5661ca98dc89eceb1998c2ce1990e55c0712078e0',
	body: '230b756ba7bb86799ef13730c982e326c2d53a38d89093950fe4758e0dc95964',
};
const entryOf01 = (requestId: string) => ({
	...{ run: 0, item: 0, ...HASHES, requestId, acceptedAtMs: 1_795_906_831_091 },
});
const entryOf02 = (requestId: string) => ({
	...{ run: 0, item: 0, ...HASHES, acceptedAtMs: 1_795_906_831_091 },
	job: { requestId, statusPath: `/grok/v1/videos/${requestId}` },
});

/** The failed execution with another node and other entries in its data. */
function rewritten({ run }: Finished, node: INode, entries: object[]): Pick<Finished, 'run'> {
	const data = JSON.parse(JSON.stringify(run.data)) as IRunExecutionData;
	const { nodeExecutionStack = [], contextData = {} } = data.executionData ?? {};
	for (const each of nodeExecutionStack) each.node = node;
	contextData['node:Video'] = { cometApiVideoJobs: entries };
	return { run: { ...run, data } };
}

describe.each([true, false])('A retry, with the original workflow: %s,', (withOriginal) => {
	test.concurrent.each([
		['0.1', entryOf01],
		['0.2', entryOf02],
	])('of a video that %s has submitted names it, and pays nothing', async (_case, entryOf) => {
		await withScene(ENDLESS, async ({ simulator, credential, execute }) => {
			const failed = await execute(createNode({ options: { maxWait: 1 } }));
			const id = String(simulator.jobs[0]?.requestId);
			finishJobs(simulator);
			const left = rewritten(failed, createOf01(), [entryOf(id)]);
			const graph = { video: createOf01() };
			const retried = await startRetry(graph, left, credential, { withOriginal });
			const { error } = await retried.finished;
			expect(error?.message).toBe(
				`Another version of this node submitted this video [request ID ${id}]`,
			);
			expect(error?.description).toContain('Get Status with this ID');
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('of one that 0.1 has not submitted makes it with Grok', async () => {
		await withScene(QUICK, async ({ simulator, credential, execute }) => {
			const failed = await execute(createNode({ duration: 99 }));
			expect(simulator.requests).toEqual([]);
			const left = rewritten(failed, createOf01(), []);
			const graph = { video: createOf01() };
			const retried = await startRetry(graph, left, credential, { withOriginal });
			expect(jsonOf(await retried.finished)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.jobs.map(({ body }) => body.prompt)).toEqual([
				'A candle flickers on a wooden table.',
			]);
		});
	});

	test.concurrent('of a Get Status of 0.1 asks Grok', async () => {
		await withScene(ENDLESS, async ({ simulator, credential, execute }) => {
			const failed = await execute(createNode({ duration: 99 }));
			await execute(createNode({ waitForCompletion: false }));
			finishJobs(simulator);
			const requestId = String(simulator.jobs[0]?.requestId);
			const node = () => nodeOf01({ operation: 'getStatus', requestId, waitForCompletion: false });
			const left = rewritten(failed, node(), []);
			const retried = await startRetry({ video: node() }, left, credential, { withOriginal });
			expect(jsonOf(await retried.finished)).toEqual([
				expect.objectContaining({ request_id: requestId, status: 'done' }),
			]);
		});
	});
});
