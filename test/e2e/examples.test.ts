/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { fillInForm } from '../harness/browser/formVisitor.ts';
import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { chat } from '../harness/n8n/agentChat.ts';
import {
	exampleNames,
	exampleText,
	readExample,
	withParameters,
} from '../harness/n8n/exampleFile.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import {
	type Execution,
	outputItems,
	parseWorkflow,
	type Workflow,
} from '../harness/n8n/restClient.ts';
import { useServer } from '../harness/n8n/serverScene.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import { type ChatModel, startChatModel } from '../harness/services/chatModel.ts';
import { type Post, type SocialSink, startSocialSink } from '../harness/services/socialSink.ts';
import { sampleMp4 } from '../simulator/simulator.ts';

const IDEAS = 'CometAPI video ideas';
const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);

describe(`n8n ${CURRENT_N8N}`, () => {
	const scene = useServer(CURRENT_N8N);
	const executed = new Set<string>();

	/** The example as a user imports it; the scene sets its credential, and nothing else. */
	async function open(name: string): Promise<Workflow> {
		executed.add(name);
		return await readExample(name);
	}

	async function runSaved(workflowId: string, triggerName: string): Promise<Execution> {
		const { client } = scene;
		return await client.waitForExecution(await client.runWorkflow(workflowId, triggerName));
	}

	async function fileOf(execution: Execution, nodeName: string): Promise<Buffer> {
		const [item] = outputItems(execution, nodeName);
		return await scene.client.downloadFile(item?.binary?.['data']);
	}

	function expectSuccess({ status, data }: Execution) {
		expect(data.resultData.error?.message).toBeUndefined();
		expect(status).toBe('success');
	}

	function onlyId(): string {
		return scene.paidIds(1).join();
	}

	describe('the example text-to-video', () => {
		test('hands on the finished video and its MP4', async () => {
			const execution = await scene.execute(await open('text-to-video'));
			expectSuccess(execution);
			const [item] = outputItems(execution, 'CometAPI Video');
			expect(item?.json).toMatchObject({ request_id: onlyId(), status: 'done' });
			expect(await fileOf(execution, 'CometAPI Video')).toEqual(sampleMp4);
		});
	});

	describe('the example image-to-video-form', () => {
		test('makes a video from prompt and image of the form, and shows it on the page', async () => {
			const form = await publishForm();
			const page = await form.submit('The candle flickers.');
			const requestId = onlyId();
			expect(page).toContain('<video controls');
			expect(page).toContain(`${scene.simulator.mediaUrl}/videos/${requestId}.mp4`);
			expect(scene.paidJobs()[0]?.body).toMatchObject({
				prompt: 'The candle flickers.',
				image: { url: `data:image/png;base64,${PNG.toString('base64')}` },
			});
			expectSuccess(await form.execution());
		});

		test('says on the page why there is no video, with its request ID', async () => {
			scene.plan = () => ({
				seconds: 0.2,
				outcome: 'failed',
				error: { code: 'invalid_argument', message: 'This is not to be shown.' },
			});
			const form = await publishForm();
			const page = await form.submit('Something forbidden');
			expect(page).toContain('There is no video this time');
			expect(page).toContain('This is not to be shown.');
			expect(page).toContain(onlyId());
			expectSuccess(await form.execution());
		});

		async function publishForm() {
			const { client, stage } = scene;
			// As the editor does with every form that it imports.
			const webhookId = randomUUID();
			const example = await open('image-to-video-form');
			const nodes = example.nodes.map((node) =>
				'webhookId' in node ? { ...node, webhookId } : node,
			);
			const workflowId = await scene.save({ ...example, nodes });
			await client.activateWorkflow(workflowId);
			const url = `${stage.server.url}/form/${webhookId}`;
			const image = { bytes: PNG, type: 'image/png', name: 'candle.png' };
			return {
				submit: async (prompt: string) => await fillInForm(url, [prompt, image]),
				async execution() {
					const [id = ''] = await client.listExecutions(workflowId);
					return await client.waitForExecution(id);
				},
			};
		}
	});

	describe('the example durable-wait', () => {
		/** Rounds that follow one another at once instead of every 70 seconds. */
		async function execute(seconds: number): Promise<Execution> {
			const example = await open('durable-wait');
			return await scene.execute(withParameters(example, 'Wait', { amount: seconds }));
		}

		test('asks in rounds until the video is there', async () => {
			scene.plan = () => ({ seconds: 3 });
			const execution = await execute(1);
			expectSuccess(execution);
			expect(outputItems(execution, 'Video Ready')[0]?.json).toMatchObject({
				request_id: onlyId(),
				status: 'done',
			});
			expect(await fileOf(execution, 'Video Ready')).toEqual(sampleMp4);
			expect(execution.data.resultData.runData['Wait']?.length).toBeGreaterThanOrEqual(3);
		});

		test('goes on with the next round after one in which CometAPI refused to answer', async () => {
			const refused = scene.simulator.inject({
				route: 'status',
				fault: { kind: 'status', status: 401 },
			});
			const execution = await execute(1);
			expect(refused.hits).toBe(1);
			expectSuccess(execution);
			expect(outputItems(execution, 'Video Ready')[0]?.json).toMatchObject({
				request_id: onlyId(),
				status: 'done',
			});
		});

		test('ends with the reason and the request ID of a video that failed', async () => {
			scene.plan = () => ({
				seconds: 0.2,
				outcome: 'failed',
				error: { code: 'internal_error', message: 'The renderer broke.' },
			});
			const execution = await execute(1);
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error?.message).toBe(
				`The video could not be made: The renderer broke. [request ID ${onlyId()}]`,
			);
		});

		test('ends with the request ID when no round is left', async () => {
			scene.plan = () => ({ seconds: Infinity });
			const execution = await execute(0);
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error?.message).toContain(`[request ID ${onlyId()}]`);
			expect(execution.data.resultData.runData['Get Status']).toHaveLength(30);
		});
	});

	describe('the example scheduled-content-pipeline', () => {
		let workflowId: string;

		async function setUp() {
			expectSuccess(await runSaved(workflowId, 'Set Up'));
		}

		async function day(): Promise<Execution> {
			const execution = await runSaved(workflowId, 'Every Day');
			expectSuccess(execution);
			return execution;
		}

		async function statuses() {
			return (await scene.client.listTableRows(IDEAS)).map(({ status }) => status);
		}

		test('makes one idea a day, each once, and marks it as done or failed', async () => {
			workflowId = await scene.save(await open('scheduled-content-pipeline'));
			await setUp();
			expect(await statuses()).toEqual(['new', 'new', 'new']);

			const first = await day();
			const [firstId] = scene.paidIds(1);
			expect(await fileOf(first, 'Store the Video')).toEqual(sampleMp4);
			const [done] = await scene.client.listTableRows(IDEAS);
			expect(done).toMatchObject({
				status: 'done',
				request_id: firstId,
				video_url: `${scene.simulator.mediaUrl}/videos/${firstId}.mp4`,
			});
			expect(scene.paidJobs()[0]?.body).toMatchObject({ prompt: done?.['idea'] });

			scene.plan = () => ({
				seconds: 0.2,
				outcome: 'failed',
				error: { code: 'internal_error', message: 'The renderer broke.' },
			});
			await day();
			const [, failedId] = scene.paidIds(2);
			expect((await scene.client.listTableRows(IDEAS))[1]).toMatchObject({
				status: 'failed',
				request_id: failedId,
				message: expect.stringContaining('The renderer broke.'),
			});

			scene.plan = () => ({ seconds: 0.2 });
			await setUp();
			await day();
			expect(await statuses()).toEqual(['done', 'failed', 'done']);
			await day();
			scene.paidIds(3);
		});
	});

	describe('the example chained-social-post', () => {
		const cleanUp: CleanUp = [];
		let sink: SocialSink;

		beforeAll(async () => {
			sink = await startSocialSink();
			cleanUp.push(sink.close);
		});

		afterAll(async () => await cleanUpAll(cleanUp));

		/** The example, whose hosts are one that is there. */
		async function execute(): Promise<Execution> {
			const text = JSON.stringify(await open('chained-social-post'));
			return await scene.execute(
				parseWorkflow(text.replaceAll(/https:\/\/\w+\.example\b/g, sink.url)),
			);
		}

		function post(path: string): Post | undefined {
			return sink.posts.filter((each) => each.path === path).at(-1);
		}

		test('posts one vertical video three times, each time with its own caption', async () => {
			const execution = await execute();
			expectSuccess(execution);
			onlyId();
			expect(scene.paidJobs()[0]?.body).toMatchObject({ aspect_ratio: '9:16' });
			const file = { file: sampleMp4, fileType: 'video/mp4' };
			expect(post('/upload')).toEqual({
				path: '/upload',
				fields: { caption: 'Slow evening. #candle #cosy' },
				...file,
			});
			expect(post('/media')).toEqual({
				path: '/media',
				fields: { caption: 'Light it, sit down, breathe.', format: 'vertical' },
				...file,
			});
			expect(post('/videos')).toEqual({
				path: '/videos',
				fields: { title: 'One candle & nothing else' },
				...file,
			});
			expect(outputItems(execution, 'All Posts').map(({ json }) => json)).toEqual([
				{ posted: '/upload' },
				{ posted: '/media' },
				{ posted: '/videos' },
			]);
		});

		test('makes the other posts when one platform refuses', async () => {
			const before = sink.posts.length;
			sink.refuseNext('/upload', 503);
			const execution = await execute();
			expectSuccess(execution);
			onlyId();
			expect(sink.posts.slice(before).map(({ path }) => path)).toEqual(['/media', '/videos']);
			expect(outputItems(execution, 'All Posts').map(({ json }) => json)).toEqual([
				{ error: expect.anything() },
				{ posted: '/media' },
				{ posted: '/videos' },
			]);
		});
	});

	describe('the example edit-video', () => {
		test('makes a second video from the first', async () => {
			const execution = await scene.execute(await open('edit-video'));
			expectSuccess(execution);
			const [made, edited, ...others] = scene.paidJobs();
			expect(others).toEqual([]);
			expect(edited?.body).toMatchObject({
				prompt: 'Make the flame blue.',
				video: { url: `${scene.simulator.mediaUrl}/videos/${made?.requestId}.mp4` },
			});
			expect(outputItems(execution, 'Edit Video')[0]?.json).toMatchObject({
				request_id: edited?.requestId,
				status: 'done',
			});
			expect(await fileOf(execution, 'Edit Video')).toEqual(sampleMp4);
		});
	});

	describe('the example agent-tool', () => {
		const cleanUp: CleanUp = [];
		let model: ChatModel;

		beforeAll(async () => {
			model = await startChatModel();
			cleanUp.push(model.close);
		});

		afterAll(async () => await cleanUpAll(cleanUp));

		test('answers in the chat with what the model says about the video', async () => {
			model.play(
				[{ name: 'Make_a_video', arguments: { prompt: 'A paper boat in the rain.' } }],
				'Here it is.',
			);
			const execution = await chat(scene, model, await open('agent-tool'));
			expectSuccess(execution);
			onlyId();
			expect(scene.paidJobs()[0]?.body).toMatchObject({ prompt: 'A paper boat in the rain.' });
			expect(outputItems(execution, 'AI Agent')[0]?.json).toEqual({ output: 'Here it is.' });
		});
	});

	describe('every example', () => {
		let all: Array<{ name: string; text: string; workflow: Workflow }>;

		beforeEach(async () => {
			const names = await exampleNames();
			all = await Promise.all(
				names.map(async (name) => {
					const text = await exampleText(name);
					return { name, text, workflow: parseWorkflow(text) };
				}),
			);
		});

		test('is executed by a test', () => {
			expect([...executed].sort()).toEqual(all.map(({ name }) => name));
		});

		test('has a note that says what to do and what it costs', () => {
			for (const { name, workflow } of all) {
				const notes = workflow.nodes
					.filter(({ type }) => type === 'n8n-nodes-base.stickyNote')
					.map((node) => String(Object(node['parameters']).content));
				expect({ name, notes }).toMatchObject({
					notes: expect.arrayContaining([expect.stringMatching(/credential[^]*\*\*Cost:\*\*/)]),
				});
			}
		});

		test('starts from 1 second at 480p', () => {
			for (const { name, workflow } of all) {
				const created = workflow.nodes
					.filter(({ type }) => type.startsWith(NODE_TYPE))
					.map((node): Record<string, unknown> => Object(node['parameters']))
					.filter(({ operation }) => operation === 'create')
					.map(({ duration, resolution }) => ({ duration, resolution }));
				expect({ name, created }).toEqual({
					name,
					created: [{ duration: 1, resolution: '480p' }],
				});
			}
		});

		test('has no credential, no key and no address but placeholders', () => {
			for (const { name, text, workflow } of all) {
				const hosts = [...text.matchAll(/\w+:\/\/([^/"\s{]+)/g)].map(([, host]) => host);
				expect({ name, hosts }).toEqual({ name, hosts: hosts.filter(isPlaceholder) });
				expect(text).not.toMatch(/"credentials"|\bsk-|Bearer|api_?key"|password|instanceId/i);
				expect(Object.keys(Object(workflow['pinData']))).toEqual([]);
			}
		});
	});
});

function isPlaceholder(host: string | undefined): boolean {
	return /^[\w-]+\.example$/.test(host ?? '');
}
