/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import type { Fault, JobPlan } from '../simulator/simulator.ts';
import { logLines } from './engine.ts';
import { createKlingNode, createVideoNode, FAMILIES } from './families.ts';
import { createNode, finishJobs, getStatusNode, itemsOf, jsonOf, withScene } from './scene.ts';

const API_KEY = 'key-that-nobody-may-see';
const quick = (plan: JobPlan = {}) => ({
	apiKey: API_KEY,
	plan: () => ({ seconds: 0.1, ...plan }),
});
const OWN = { code: 'internal_error', message: 'Oh dear' };
const IMAGE = { imageSource: 'url', imageUrl: 'https://example.com/a.png' };

describe.each(FAMILIES)('$family: the advice', ({ family, resource, create, ofJob }) => {
	const getStatus = (parameters = {}) =>
		getStatusNode({ resource, ...ofJob, waitForCompletion: true, ...parameters });

	test.concurrent('of Get Status promises no new video by a retry, and makes none', async () => {
		const plan = quick({ outcome: 'failed', error: OWN });
		await withScene(plan, async ({ simulator, execute, retry }) => {
			const [item] = jsonOf(await execute(create({ waitForCompletion: false })));
			const items = itemsOf({ ...item }, { ...item });
			const failed = await execute(getStatus(), items);
			expect(failed.error?.description).not.toMatch(/Retry makes a new|Execute step/i);
			expect(failed.error?.description).toContain(
				'run the node that submitted it, which pays again',
			);
			expect((await retry(getStatus(), failed)).error?.message).toBe(failed.error?.message);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('of Get Status says nothing of a video that no answer has told', async () => {
		await withScene(quick(), async ({ simulator, execute }) => {
			simulator.inject({ family, fault: { kind: 'status', status: 413 }, times: Infinity });
			const node = getStatus({ requestId: 'abc', options: { maxWait: 1 } });
			const { error } = await execute(node);
			expect(error?.message).toContain('Not finished after 1 seconds');
			expect(error?.description).not.toMatch(/is paid for|too large|Execute step/);
		});
	});

	test.concurrent('after Max Wait is true: Execute step pays again, a retry does not', async () => {
		await withScene(quick({ seconds: 600 }), async ({ simulator, execute, retry }) => {
			const node = create({ options: { maxWait: 1 } });
			const failed = await execute(node);
			expect(failed.error?.description).toContain('Execute step pays again.');
			finishJobs(simulator);
			expect((await retry(node, failed)).status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
			expect((await execute(node)).status).toBe('error');
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent("quotes a server's words in part, whatever it sends", async () => {
		await withScene(quick(), async ({ simulator, execute }) => {
			const word = 'w'.repeat(50_000);
			const body = { id: 'a', task_id: 'a', status: word, task_status: word };
			const fault: Fault = { kind: 'status', status: 200, body };
			const injected = simulator.inject({ route: 'status', fault, times: Infinity });
			const waited = await execute(create({ options: { maxWait: 1 } }));
			injected.remove();
			const words: Fault = { kind: 'status', status: 200, body: `${word} and no video` };
			simulator.inject({ route: 'video', fault: words, times: Infinity });
			const downloaded = await execute(create({ downloadVideo: true }));
			for (const { error } of [waited, downloaded]) {
				expect(error?.description?.length).toBeLessThan(1_000);
			}
			expect(logLines.filter((line) => line.includes(word))).toEqual([]);
		});
	});
});

describe('What Get Status needs to find a video of Kling', () => {
	const ENDLESS = quick({ seconds: 600 });

	test.concurrent('made from an image is told, and finds it', async () => {
		await withScene(ENDLESS, async ({ simulator, execute }) => {
			const { error } = await execute(createKlingNode({ ...IMAGE, options: { maxWait: 1 } }));
			expect(error?.description).toContain("set 'Kind of Video' to From an Image");
			finishJobs(simulator);
			const requestId = simulator.jobs[0]?.requestId ?? '';
			const node = getStatusNode({ resource: 'kling', videoKind: 'image', requestId });
			expect(jsonOf(await execute(node))).toEqual([expect.objectContaining({ status: 'done' })]);
		});
	});

	test.concurrent('made from text is said', async () => {
		await withScene(ENDLESS, async ({ execute }) => {
			const { error } = await execute(createKlingNode({ options: { maxWait: 1 } }));
			expect(error?.description).toContain("set 'Kind of Video' to From Text");
		});
	});
});

describe('A finished video at the API itself', () => {
	test.concurrent('is fetched with the key, also when video_url names it', async () => {
		await withScene(quick(), async ({ simulator, execute }) => {
			const address = (id: unknown) => `${simulator.url}/v1/videos/${String(id)}/content`;
			const body = (normal: unknown) => {
				const { id, status } = Object(normal) as Record<string, unknown>;
				return { id, status, ...(status === 'completed' && { video_url: address(id) }) };
			};
			simulator.inject({ route: 'status', fault: { kind: 'rewrite', body }, times: Infinity });
			const finished = await execute(createVideoNode({ downloadVideo: true }));
			const id = simulator.jobs[0]?.requestId;
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({ video: { content_url: address(id) } }),
			]);
			expect(finished.outputs[0]?.[0]?.binary?.data).toMatchObject({ mimeType: 'video/mp4' });
		});
	});

	const notYet: Array<[string, Fault]> = [
		['an error as HTTP 200', { kind: 'status', status: 200, body: { error: { message: 'wait' } } }],
		['403', { kind: 'status', status: 403 }],
		['404', { kind: 'status', status: 404 }],
	];

	test.concurrent.each(notYet)(
		'is asked for again after %s, and never said to have expired',
		async (_case, fault) => {
			await withScene(quick({ shape: 'contentOnly' }), async ({ simulator, execute }) => {
				simulator.inject({ route: 'content', fault });
				expect((await execute(createVideoNode({ downloadVideo: true }))).status).toBe('success');
				simulator.inject({ route: 'content', fault, times: Infinity });
				const node = createVideoNode({ downloadVideo: true, options: { maxWait: 3 } });
				const { error } = await execute(node);
				expect(error?.description).not.toMatch(/expired|in a browser|about a day/);
			});
		},
	);

	test.concurrent('tells the reason of its failure in part', async () => {
		const plan = quick({ shape: 'bareFailure', outcome: 'failed' });
		await withScene(plan, async ({ simulator, execute }) => {
			const message = `current status: FAILURE ${'x'.repeat(9_000)}`;
			const fault: Fault = { kind: 'status', status: 400, body: { error: { message, type: 'x' } } };
			simulator.inject({ route: 'content', fault });
			const { error } = await execute(createVideoNode());
			expect(error?.description).toContain('current status: FAILURE');
			expect(error?.description?.length).toBeLessThan(1_000);
		});
	});
});

test.concurrent("a verdict has the number that CometAPI's support asks for", async () => {
	await withScene(quick(), async ({ simulator, execute }) => {
		const body = { code: 'imagine:content-moderated', error: 'Moderated' };
		simulator.inject({ route: 'status', fault: { kind: 'status', status: 400, body } });
		const { error, run } = await execute(createNode());
		expect(error?.message).toContain('Moderation refused this video');
		expect(JSON.stringify(run.data)).toMatch(/"support_id":"[\w-]+"/);
	});
});

test.concurrent.each([
	['a\nb\u0000.mp4', 'ab.mp4'],
	['a\ud800b.mp4', 'ab.mp4'],
	['../', undefined],
	['\n', undefined],
])('File Name %j becomes one that every system takes', async (fileName, stored) => {
	await withScene(quick({ requestId: 'a/b' }), async ({ execute }) => {
		const finished = await execute(createNode({ downloadVideo: true, options: { fileName } }));
		const file = finished.outputs[0]?.[0]?.binary?.data;
		expect(file?.fileName).toBe(stored ?? 'a_b.mp4');
		expect(file?.directory).toBeUndefined();
	});
});
