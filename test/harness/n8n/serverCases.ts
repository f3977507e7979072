/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';
import { sleep } from 'n8n-workflow';
import { z } from 'zod';

import { type JobPlan, sampleMp4, verdict } from '../../simulator/simulator.ts';
import { until } from '../until.ts';
import { sendForm } from './form.ts';
import { outputItems } from './restClient.ts';
import { FOREVER, type ServerScene } from './serverScene.ts';
import { CREDENTIAL_TYPE, NODE_TYPE } from './stage.ts';
import {
	getStatus,
	imageForm,
	inOrder,
	items,
	loopOverItems,
	PROMPT,
	START,
	start,
	VIDEO,
	video,
	type Wire,
	workflow,
	type WorkflowNode,
} from './workflow.ts';

const schemaShape = z.object({ type: z.literal('object'), properties: z.record(z.unknown()) });
const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const REFUSED: JobPlan = {
	seconds: 0.2,
	outcome: 'failed',
	error: { code: 'invalid_argument', message: 'Refused by moderation' },
};
const OVERLOADED: JobPlan = {
	...REFUSED,
	error: { code: 'service_unavailable', message: 'Overloaded' },
};
const GIVE_UP_EARLY = { options: { maxWait: 1 } };
const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 500 };
/** How many submits of a run are in flight at most. */
const LANE_WIDTH = 16;
const PROMPT_OF_ITEM = { prompt: '={{ $json.prompt }}' };
const DONE = expect.objectContaining({ status: 'done' });

/** An item's json of a finished video. */
const done = (requestId: unknown) =>
	expect.objectContaining({ request_id: requestId, status: 'done' });

/** What holds in every n8n; to be called within the block that describes it. */
export function describeServer(scene: ServerScene): void {
	describe('Credential', () => describeCredential(scene));
	describe('Model list', () => describeModels(scene));
	describe('Videos', () => describeVideos(scene));
	describe('What goes wrong', () => describeFailures(scene));
	describe('Paid once', () => describePaidOnce(scene));
	describe('Paid anew', () => describePaidAnew(scene));
	describe('Ended early', () => describeEndedEarly(scene));
}

function describeCredential(scene: ServerScene): void {
	const tested = async (changes: { apiKey?: string; baseUrl?: string }) => {
		const { apiKey, url: baseUrl } = scene.simulator;
		return await scene.client.testCredential(CREDENTIAL_TYPE, { apiKey, baseUrl, ...changes });
	};

	test('The test of a credential succeeds with the right key', async () => {
		expect(await tested({})).toMatchObject({ status: 'OK' });
	});

	test.each(['/', '/v1', '/v1/'])(
		'The test of a credential succeeds with a base URL that ends in %s',
		async (ending) => {
			const baseUrl = scene.simulator.url + ending;
			expect(await tested({ baseUrl })).toMatchObject({ status: 'OK' });
		},
	);

	test('The test of a credential fails with a wrong key', async () => {
		expect(await tested({ apiKey: 'wrong' })).toMatchObject({ status: 'Error' });
		expect(scene.simulator.requestsTo('models').at(-1)?.status).toBe(401);
	});

	test('The test of a credential fails at an address that answers with a web page', async () => {
		scene.simulator.inject({ route: 'models', fault: { kind: 'html', status: 200 } });
		expect(await tested({})).toEqual({
			status: 'Error',
			message: "This URL doesn't answer like CometAPI. Check 'Base URL'.",
		});
	});

	test('The test of a credential fails where nobody is', async () => {
		const { status } = await tested({ baseUrl: 'http://127.0.0.1:1' });
		expect(status).toBe('Error');
	});

	test('The test of a credential fails without https, and says so', async () => {
		const { status, message } = await tested({ baseUrl: 'http://api.cometapi.example' });
		expect(status).toBe('Error');
		expect(message).toContain('https://');
	});
}

function describeModels(scene: ServerScene): void {
	const searched = async (filter: string) =>
		await scene.client.searchList(NODE_TYPE, 'searchGrokModels', scene.stage.credential, filter);

	test("The list of models has Grok's video models of the account", async () => {
		expect(await searched('')).toEqual(['grok-imagine-video', 'grok-imagine-video-1.5']);
		expect(scene.simulator.requests.at(-1)?.path).toBe('/v1/models');
	});

	test('The list of models can be searched', async () => {
		expect(await searched('1.5')).toEqual(['grok-imagine-video-1.5']);
	});

	test('The list of models has the known ones when it cannot be had', async () => {
		const outage = scene.simulator.inject({
			route: 'models',
			fault: { kind: 'status', status: 503 },
		});
		expect(await searched('')).toEqual(['grok-imagine-video', 'grok-imagine-video-1.5']);
		expect(outage.hits).toBe(1);
	});
}

function describeVideos(scene: ServerScene): void {
	test('Create waits, and hands on the finished video', async () => {
		const execution = await scene.execute(workflow([start(), video()]));
		const [requestId] = scene.paidIds(1);
		expect(execution.status).toBe('success');
		expect(outputItems(execution, VIDEO).map(({ json }) => json)).toEqual([done(requestId)]);
	});

	test('Edit waits, and hands on the finished video', async () => {
		const videoUrl = 'https://example.com/candle.mp4';
		const edit = video({ operation: 'edit', videoUrl, prompt: 'Make the candle blue.' });
		const execution = await scene.execute(workflow([start(), edit]));
		const [requestId] = scene.paidIds(1);
		expect(scene.paidJobs()[0]).toMatchObject({
			route: 'edits',
			body: { video: { url: videoUrl } },
		});
		expect(outputItems(execution, VIDEO).map(({ json }) => json)).toEqual([done(requestId)]);
	});

	test('Get Status waits for the video of a Create that did not', async () => {
		const create = video({ waitForCompletion: false });
		const execution = await scene.execute(workflow([start(), create, getStatus()]));
		const [requestId] = scene.paidIds(1);
		const [created] = outputItems(execution, VIDEO);
		expect(created?.json).toMatchObject({ request_id: requestId, status: 'pending' });
		expect(outputItems(execution, 'Get Status').map(({ json }) => json)).toEqual([done(requestId)]);
	});

	test('The image that a form brought is sent byte for byte', async () => {
		const webhookId = 'make-a-video';
		const create = video({ imageSource: 'binary', inputDataFieldName: 'Image' });
		const workflowId = await scene.save(workflow([imageForm(webhookId), create]));
		await scene.client.activateWorkflow(workflowId);
		const bytes = Buffer.concat([PNG_SIGNATURE, randomBytes(100_000)]);
		const image = { bytes, type: 'image/png', name: 'candle.png' };
		await sendForm(`${scene.stage.server.url}/form/${webhookId}`, [image]);
		const execution = await scene.onlyExecution(workflowId);
		const [requestId] = scene.paidIds(1);
		expect(outputItems(execution, VIDEO).map(({ json }) => json)).toEqual([done(requestId)]);
		const url = `data:image/png;base64,${bytes.toString('base64')}`;
		expect(scene.paidJobs()[0]?.body).toMatchObject({ image: { url } });
	});

	test('The fields of the output are known before the node has run', async () => {
		const execution = await scene.execute(workflow([start(), video()]));
		scene.paidIds(1);
		const address = `schemas/${NODE_TYPE}/1.0.0/grok/create.json`;
		const response = await fetch(`${scene.stage.server.url}/${address}`);
		const { properties } = schemaShape.parse(await response.json());
		const [item] = outputItems(execution, VIDEO);
		expect(Object.keys(properties)).toEqual(
			expect.arrayContaining(Object.keys(Object(item?.json))),
		);
	});

	test('A downloaded video is, byte for byte, what the provider has', async () => {
		const execution = await scene.execute(workflow([start(), video({ downloadVideo: true })]));
		const [requestId] = scene.paidIds(1);
		const file = outputItems(execution, VIDEO)[0]?.binary?.['data'];
		expect(file).toMatchObject({ mimeType: 'video/mp4', fileName: `${requestId}.mp4` });
		expect((await scene.client.downloadFile(file)).equals(sampleMp4)).toBe(true);
	});

	test('Three items come out in their order and paired, whichever video is finished first', async () => {
		const seconds = { slow: 3, medium: 1.5, quick: 0.2 };
		scene.plan = ({ body }) => ({ seconds: seconds[body.prompt as keyof typeof seconds] });
		const prompts = Object.keys(seconds);
		const list = items(...prompts.map((prompt) => ({ prompt })));
		const execution = await scene.execute(workflow([start(), ...list, video(PROMPT_OF_ITEM)]));
		scene.paidIds(3);
		const idOf = (prompt: string) =>
			scene.paidJobs().find(({ body }) => body.prompt === prompt)?.requestId;
		expect(outputItems(execution, VIDEO)).toEqual(
			prompts.map((prompt, item) => ({ json: done(idOf(prompt)), pairedItem: { item } })),
		);
	});
}

function describeFailures(scene: ServerScene): void {
	const threePrompts = items({ prompt: 'a' }, { prompt: 'refused' }, { prompt: 'c' });
	const runWithARefusal = async (onError: string) => {
		scene.plan = ({ body }) => (body.prompt === 'refused' ? REFUSED : { seconds: 0.2 });
		const node = video(PROMPT_OF_ITEM, { onError });
		const execution = await scene.execute(workflow([start(), ...threePrompts, node]));
		expect(execution.status).toBe('success');
		scene.paidIds(3);
		const refused = scene.paidJobs().find(({ body }) => body.prompt === 'refused');
		return { execution, requestId: String(refused?.requestId) };
	};

	test('With On Error > Continue, a failed item keeps its place and its request ID', async () => {
		const { execution, requestId } = await runWithARefusal('continueRegularOutput');
		const error = expect.objectContaining({
			message: expect.stringContaining('Refused by moderation'),
			request_id: requestId,
		});
		expect(outputItems(execution, VIDEO).map(({ json }) => json)).toEqual([
			DONE,
			expect.objectContaining({ request_id: requestId, status: 'failed', error }),
			DONE,
		]);
	});

	test('With an error output, a failed item goes there with its request ID and its fields', async () => {
		const { execution, requestId } = await runWithARefusal('continueErrorOutput');
		expect(outputItems(execution, VIDEO).map(({ json }) => json)).toEqual([DONE, DONE]);
		expect(outputItems(execution, VIDEO, 1).map(({ json }) => json)).toEqual([
			{
				prompt: 'refused',
				error: expect.objectContaining({ request_id: requestId, status: 'failed' }),
			},
		]);
	});

	test('After Max Wait the execution fails, and names the request ID', async () => {
		scene.plan = () => FOREVER;
		const execution = await scene.execute(workflow([start(), video(GIVE_UP_EARLY)]));
		const [requestId] = scene.paidIds(1);
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error?.message).toContain(requestId);
	});

	test('After Max Wait the execution goes on with a pending item, if On Timeout says so', async () => {
		scene.plan = () => FOREVER;
		const options = { maxWait: 1, onTimeout: 'return' };
		const execution = await scene.execute(workflow([start(), video({ options })]));
		const [requestId] = scene.paidIds(1);
		expect(execution.status).toBe('success');
		expect(outputItems(execution, VIDEO).map(({ json }) => json)).toEqual([
			expect.objectContaining({
				request_id: requestId,
				status: 'pending',
				wait: expect.objectContaining({ timed_out: true }),
			}),
		]);
	});

	test('One wrong expression in a batch pays for nothing', async () => {
		const requests = scene.simulator.requests.length;
		const prompt = '={{ $json.from ? $($json.from).first().json.prompt : $json.prompt }}';
		const list = items({ prompt: 'a' }, { prompt: 'b' }, { prompt: 'c', from: 'Nowhere' });
		const execution = await scene.execute(workflow([start(), ...list, video({ prompt })]));
		expect(execution.status).toBe('error');
		scene.paidIds(0);
		expect(scene.simulator.requests).toHaveLength(requests);
	});
}

function describePaidOnce(scene: ServerScene): void {
	/** One look at the video of this prompt is answered so that the node must give up. */
	const failOnce = (prompt: string) =>
		scene.simulator.inject({
			route: 'status',
			when: ({ path }) =>
				scene
					.paidJobs()
					.some(({ body, requestId }) => path.includes(requestId) && body.prompt === prompt),
			// Moderation's words are the one error without the job that ends a wait at once.
			fault: verdict(400, 'imagine:content-moderated', 'No'),
		});
	const runThree = async (settings: Record<string, unknown>) => {
		const list = items({ prompt: 'a' }, { prompt: 'b' }, { prompt: 'c' });
		const node = video(PROMPT_OF_ITEM, { ...RETRY_ON_FAIL, ...settings });
		const execution = await scene.execute(workflow([start(), ...list, node]));
		scene.paidIds(3);
		return outputItems(execution, VIDEO).map(({ json }) => json);
	};

	test('Retry On Fail picks up the video of its first try', async () => {
		const failure = failOnce(PROMPT);
		const execution = await scene.execute(workflow([start(), video({}, RETRY_ON_FAIL)]));
		const [requestId] = scene.paidIds(1);
		expect(failure.hits).toBe(1);
		expect(outputItems(execution, VIDEO).map(({ json }) => json)).toEqual([done(requestId)]);
	});

	test('Retry On Fail picks up all videos of a batch in which one item failed', async () => {
		const failure = failOnce('b');
		expect(await runThree({})).toEqual([DONE, DONE, DONE]);
		expect(failure.hits).toBe(1);
	});

	test('Retry On Fail with On Error > Continue picks up all videos when the first item failed', async () => {
		const failure = failOnce('a');
		expect(await runThree({ onError: 'continueRegularOutput' })).toEqual([DONE, DONE, DONE]);
		expect(failure.hits).toBe(1);
	});

	test('Retry On Fail with On Error > Continue does not try again when another item failed', async () => {
		const failure = failOnce('b');
		const failed = expect.objectContaining({ error: expect.anything(), status: 'failed' });
		expect(await runThree({ onError: 'continueRegularOutput' })).toEqual([DONE, failed, DONE]);
		expect(failure.hits).toBe(1);
	});

	test('"Retry execution" of a failed execution picks up its video', async () => {
		scene.plan = () => FOREVER;
		const failed = await scene.execute(workflow([start(), video(GIVE_UP_EARLY)]));
		expect(failed.status).toBe('error');
		const [requestId = ''] = scene.paidIds(1);
		scene.simulator.finishJob(requestId);
		const retried = await scene.retry(failed);
		expect(retried.status).toBe('success');
		expect(outputItems(retried, VIDEO).map(({ json }) => json)).toEqual([done(requestId)]);
		scene.paidIds(1);
	});

	test('"Retry execution" of the same failed execution once more brings the same video', async () => {
		scene.plan = () => FOREVER;
		const failed = await scene.execute(workflow([start(), video(GIVE_UP_EARLY)]));
		const [requestId = ''] = scene.paidIds(1);
		scene.simulator.finishJob(requestId);
		for (const retried of [await scene.retry(failed), await scene.retry(failed)]) {
			expect(outputItems(retried, VIDEO).map(({ json }) => json)).toEqual([done(requestId)]);
		}
		scene.paidIds(1);
	});

	test('"Retry execution" with the changed workflow picks up its video', async () => {
		scene.plan = () => FOREVER;
		const workflowId = await scene.save(workflow([start(), video(GIVE_UP_EARLY)]));
		const id = await scene.client.runWorkflow(workflowId, START);
		const failed = await scene.client.waitForExecution(id);
		expect(failed.status).toBe('error');
		const [requestId = ''] = scene.paidIds(1);
		await scene.update(workflowId, workflow([start(), video({ options: { maxWait: 60 } })]));
		scene.simulator.finishJob(requestId);
		const retried = await scene.retry(failed, { loadWorkflow: true });
		expect(retried.status).toBe('success');
		expect(outputItems(retried, VIDEO).map(({ json }) => json)).toEqual([done(requestId)]);
		scene.paidIds(1);
	});

	test('"Retry execution" with On Error > Continue hands out the finished videos beside a refused one', async () => {
		const error = { code: 'invalid_argument', message: 'Too rude' };
		scene.plan = ({ body }) => ({
			seconds: 0.2,
			...(body.prompt === 'b' && { outcome: 'failed' as const, error }),
		});
		const graph = (settings: Record<string, unknown>) =>
			workflow([
				start(),
				...items({ prompt: 'a' }, { prompt: 'b' }, { prompt: 'c' }),
				video(PROMPT_OF_ITEM, settings),
			]);
		const workflowId = await scene.save(graph({}));
		const id = await scene.client.runWorkflow(workflowId, START);
		const failed = await scene.client.waitForExecution(id);
		expect(failed.status).toBe('error');
		await scene.update(workflowId, graph({ onError: 'continueRegularOutput' }));
		const retried = await scene.retry(failed, { loadWorkflow: true });
		expect(outputItems(retried, VIDEO).map(({ json }) => json.status)).toEqual([
			'done',
			'failed',
			'done',
		]);
		scene.paidIds(3);
	});

	test('An error output wired back to the node brings the video of its first run', async () => {
		const failure = failOnce(PROMPT);
		const nodes = [start(), video({}, { onError: 'continueErrorOutput' })];
		const wires = [...inOrder(nodes), [VIDEO, 1, VIDEO]] as const;
		const execution = await scene.execute(workflow(nodes, { wires }));
		const [requestId] = scene.paidIds(1);
		expect(failure.hits).toBe(1);
		expect(execution.data.resultData.runData[VIDEO]).toHaveLength(2);
		expect(outputItems(execution, VIDEO).map(({ json }) => json)).toEqual([done(requestId)]);
	});

	test('An error output wired back brings only what failed once more, without paying again', async () => {
		const failure = failOnce('b');
		const list = items({ prompt: 'a' }, { prompt: 'b' }, { prompt: 'c' });
		const nodes = [start(), ...list, video(PROMPT_OF_ITEM, { onError: 'continueErrorOutput' })];
		const wires = [...inOrder(nodes), [VIDEO, 1, VIDEO]] as const;
		const execution = await scene.execute(workflow(nodes, { wires }));
		scene.paidIds(3);
		expect(failure.hits).toBe(1);
		const ofB = scene.paidJobs().find(({ body }) => body.prompt === 'b')?.requestId;
		expect(execution.data.resultData.runData[VIDEO]).toHaveLength(2);
		expect(outputItems(execution, VIDEO).map(({ json }) => json)).toEqual([done(ofB)]);
	});
}

function describePaidAnew(scene: ServerScene): void {
	test('Every round of Loop Over Items makes a video of its own, also of the same prompt', async () => {
		const nodes = [start(), ...items({}, {}, {}), loopOverItems()];
		const wires = [...inOrder(nodes), ['Loop', 1, VIDEO], [VIDEO, 0, 'Loop']] as const;
		const execution = await scene.execute(workflow([...nodes, video()], { wires }));
		const requestIds = scene.paidIds(3);
		expect(outputItems(execution, 'Loop').map(({ json }) => json)).toEqual(requestIds.map(done));
	});

	test('A fresh execution makes a video of its own', async () => {
		const workflowId = await scene.save(workflow([start(), video()]));
		for (const count of [1, 2]) {
			const id = await scene.client.runWorkflow(workflowId, START);
			expect((await scene.client.waitForExecution(id)).status).toBe('success');
			scene.paidIds(count);
		}
	});

	test('"Retry execution" twice of an execution that paid for nothing makes two videos', async () => {
		scene.simulator.inject({ route: 'submit', fault: { kind: 'status', status: 400 } });
		const failed = await scene.execute(workflow([start(), video()]));
		expect(failed.status).toBe('error');
		expect(scene.paidJobs()).toEqual([]);
		for (const count of [1, 2]) {
			const retried = await scene.retry(failed);
			const requestId = scene.paidJobs().at(-1)?.requestId;
			expect(outputItems(retried, VIDEO).map(({ json }) => json)).toEqual([done(requestId)]);
			expect(scene.paidJobs()).toHaveLength(count);
		}
	});

	test('Retry On Fail makes a new video when the provider failed for reasons of its own', async () => {
		scene.plan = () => (scene.paidJobs().length === 0 ? OVERLOADED : { seconds: 0.2 });
		const execution = await scene.execute(workflow([start(), video({}, RETRY_ON_FAIL)]));
		const [, requestId] = scene.paidIds(2);
		expect(outputItems(execution, VIDEO).map(({ json }) => json)).toEqual([done(requestId)]);
	});
}

function describeEndedEarly(scene: ServerScene): void {
	const startAndPoll = async (node: WorkflowNode, furtherWires: readonly Wire[]) => {
		scene.plan = () => FOREVER;
		const polls = scene.simulator.requestsTo('status').length;
		const nodes = [start(), node];
		const wires = [...inOrder(nodes), ...furtherWires];
		const id = await scene.start(workflow(nodes, { wires }));
		await until(() => scene.simulator.requestsTo('status').length > polls);
		return id;
	};
	const expectSilence = async () => {
		const requests = scene.simulator.requests.length;
		await sleep(2_500);
		expect(scene.simulator.requests).toHaveLength(requests);
	};

	test.each([
		['', video(), []],
		[' with Retry On Fail', video({}, RETRY_ON_FAIL), []],
		[
			' with its error output wired back to it',
			video({}, { onError: 'continueErrorOutput' }),
			[[VIDEO, 1, VIDEO]],
		],
	] as const)(
		'Stop ends the requests of a node%s, and the request ID is in the log',
		async (_case, node, wires) => {
			const id = await startAndPoll(node, wires);
			await scene.client.stopExecution(id);
			expect((await scene.client.waitForExecution(id)).status).toBe('canceled');
			await expectSilence();
			expect(scene.paidIds(1)).toEqual([await scene.loggedId()]);
		},
	);

	/** Asked for rarely, so that what n8n is busy with is Stop. */
	const startMany = async (count: number) => {
		scene.plan = () => FOREVER;
		const prompts = Array.from({ length: count }, (_, index) => ({ prompt: `Candle ${index}` }));
		const node = video({ ...PROMPT_OF_ITEM, options: { pollInterval: 10 } });
		return await scene.start(workflow([start(), ...items(...prompts), node]));
	};
	const submits = () => scene.simulator.requestsTo('submit').length;

	test.each([100, 400])(
		'Stop %i ms after the first of 300 items lets no submit leave but those in flight',
		async (ms) => {
			const slow = { kind: 'delay', ms: 300 } as const;
			const slowness = scene.simulator.inject({ route: 'submit', times: Infinity, fault: slow });
			const before = submits();
			const id = await startMany(300);
			await until(() => submits() > before);
			await sleep(ms);
			await scene.client.stopExecution(id);
			const atStop = submits();
			expect((await scene.client.waitForExecution(id)).status).toBe('canceled');
			await sleep(2_500);
			expect(submits() - atStop).toBeLessThanOrEqual(LANE_WIDTH);
			expect(submits() - before).toBeLessThan(150);
			slowness.remove();
			await expectSilence();
		},
	);

	test.each([
		['while they are submitted', 50],
		['while they wait', 1_000],
	])('n8n answers Stop of 1,000 items within 3 s %s', async (_case, submitted) => {
		const id = await startMany(1_000);
		await until(() => scene.paidJobs().length >= submitted);
		const startedAt = Date.now();
		await scene.client.stopExecution(id);
		expect(Date.now() - startedAt).toBeLessThan(3_000);
		const atStop = submits();
		expect((await scene.client.waitForExecution(id)).status).toBe('canceled');
		await sleep(2_500);
		expect(submits() - atStop).toBeLessThanOrEqual(LANE_WIDTH);
		await expectSilence();
	});

	test('Stop while a video is being submitted lets its request ID into the log', async () => {
		scene.plan = () => FOREVER;
		const fault = { kind: 'delay', ms: 4_000, afterHandler: true } as const;
		scene.simulator.inject({ route: 'submit', fault });
		const id = await scene.start(workflow([start(), video()]));
		await until(() => scene.paidJobs().length === 1);
		await scene.client.stopExecution(id);
		expect((await scene.client.waitForExecution(id)).status).toBe('canceled');
		expect(scene.stage.server.log.join('\n')).not.toContain(scene.paidIds(1)[0]);
		await scene.loggedId();
		await expectSilence();
		scene.paidIds(1);
	});

	test('Get Status with the request ID of a stopped execution brings its video', async () => {
		const id = await startAndPoll(video(), []);
		await scene.client.stopExecution(id);
		await scene.client.waitForExecution(id);
		const [requestId = ''] = scene.paidIds(1);
		scene.simulator.finishJob(requestId);
		const execution = await scene.execute(workflow([start(), getStatus(requestId)]));
		expect(outputItems(execution, 'Get Status').map(({ json }) => json)).toEqual([done(requestId)]);
		scene.paidIds(1);
	});

	test("An execution's time-out ends the requests, and the request ID is in the log", async () => {
		scene.plan = () => FOREVER;
		const settings = { executionTimeout: 5 };
		const execution = await scene.execute(workflow([start(), video()], { settings }));
		expect(execution.status).toBe('canceled');
		await expectSilence();
		expect(scene.paidIds(1)).toEqual([await scene.loggedId()]);
	});
}
