/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import type { INodeExecutionData } from 'n8n-workflow';

import { createNode, itemsOf, jsonOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const limited = (maxVideos: number | string, more = {}) =>
	createNode({ options: { maxVideos }, ...more });

describe('Max Videos', () => {
	test.concurrent('a run of 100 items that would go beyond pays for nothing', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const items = itemsOf(...Array.from({ length: 100 }, () => ({})));
			const finished = await execute(limited(99), items);
			expect(finished.error?.message).toContain(
				"This execution would make 100 videos, and 'Max Videos' allows 99",
			);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent.each([0, '', 3, '3'])('%j allows three', async (maxVideos) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const finished = await execute(limited(maxVideos), itemsOf({}, {}, {}));
			expect(jsonOf(finished)).toHaveLength(3);
			expect(simulator.jobs).toHaveLength(3);
		});
	});

	test.concurrent('counts over the rounds of a loop, failed videos too', async () => {
		const plan = ({ index }: { index: number }) => ({
			seconds: 0.1,
			...(index === 0 && { outcome: 'failed' as const, error: 'Refused' }),
		});
		await withScene({ plan }, async ({ simulator, execute }) => {
			const again = (items: INodeExecutionData[], round: number) => (round < 9 ? [items] : [[]]);
			const video = createNode(
				{ prompt: '={{ $runIndex }}', options: { maxVideos: 2 } },
				{ onError: 'continueRegularOutput' },
			);
			const finished = await execute({
				video,
				standIns: { Again: { run: again } },
				connections: [
					['Start', 0, 'Video'],
					['Video', 0, 'Again'],
					['Again', 0, 'Video'],
				],
			});
			expect(simulator.jobs).toHaveLength(2);
			const [last] = jsonOf(finished);
			expect(JSON.stringify(last)).toContain("'Max Videos' allows 2");
		});
	});

	test.concurrent('with continue on fail makes as many as it allows', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const video = createNode({ options: { maxVideos: 2 } }, { onError: 'continueRegularOutput' });
			const finished = await execute(video, itemsOf({}, {}, {}, {}));
			expect(simulator.jobs).toHaveLength(2);
			expect(jsonOf(finished).filter(({ error }) => error)).toHaveLength(2);
		});
	});

	test.concurrent("counts what n8n's Batching starts one by one", async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const batching = { batch: { batchSize: 1, batchInterval: 50 } };
			const node = limited(2, { requestOptions: { batching } });
			const finished = await execute(node, itemsOf({}, {}, {}));
			expect(finished.error?.message).toContain("'Max Videos' allows 2");
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('a retry that finds its video is free', async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			simulator.inject({ route: 'video', times: Infinity, fault: { kind: 'html', status: 410 } });
			const node = limited(1, { downloadVideo: true });
			const failed = await execute(node);
			expect(failed.status).toBe('error');
			expect((await retry(node, failed)).error?.message).not.toContain("'Max Videos'");
			expect(simulator.jobs).toHaveLength(1);
		});
	});
});
