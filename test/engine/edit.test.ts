/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { editNode, itemsOf, jsonOf, until, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 200 };

describe('Edit', () => {
	test.concurrent('sends prompt, video and model, and waits for the new video', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = editNode({ videoUrl: '={{ $json.video.url }}', prompt: '={{ $json.wish }}' });
			const items = itemsOf({ video: { url: 'https://example.com/a.mp4?b=1' }, wish: 'Blue' });
			const finished = await execute(node, items);
			const [request] = simulator.requests;
			expect([request?.method, request?.path]).toEqual(['POST', '/grok/v1/videos/edits']);
			expect(request?.body).toEqual({
				model: 'grok-imagine-video',
				prompt: 'Blue',
				video: { url: 'https://example.com/a.mp4?b=1' },
			});
			const requestId = simulator.jobs[0]?.requestId;
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({
					request_id: requestId,
					status: 'done',
					video: expect.objectContaining({ url: expect.stringContaining(String(requestId)) }),
					wait: { seconds: expect.any(Number), polls: 1, timed_out: false },
				}),
			]);
			expect(finished.outputs[0]?.[0]?.pairedItem).toEqual({ item: 0 });
		});
	});

	test.concurrent('sends the user and further fields, and an address without blanks', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = editNode({
				videoUrl: ' https://example.com/a.mp4 ',
				model: { __rl: true, mode: 'id', value: 'grok-imagine-video-1.5' },
				waitForCompletion: false,
				options: { user: 'customer-42', customBodyFields: '{"output":{"format":"mp4"}}' },
			});
			const finished = await execute(node);
			expect(simulator.requests.map(({ body }) => body)).toEqual([
				{
					model: 'grok-imagine-video-1.5',
					prompt: 'Make the candle blue.',
					video: { url: 'https://example.com/a.mp4' },
					user: 'customer-42',
					output: { format: 'mp4' },
				},
			]);
			expect(jsonOf(finished)).toEqual([
				{
					request_id: simulator.jobs[0]?.requestId,
					status: 'pending',
					model: 'grok-imagine-video-1.5',
				},
			]);
		});
	});

	test.concurrent('pays once when the node is retried, and once for each item', async () => {
		await withScene({ plan: () => ({ seconds: 600 }) }, async ({ simulator, execute }) => {
			void until(() => simulator.requestsTo('status').length > 0).then(() =>
				simulator.jobs.forEach(({ requestId }) => simulator.finishJob(requestId)),
			);
			const node = editNode({ options: { maxWait: 1 } }, RETRY);
			const finished = await execute(node, itemsOf({}, {}));
			expect(jsonOf(finished).map(({ status }) => status)).toEqual(['done', 'done']);
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('does not repeat a submit that nobody knows the fate of', async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			simulator.inject({ route: 'edit', fault: { kind: 'reset', afterHandler: true } });
			const node = editNode({}, RETRY);
			const failed = await execute(node);
			const again = await retry(node, failed);
			for (const { error } of [failed, again]) {
				expect(error?.message).toBe("It's unclear whether CometAPI accepted this video");
			}
			expect(simulator.requests).toHaveLength(1);
		});
	});

	test.concurrent.each([
		['no address', '', "'Video URL' is empty"],
		['a file name', 'candle.mp4', "'Video URL' must be a URL"],
		['a data URL', 'data:video/mp4;base64,AAAA', "'Video URL' must be a URL"],
		['another protocol', 'file:///etc/passwd', "'Video URL' must be a URL"],
	])('refuses %s before anything is sent', async (_case, url, message) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = editNode({ videoUrl: '={{ $json.url }}' });
			const good = 'https://example.com/a.mp4';
			const finished = await execute(node, itemsOf({ url: good }, { url }, { url: good }));
			expect(finished.error?.message).toContain(message);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('refuses an empty prompt before anything is sent', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const { error } = await execute(editNode({ prompt: ' ' }));
			expect(error?.message).toBe("'Prompt' is empty");
			expect(simulator.requests).toEqual([]);
		});
	});
});
