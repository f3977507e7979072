/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { SHAPE_NAMES, type Submission } from '../simulator/simulator.ts';
import { createNode, itemsOf, jsonOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };

describe('Create sends', () => {
	test.concurrent('what the parameters say, and never a size', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createNode({
				prompt: '={{ $json.idea }}',
				duration: 3,
				resolution: '720p',
				aspectRatio: '9:16',
				waitForCompletion: false,
				options: { user: 'customer-42', customBodyFields: '{"seed": 7}' },
			});
			await execute(node, itemsOf({ idea: 'A comet' }));
			expect(simulator.requestsTo('submit').map(({ body }) => body)).toEqual([
				{
					model: 'grok-imagine-video',
					prompt: 'A comet',
					duration: 3,
					resolution: '720p',
					aspect_ratio: '9:16',
					user: 'customer-42',
					seed: 7,
				},
			]);
		});
	});

	test.concurrent('model, duration, resolution and 1:1 when nothing is chosen', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(createNode({ waitForCompletion: false }));
			expect(simulator.requests[0]?.body).toEqual({
				model: 'grok-imagine-video',
				prompt: 'A candle flickers on a wooden table.',
				duration: 1,
				resolution: '480p',
				aspect_ratio: '1:1',
			});
		});
	});

	test.concurrent('a duration that an expression gives as text, as the number it is', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createNode({ duration: '={{ $json.seconds }}', waitForCompletion: false });
			await execute(node, itemsOf({ seconds: '8' }));
			expect(simulator.jobs[0]?.body).toMatchObject({ duration: 8 });
		});
	});

	test.concurrent('a model typed as an ID', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const model = { __rl: true, mode: 'id', value: 'grok-imagine-video-1.5' };
			await execute(createNode({ model, resolution: '1080p', waitForCompletion: false }));
			expect(simulator.jobs[0]?.body).toMatchObject({
				model: 'grok-imagine-video-1.5',
				resolution: '1080p',
			});
		});
	});
});

describe('Create waits', () => {
	test.concurrent.each(SHAPE_NAMES)('for a job answered in the shape %s', async (shape) => {
		await withScene({ plan: () => ({ seconds: 0.1, shape }) }, async ({ simulator, execute }) => {
			const finished = await execute(createNode());
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

	test.concurrent('with every field that the answer tells', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const [json] = jsonOf(await execute(createNode({ options: { includeRawResponse: true } })));
			expect(json).toEqual({
				request_id: simulator.jobs[0]?.requestId,
				status: 'done',
				video: {
					url: expect.stringMatching(/^http.*\.mp4$/),
					duration: 1,
					respect_moderation: true,
				},
				model: 'grok-imagine-video',
				progress: 100,
				provider_cost_usd: 0.05,
				wait: { seconds: expect.any(Number), polls: 1, timed_out: false },
				raw: expect.objectContaining({ code: 'success' }),
			});
			expect(Object.keys(json ?? {})).toEqual([
				'request_id',
				'status',
				'video',
				'model',
				'progress',
				'provider_cost_usd',
				'wait',
				'raw',
			]);
		});
	});

	test.concurrent('for three items at once, and puts them out in order', async () => {
		const plan = ({ body }: Submission) => ({ seconds: Number(body.prompt) });
		await withScene({ plan }, async ({ simulator, execute }) => {
			const startedAt = Date.now();
			const node = createNode({ prompt: '={{ $json.idea }}' });
			const finished = await execute(node, itemsOf({ idea: '2' }, { idea: '4' }, { idea: '6' }));
			const seconds = (Date.now() - startedAt) / 1000;
			const idOf = (idea: string) =>
				simulator.jobs.find(({ body }) => body.prompt === idea)?.requestId;
			expect(jsonOf(finished).map((json) => json.request_id)).toEqual(['2', '4', '6'].map(idOf));
			expect(finished.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
				{ item: 0 },
				{ item: 1 },
				{ item: 2 },
			]);
			// One after another would be 12 s.
			expect(seconds).toBeGreaterThan(6);
			expect(seconds).toBeLessThan(9);
		});
	});

	test.concurrent('not at all when told so', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const finished = await execute(createNode({ waitForCompletion: false }));
			expect(jsonOf(finished)).toEqual([
				{
					request_id: simulator.jobs[0]?.requestId,
					status: 'pending',
					model: 'grok-imagine-video',
				},
			]);
			expect(simulator.requestsTo('status')).toEqual([]);
		});
	});
});

describe('Create refuses before anything is sent', () => {
	const bad = [
		['an empty prompt', { prompt: '={{ $json.nothing }}' }, "'Prompt'"],
		['a prompt of blanks', { prompt: '={{ "  " }}' }, "'Prompt'"],
		['a prompt that is an object', { prompt: '={{ ({ a: 1 }) }}' }, "'Prompt'"],
		['a duration of 2.5', { duration: '={{ 2.5 }}' }, "'Duration'"],
		['a duration of 40', { duration: 40 }, "'Duration'"],
		['a duration of 0', { duration: 0 }, "'Duration'"],
		['a duration of "8s"', { duration: '={{ "8s" }}' }, "'Duration'"],
		['an empty model', { model: { __rl: true, mode: 'id', value: '={{ "" }}' } }, "'Model'"],
		[
			'body fields that are a list',
			{ options: { customBodyFields: '[1]' } },
			"'Custom Body Fields'",
		],
		[
			'body fields that are no JSON',
			{ options: { customBodyFields: '{"a":' } },
			"'Custom Body Fields'",
		],
		['a size', { options: { customBodyFields: '{"size":"1x1"}' } }, 'size'],
		['a wait of 0', { options: { maxWait: 0 } }, "'Max Wait'"],
		['a wait of "soon"', { options: { maxWait: '={{ "soon" }}' } }, "'Max Wait'"],
		['an interval of -1', { options: { pollInterval: -1 } }, "'Poll Interval'"],
		['an interval of half a second', { options: { pollInterval: 0.5 } }, "'Poll Interval'"],
	] as const;

	test.concurrent.each(bad)('%s', async (_case, parameters, named) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const finished = await execute(createNode({ ...parameters }));
			expect(finished.status).toBe('error');
			expect(finished.error?.message).toContain(named);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('and pays for no other item of the run either', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createNode({ duration: '={{ $json.seconds }}' });
			const finished = await execute(
				node,
				itemsOf({ seconds: 1 }, { seconds: 99 }, { seconds: 1 }),
			);
			expect(finished.error?.message).toContain("'Duration'");
			expect(simulator.requests).toEqual([]);
		});
	});
});
