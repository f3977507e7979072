/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { chat } from '../harness/n8n/agentChat.ts';
import { readExample, withParameters } from '../harness/n8n/exampleFile.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import { type Execution, outputItems, type Workflow } from '../harness/n8n/restClient.ts';
import { useServer } from '../harness/n8n/serverScene.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import {
	type ChatModel,
	OUT_OF_ORDER,
	startChatModel,
	type ToolCall,
	toolAnswers,
} from '../harness/services/chatModel.ts';

const TOOL = 'Make a video';
const PROMPT = 'A paper boat sails down a rainy street.';

/** n8n hands the agent a tool's items as JSON. */
const toolItems = z.array(
	z
		.object({
			request_id: z.string().optional(),
			status: z.string().optional(),
			video: z.object({ url: z.string() }).passthrough().optional(),
			error: z.object({ message: z.string() }).passthrough().optional(),
		})
		.passthrough(),
);

describe(`n8n ${CURRENT_N8N}`, () => {
	const scene = useServer(CURRENT_N8N);
	const cleanUp: CleanUp = [];
	let model: ChatModel;

	beforeAll(async () => {
		model = await startChatModel();
		cleanUp.push(model.close);
	});

	afterAll(async () => await cleanUpAll(cleanUp));

	async function run(change = (agent: Workflow) => agent): Promise<Execution> {
		const execution = await chat(scene, model, change(await readExample('agent-tool')));
		expect(execution.data.resultData.error?.message).toBeUndefined();
		expect(execution.status).toBe('success');
		return execution;
	}

	/** What the model was given for its calls, one item each. */
	function answers() {
		const last = model.requests.at(-1);
		if (last === undefined) throw new Error('The model was not asked');
		return toolAnswers(last).map((text) => {
			const [item, ...others] = toolItems.parse(JSON.parse(text));
			expect(others).toEqual([]);
			return item;
		});
	}

	function call(prompt = PROMPT): ToolCall {
		return { name: 'Make_a_video', arguments: { prompt } };
	}

	function linkTo(requestId: string | undefined): string {
		return `${scene.simulator.mediaUrl}/videos/${requestId}.mp4`;
	}

	test('n8n has what an assistant must know before it adds the node, and an agent before it calls it', async () => {
		const description = await scene.client.getNodeType(NODE_TYPE);
		const { searchHint } = Object(description?.['builderHint']);
		expect(searchHint).toContain('add no loop, Wait node, Get Status or Retry On Fail');
		expect(searchHint).toContain('request_id, status, video.url');
		const tool = await scene.client.getNodeType(`${NODE_TYPE}Tool`);
		expect(tool?.['properties']).toContainEqual(
			expect.objectContaining({
				name: 'toolDescription',
				default: expect.stringMatching(/waits.*video\.url.*each call makes and charges/i),
			}),
		);
	});

	describe('an AI agent with the node as its tool', () => {
		test('is offered a tool with a name, a description, and a prompt to write', async () => {
			model.play('What shall it show?');
			await run();
			expect(model.requests[0]?.tools).toEqual([
				{
					function: {
						name: 'Make_a_video',
						description: expect.stringContaining('costs one new video'),
						parameters: expect.objectContaining({
							properties: {
								prompt: {
									type: 'string',
									description: expect.stringContaining('Description of the video'),
								},
							},
							required: ['prompt'],
						}),
					},
				},
			]);
			expect(scene.paidJobs()).toEqual([]);
		});

		test('is offered a tool with the description of the node when the user wrote none', async () => {
			model.play('What shall it show?');
			await run((agent) => withParameters(agent, TOOL, { descriptionType: 'auto' }));
			const [tool] = model.requests[0]?.tools ?? [];
			expect(tool?.function.description).toMatch(/video/i);
			expect(scene.paidJobs()).toEqual([]);
		});

		test('passes the prompt on and gets the link of the video', async () => {
			model.play([call()], 'Here it is.');
			const execution = await run();
			const [requestId] = scene.paidIds(1);
			expect(scene.paidJobs()[0]?.body).toMatchObject({
				prompt: PROMPT,
				duration: 1,
				resolution: '480p',
			});
			expect(answers()).toEqual([
				expect.objectContaining({
					request_id: requestId,
					status: 'done',
					video: expect.objectContaining({ url: linkTo(requestId) }),
				}),
			]);
			expect(outputItems(execution, 'AI Agent')[0]?.json).toEqual({ output: 'Here it is.' });
		});

		test('gets two videos for two calls with one prompt in one message', async () => {
			model.play([call(), call()], 'Here they are.');
			await run();
			const ids = scene.paidIds(2);
			expect(answers().map((item) => item?.video?.url)).toEqual(ids.map(linkTo));
		});

		test('gets two videos for two calls with one prompt, one after the other', async () => {
			model.play([call()], [call()], 'Here they are.');
			await run();
			const ids = scene.paidIds(2);
			expect(answers().map((item) => item?.video?.url)).toEqual(ids.map(linkTo));
		});

		test('is told why a video failed, and its request ID', async () => {
			scene.plan = () => ({
				seconds: 0.2,
				outcome: 'failed',
				error: { code: 'invalid_argument', message: 'This is not to be shown.' },
			});
			model.play([call()], 'It was refused.');
			await run();
			const [requestId] = scene.paidIds(1);
			expect(answers()).toEqual([
				expect.objectContaining({
					request_id: requestId,
					status: 'failed',
					error: expect.objectContaining({
						message: expect.stringContaining('This is not to be shown.'),
					}),
				}),
			]);
		});

		test('gets the video already paid for when it asks again after a time-out', async () => {
			scene.plan = () => ({ seconds: Infinity });
			model.play(
				[call()],
				() => {
					scene.paidJobs().forEach(({ requestId }) => scene.simulator.finishJob(requestId));
					return [call()];
				},
				'Here it is.',
			);
			await run((agent) => withParameters(agent, TOOL, { options: { maxWait: 2 } }));
			const [requestId] = scene.paidIds(1);
			expect(answers()).toEqual([
				expect.objectContaining({ request_id: requestId, status: 'pending' }),
				expect.objectContaining({ request_id: requestId, status: 'done' }),
			]);
		});
	});

	describe.each([2.2, 3.1])(
		'an AI agent of version %s whose model fails after the video',
		(version) => {
			const withSettings = (agent: Workflow, settings: object) => ({
				...agent,
				nodes: agent.nodes.map((node) =>
					node.name === 'AI Agent' ? { ...node, ...settings, typeVersion: version } : node,
				),
			});
			const start = async (settings: object) =>
				await chat(scene, model, withSettings(await readExample('agent-tool'), settings));

			test('gets that video again with "Retry execution"', async () => {
				model.play([call()], OUT_OF_ORDER, [call()], 'Here it is.');
				const failed = await start({});
				expect(failed.status).toBe('error');
				const retried = await scene.retry(failed);
				expect(retried.status).toBe('success');
				const [requestId] = scene.paidIds(1);
				expect(answers().at(-1)).toMatchObject({ request_id: requestId, status: 'done' });
			});

			test.each(['stopWorkflow', 'continueRegularOutput'])(
				'gets that video again with Retry On Fail and On Error: %s',
				async (onError) => {
					model.play([call()], OUT_OF_ORDER, [call()], OUT_OF_ORDER, [call()], 'Here it is.');
					const retries = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
					const execution = await start({ ...retries, onError });
					expect(outputItems(execution, 'AI Agent')[0]?.json).toEqual({ output: 'Here it is.' });
					const [requestId] = scene.paidIds(1);
					expect(answers().at(-1)).toMatchObject({ request_id: requestId, status: 'done' });
				},
			);

			test('gets a new video for its second call when it got the first one again', async () => {
				model.play([call()], OUT_OF_ORDER, [call()], [call()], 'Here they are.');
				const retried = await scene.retry(await start({}));
				expect(retried.status).toBe('success');
				const ids = scene.paidIds(2);
				expect(answers().slice(-2)).toEqual(
					ids.map((id) => expect.objectContaining({ request_id: id, status: 'done' })),
				);
			});
		},
	);

	/** They run a node by n8n's EphemeralNodeExecutor: without an execution, so without a ledger or Stop. */
	describe("n8n's own Agents, with the node as a tool", () => {
		/** What the model was told of its calls, after one message to an agent with these tools. */
		async function tellsOf(tools: Record<string, object>): Promise<string[]> {
			const { client, stage } = scene;
			const data = { apiKey: 'any', url: model.baseUrl };
			const { id } = await client.saveCredential('Chat model', 'openAiApi', data);
			const { type, ...account } = stage.credential;
			const common = { nodeType: NODE_TYPE, nodeTypeVersion: 1, credentials: { [type]: account } };
			const events = await client.chatWithAgent(
				{
					...{ model: 'openai/stand-in', credential: id, instructions: 'Make videos.' },
					tools: Object.entries(tools).map(([name, nodeParameters]) => ({
						...{ type: 'node', name, node: { ...common, nodeParameters } },
					})),
				},
				'A video, please',
			);
			expect(events.filter((event) => event['type'] === 'error')).toEqual([]);
			const last = model.requests.at(-1);
			return last ? toolAnswers(last) : [];
		}

		const create = (family: object, options: object = {}) => ({
			...{ operation: 'create', prompt: "={{ $fromAI('prompt') }}", ...family },
			options: { pollInterval: 1, ...options },
		});
		const locator = (value: string) => ({ __rl: true, mode: 'list', value });

		test.each([
			{ resource: 'grok', model: locator('grok-imagine-video'), duration: 1 },
			{ resource: 'video', model: locator('wan2.6'), duration: 5 },
			{ resource: 'kling', model: locator('kling-v2-6') },
		])('$resource: a call makes and pays one video', async (family) => {
			model.play([call()], 'Here it is.');
			const [told] = await tellsOf({ [TOOL]: create({ ...family, downloadVideo: false }) });
			const [requestId = ''] = scene.paidIds(1);
			expect(scene.paidJobs()[0]?.body).toMatchObject({ prompt: PROMPT });
			expect(told).toContain('done');
			expect(told).toContain(requestId);
			expect(told).toContain('.mp4');
			expect(scene.stage.server.log.join('\n')).toContain(requestId);
		});

		test('a wait that is over is told with its request ID, by which Get Status gets the video', async () => {
			scene.plan = () => ({ seconds: Infinity });
			const finish = () => {
				const [requestId = ''] = scene.paidJobs().map((job) => job.requestId);
				scene.simulator.finishJob(requestId);
				return [{ name: 'Look', arguments: { id: requestId } }];
			};
			model.play([call()], finish, 'Here it is.');
			const [late, told] = await tellsOf({
				[TOOL]: create({}, { maxWait: 2 }),
				Look: { operation: 'getStatus', requestId: "={{ $fromAI('id') }}", options: {} },
			});
			const [requestId = ''] = scene.paidIds(1);
			expect(late).toContain(`Not finished after 2 seconds [request ID ${requestId}]`);
			expect(told).toContain(`${requestId}.mp4`);
		});

		test('a failed video is told with its reason, and each call pays its own video', async () => {
			scene.plan = () => ({ seconds: 0.2, outcome: 'failed' });
			model.play([call()], [call()], 'It failed twice.');
			const told = await tellsOf({ [TOOL]: create({}) });
			const ids = scene.paidIds(2);
			expect(told).toEqual(ids.map((id) => expect.stringContaining(`[request ID ${id}]`)));
		});
	});
});
