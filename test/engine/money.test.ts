/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import { sleep, type INodeExecutionData } from 'n8n-workflow';

import type { Simulator, Submission } from '../simulator/simulator.ts';
import type { Finished } from './engine.ts';
import { createNode, finishAfter, finishJobs, itemsOf, jsonOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 200 };

const ENDLESS = { plan: () => ({ seconds: 600 }) };
const GIVE_UP_EARLY = { options: { maxWait: 1 } };

const idsOf = ({ jobs }: Simulator) => jobs.map(({ requestId }) => requestId);

describe('One job for one wanted video', () => {
	test.concurrent('when the node is retried by "Retry On Fail"', async () => {
		await withScene(ENDLESS, async ({ simulator, execute }) => {
			finishAfter(1, simulator);
			const finished = await execute(createNode(GIVE_UP_EARLY, RETRY));
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({ request_id: idsOf(simulator)[0], status: 'done' }),
			]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('when "Retry On Fail" runs a node that continues on fail', async () => {
		await withScene(ENDLESS, async ({ simulator, execute }) => {
			finishAfter(2, simulator);
			const settings = { ...RETRY, onError: 'continueRegularOutput' } as const;
			const finished = await execute(createNode(GIVE_UP_EARLY, settings), itemsOf({}, {}));
			expect(jsonOf(finished).map(({ status }) => status)).toEqual(['done', 'done']);
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('when the editor retries the failed execution', async () => {
		await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
			const node = createNode(GIVE_UP_EARLY);
			const failed = await execute(node);
			expect(failed.status).toBe('error');
			expect(failed.error?.message).toContain(idsOf(simulator)[0]);
			finishJobs(simulator);
			const finished = await retry(node, failed);
			expect(jsonOf(finished).map((json) => json.request_id)).toEqual(idsOf(simulator));
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('when the prompt is another one at every try', async () => {
		await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
			const node = createNode({
				...GIVE_UP_EARLY,
				prompt: '={{ $now.toMillis() }} {{ $execution.id }}',
			});
			const failed = await execute(node);
			finishJobs(simulator);
			expect((await retry(node, failed)).status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('when an option was changed before the retry', async () => {
		await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
			const failed = await execute(createNode(GIVE_UP_EARLY));
			finishJobs(simulator);
			const finished = await retry(createNode({ options: { maxWait: 60 } }), failed);
			expect(finished.status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent(
		'when an option was changed and the prompt is another one at every try',
		async () => {
			await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
				const prompt = '={{ $now.toMillis() }} {{ $execution.id }}';
				const failed = await execute(createNode({ prompt, options: { maxWait: 1 } }));
				finishJobs(simulator);
				const node = createNode({ prompt, options: { maxWait: 60 }, waitForCompletion: true });
				expect((await retry(node, failed)).status).toBe('success');
				expect(simulator.jobs).toHaveLength(1);
			});
		},
	);

	test.concurrent(
		"when n8n's Batching starts an item after which an expression is wrong",
		async () => {
			await withScene(ENDLESS, async ({ simulator, execute }) => {
				const prompt = '={{ $json.from ? $($json.from).first().json.idea : "a" }}';
				const requestOptions = { batching: { batch: { batchSize: 1, batchInterval: 300 } } };
				const node = createNode({ prompt, requestOptions }, RETRY);
				const { status } = await execute(node, itemsOf({}, { from: 'Nowhere' }));
				expect(status).toBe('error');
				expect(simulator.jobs).toHaveLength(1);
				const requests = simulator.requests.length;
				await sleep(1_500);
				expect(simulator.requests).toHaveLength(requests);
			});
		},
	);

	test.concurrent('for each item of a run of which one failed', async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			simulator.inject({
				route: 'submit',
				when: ({ body }) => JSON.stringify(body).includes('b'.repeat(20)),
				fault: { kind: 'status', status: 400 },
			});
			const node = createNode({ prompt: '={{ $json.idea }}' });
			const items = itemsOf({ idea: 'a' }, { idea: 'b'.repeat(20) }, { idea: 'c' });
			const failed = await execute(node, items);
			expect(failed.error?.description).toMatch(/videos: item 1: [^ ]+, item 3: [^ ]+\.$/);
			for (const id of idsOf(simulator)) expect(failed.error?.description).toContain(id);
			const finished = await retry(node, failed);
			expect(jsonOf(finished).map(({ status }) => status)).toEqual(['done', 'done', 'done']);
			expect(simulator.jobs.map(({ body }) => body.prompt).sort()).toEqual([
				'a',
				'b'.repeat(20),
				'c',
			]);
		});
	});

	test.concurrent(
		'when one was refused, and On Error is set to Continue for the retry',
		async () => {
			const error = { code: 'invalid_argument', message: 'Too rude' };
			const plan = ({ body }: Submission) => ({
				seconds: 0.1,
				...(body.prompt === 'rude' && { outcome: 'failed' as const, error }),
			});
			await withScene({ plan }, async ({ simulator, execute, retry }) => {
				const node = createNode({ prompt: '={{ $json.idea }}' });
				const failed = await execute(node, itemsOf({ idea: 'a' }, { idea: 'rude' }, { idea: 'c' }));
				expect(failed.error?.message).toMatch(/^The video was refused .*\[item 2 of 3\]$/);
				expect((await retry(node, failed)).status).toBe('error');
				const continuing = { ...node, onError: 'continueRegularOutput' as const };
				const finished = await retry(continuing, failed);
				expect(jsonOf(finished).map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
				expect(simulator.requestsTo('submit')).toHaveLength(3);
			});
		},
	);

	test.concurrent('when the error output is wired back to the node', async () => {
		await withScene(ENDLESS, async ({ simulator, execute }) => {
			finishAfter(1, simulator);
			const finished = await execute({
				video: createNode(GIVE_UP_EARLY, { onError: 'continueErrorOutput' }),
				connections: [
					['Start', 0, 'Video'],
					['Video', 1, 'Video'],
				],
			});
			expect(finished.runs).toBeGreaterThan(1);
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({ request_id: idsOf(simulator)[0], status: 'done' }),
			]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('and none for a run in which an expression is wrong', async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			const prompt = '={{ $json.from ? $($json.from).first().json.idea : $json.idea }}';
			const node = createNode({ prompt });
			const items = itemsOf({ idea: 'a' }, { idea: 'b' }, { idea: 'c', from: 'Nowhere' });
			const failed = await execute(node, items);
			expect(failed.status).toBe('error');
			expect(simulator.requests).toEqual([]);
			await retry(createNode({ prompt: '={{ $json.idea }}' }), failed);
			expect(simulator.jobs).toHaveLength(3);
		});
	});

	test.concurrent('and its failure again, for free, when the provider refused it', async () => {
		const error = { code: 'invalid_argument', message: 'Refused by moderation' };
		const plan = () => ({ seconds: 0.1, outcome: 'failed' as const, error });
		await withScene({ plan }, async ({ simulator, execute }) => {
			const finished = await execute(createNode({}, RETRY));
			expect(finished.error?.description).toContain('Refused by moderation');
			expect(simulator.jobs).toHaveLength(1);
		});
	});
});

describe('A video that is paid for', () => {
	const PNG = {
		data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
		mimeType: 'image/png',
	};
	const withImage = (json = {}) => ({ json, binary: { data: PNG } });
	const FROM_IMAGE = { ...GIVE_UP_EARLY, imageSource: 'binary', prompt: '={{ $now.toMillis() }}' };

	/** Another process, which has not the files that the first one stored. */
	function loseFiles({ run }: Finished, ...indexes: number[]): void {
		const [input] = run.data.executionData?.nodeExecutionStack[0]?.data.main ?? [];
		for (const index of indexes) {
			const item = input?.[index];
			const lost = { id: 'filesystem-v2:lost', data: 'filesystem-v2', mimeType: 'image/png' };
			if (item) item.binary = { data: lost };
		}
	}

	test.concurrent('comes out of a retry that cannot read its image any more', async () => {
		await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
			const node = createNode(FROM_IMAGE);
			const failed = await execute(node, [withImage()]);
			loseFiles(failed, 0);
			finishJobs(simulator);
			expect(jsonOf(await retry(node, failed))).toEqual([
				expect.objectContaining({ request_id: idsOf(simulator)[0], status: 'done' }),
			]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('is named when another item of the retry cannot be sent', async () => {
		await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
			simulator.inject({
				route: 'submit',
				when: ({ body }) => JSON.stringify(body).includes('refused'),
				fault: { kind: 'status', status: 400 },
			});
			const node = createNode({ ...FROM_IMAGE, prompt: '={{ $json.idea }} {{ $now }}' });
			const items = [withImage({ idea: 'a' }), withImage({ idea: 'refused' })];
			const failed = await execute(node, items);
			loseFiles(failed, 0, 1);
			const { error } = await retry(node, failed);
			expect(error?.message).toContain('cannot be read [item 2 of 2]');
			expect(error?.description).toContain('all processes must share the storage');
			expect(error?.description).toContain(`item 1: ${idsOf(simulator)[0]}`);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent.each([
		['Max Wait', { options: { maxWait: 'soon' } }],
		['Wait for Completion', { waitForCompletion: 'perhaps' }],
		['Max Videos', { options: { maxVideos: -1 } }],
	])('is named when %s of the retry is wrong', async (name, parameters) => {
		await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
			const failed = await execute(createNode(GIVE_UP_EARLY));
			const { error } = await retry(createNode(parameters), failed);
			expect(error?.message).toContain(`'${name}'`);
			expect(error?.message).toContain(`[request ID ${idsOf(simulator)[0]}]`);
			expect(error?.description).toContain('paid for already');
			expect(simulator.jobs).toHaveLength(1);
		});
	});
});

describe('A new job', () => {
	test.concurrent('for each of several equal items', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const finished = await execute(createNode(), itemsOf({}, {}, {}));
			expect(new Set(jsonOf(finished).map((json) => json.request_id)).size).toBe(3);
			expect(simulator.jobs).toHaveLength(3);
		});
	});

	test.concurrent.each([true, false])('for every round of a loop, waiting %s', async (waits) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const again = (items: INodeExecutionData[], round: number) => (round < 2 ? [items] : [[]]);
			const finished = await execute({
				video: createNode({ waitForCompletion: waits }),
				standIns: { Again: { run: again } },
				connections: [
					['Start', 0, 'Video'],
					['Video', 0, 'Again'],
					['Again', 0, 'Video'],
				],
			});
			expect(finished.runs).toBe(3);
			expect(simulator.jobs).toHaveLength(3);
		});
	});

	test.concurrent('for the rest of an original execution that is retried twice', async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			simulator.inject({
				route: 'submit',
				when: ({ body }) => Object(body).prompt === 'b',
				fault: { kind: 'status', status: 400 },
			});
			const node = createNode({ prompt: '={{ $json.idea }}' });
			const original = await execute(node, itemsOf({ idea: 'a' }, { idea: 'b' }));
			await retry(node, original);
			await retry(node, original);
			const ideas = simulator.jobs.map(({ body }) => body.prompt);
			expect(ideas.filter((idea) => idea === 'a')).toHaveLength(1);
			expect(ideas.filter((idea) => idea === 'b')).toHaveLength(2);
		});
	});

	test.concurrent('for a fresh execution', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(createNode());
			await execute(createNode());
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('when the provider failed for reasons of its own and n8n retries', async () => {
		const error = { code: 'service_unavailable', message: 'Overloaded' };
		const plan = ({ index }: { index: number }) => ({
			seconds: 0.1,
			...(index === 0 && { outcome: 'failed' as const, error }),
		});
		await withScene({ plan }, async ({ simulator, execute }) => {
			const finished = await execute(createNode({}, RETRY));
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({ request_id: idsOf(simulator)[1], status: 'done' }),
			]);
			expect(simulator.jobs).toHaveLength(2);
		});
	});
});

describe('After a round of a loop whose outcome is unknown', () => {
	test.concurrent('equal rounds repeat its answer, and others make their video', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'submit', fault: { kind: 'reset', afterHandler: true } });
			const prompts = ['a', 'a', 'b'];
			const answers: unknown[] = [];
			const collect = (items: INodeExecutionData[], round: number) => {
				answers.push(...items.map(({ json }) => json.error ?? json.status));
				return round < 2 ? [items] : [[]];
			};
			const prompt = `={{ ${JSON.stringify(prompts)}[$runIndex] }}`;
			await execute({
				video: createNode({ prompt }, { onError: 'continueRegularOutput' }),
				standIns: { Again: { run: collect } },
				connections: [
					['Start', 0, 'Video'],
					['Video', 0, 'Again'],
					['Again', 0, 'Video'],
				],
			});
			const unknown = expect.objectContaining({
				message: expect.stringContaining("It's unclear whether CometAPI accepted this video"),
			});
			expect(answers).toEqual([unknown, unknown, 'done']);
			expect(simulator.jobs.map(({ body }) => body.prompt)).toEqual(['a', 'b']);
			expect(simulator.requestsTo('submit')).toHaveLength(2);
		});
	});
});
