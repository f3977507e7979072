/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import type { Submission } from '../simulator/simulator.ts';
import { createNode, getStatusNode, itemsOf, jsonOf, withScene } from './scene.ts';

const error = { code: 'invalid_argument', message: 'Too rude' };
const plan = ({ body }: Submission) => ({
	seconds: 0.1,
	shape: 'flat' as const,
	...(body.prompt === 'rude' && { outcome: 'failed' as const, error }),
});

const IDEAS = itemsOf({ idea: 'a' }, { idea: 'rude' }, { idea: 'c' });
const PARAMETERS = { prompt: '={{ $json.idea }}' };

const failed = (requestId: string | undefined) => ({
	message: `The video was refused [request ID ${requestId}]. It may have been charged. Change the prompt, the image or the video and run again, which makes and charges a new video. CometAPI (invalid_argument): Too rude.`,
	request_id: requestId,
	status: 'failed',
	failure: error,
	wait: { seconds: expect.any(Number), polls: 1, timed_out: false },
});

describe('A node that continues on fail', () => {
	test.concurrent('keeps all fields of the failed item beside its error', async () => {
		await withScene({ plan }, async ({ simulator, execute }) => {
			const node = createNode(PARAMETERS, { onError: 'continueRegularOutput' });
			const finished = await execute(node, IDEAS);
			const idOf = (idea: string) =>
				simulator.jobs.find(({ body }) => body.prompt === idea)?.requestId;
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({ request_id: idOf('a'), status: 'done' }),
				expect.objectContaining({
					request_id: idOf('rude'),
					status: 'failed',
					failure: error,
					error: failed(idOf('rude')),
				}),
				expect.objectContaining({ request_id: idOf('c'), status: 'done' }),
			]);
			expect(finished.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
				[0, 1, 2].map((item) => ({ item })),
			);
		});
	});

	test.concurrent('sends the failed item to the error output, with its input', async () => {
		await withScene({ plan }, async ({ simulator, execute }) => {
			const node = createNode(PARAMETERS, { onError: 'continueErrorOutput' });
			const finished = await execute(node, IDEAS);
			const rude = simulator.jobs.find(({ body }) => body.prompt === 'rude');
			expect(jsonOf(finished, 0).map(({ status }) => status)).toEqual(['done', 'done']);
			expect(jsonOf(finished, 1)).toEqual([{ idea: 'rude', error: failed(rude?.requestId) }]);
		});
	});

	test.concurrent.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'makes the other videos when one item cannot be sent: %s',
		async (onError) => {
			await withScene({ plan }, async ({ simulator, execute }) => {
				const node = createNode({ duration: '={{ $json.seconds }}' }, { onError });
				const finished = await execute(node, itemsOf({ seconds: 1 }, { seconds: 99 }));
				const items = [...jsonOf(finished, 0), ...jsonOf(finished, 1)];
				expect(items).toEqual([
					expect.objectContaining({ status: 'done' }),
					expect.objectContaining({
						error: { message: expect.stringContaining("'Duration' must be a whole number") },
					}),
				]);
				expect(simulator.jobs).toHaveLength(1);
			});
		},
	);

	test.concurrent('makes the other videos when the expression of one is wrong', async () => {
		await withScene({ plan }, async ({ simulator, execute }) => {
			const node = createNode(
				{ prompt: '={{ $json.idea.toUpperCase() }}' },
				{ onError: 'continueRegularOutput' },
			);
			const finished = await execute(node, itemsOf({ idea: 'a' }, { idea: 3 }, { idea: 'c' }));
			expect(jsonOf(finished).map(({ status }) => status)).toEqual(['done', undefined, 'done']);
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent("gives n8n's own error to an item whose expression n8n refuses", async () => {
		await withScene({ plan }, async ({ simulator, execute }) => {
			const prompt = '={{ $json.from ? $($json.from).first().json.idea : "a" }}';
			const node = createNode({ prompt }, { onError: 'continueRegularOutput' });
			const finished = await execute(node, itemsOf({}, { from: 'Nowhere' }));
			// A text, and no request ID.
			expect(jsonOf(finished)[1]).toEqual({ error: expect.any(String) });
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('keeps the id of a video that is not finished in time', async () => {
		await withScene({ plan: () => ({ seconds: 60 }) }, async ({ simulator, execute }) => {
			const node = createNode({ options: { maxWait: 1 } }, { onError: 'continueRegularOutput' });
			const requestId = () => simulator.jobs[0]?.requestId;
			expect(jsonOf(await execute(node))).toEqual([
				expect.objectContaining({
					request_id: requestId(),
					status: 'pending',
					wait: expect.objectContaining({ timed_out: true }),
					error: expect.objectContaining({ request_id: requestId(), status: 'pending' }),
				}),
			]);
		});
	});

	test.concurrent(
		'tells of an unknown id with Get Status',
		async () => {
			await withScene({}, async ({ execute }) => {
				const node = getStatusNode({}, { onError: 'continueErrorOutput' });
				const finished = await execute(node, itemsOf({ request_id: 'nobody' }));
				expect(jsonOf(finished, 1)).toEqual([
					expect.objectContaining({
						error: expect.objectContaining({ request_id: 'nobody' }),
					}),
				]);
			});
			// CometAPI has half a minute to know an ID.
		},
		90_000,
	);
});
