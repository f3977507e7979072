/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';

import { fillInForm } from '../harness/browser/formVisitor.ts';
import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { chat } from '../harness/n8n/agentChat.ts';
import {
	exampleNames,
	exampleText,
	PIPELINE,
	readExample,
	withParameters,
} from '../harness/n8n/exampleFile.ts';
import type { FieldValue } from '../harness/n8n/form.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import {
	type Execution,
	outputItems,
	parseWorkflow,
	withCredential,
	type Workflow,
} from '../harness/n8n/restClient.ts';
import { useServer } from '../harness/n8n/serverScene.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import { type ChatModel, startChatModel } from '../harness/services/chatModel.ts';
import { startFixedHosts } from '../harness/services/fixedHosts.ts';
import { createGoogle } from '../harness/services/google.ts';
import { createInstagram } from '../harness/services/instagram.ts';
import { type SocialSink, startSocialSink } from '../harness/services/socialSink.ts';
import { until } from '../harness/until.ts';
import { sampleMp4 } from '../simulator/simulator.ts';

const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);

const positionShape = z.tuple([z.number(), z.number()]);
const noteShape = z.object({ content: z.string(), width: z.number(), height: z.number() });
const NODE_SIZE = { width: 96, height: 96 };
/** Measured in n8n 2.41.1: what "fit" makes of a workflow in that window, and the text of its notes. */
const FITTED_PX = { width: 1163, height: 663 };
const NOTE_TEXT_PX = 14;
const READABLE_PX = 12;
const MOST_WORDS = 80;

const editShape = z.object({ prompt: z.string(), video: z.object({ url: z.string().url() }) });
const buttonsShape = z.object({
	inline_keyboard: z.array(z.array(z.object({ text: z.string(), url: z.string().url() }))),
});
/** The parameters of a Set node. */
const textsShape = z.object({
	assignments: z.object({
		assignments: z.array(
			z.object({ name: z.string(), value: z.union([z.string(), z.boolean()]) }).passthrough(),
		),
	}),
});

describe(`n8n ${CURRENT_N8N}`, () => {
	const google = createGoogle();
	const instagram = createInstagram();
	const scene = useServer(CURRENT_N8N, async (cleanUp) => {
		const apps = { ...google.apps, ...instagram.apps };
		return (await startFixedHosts(apps, cleanUp)).env;
	});
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

	/** The example with a form that asks for a prompt and files, published. */
	async function publishForm(name: string, ...files: FieldValue[]) {
		const { client, stage } = scene;
		const example = await open(name);
		// As the editor does with every form and webhook that it imports.
		const nodes = example.nodes.map((node) =>
			'webhookId' in node ? { ...node, webhookId: randomUUID() } : node,
		);
		const form = nodes.find(({ type }) => type === 'n8n-nodes-base.formTrigger');
		const url = `${stage.server.url}/form/${String(form?.['webhookId'])}`;
		const workflowId = await scene.save({ ...example, nodes });
		await client.activateWorkflow(workflowId);
		return {
			submit: async (prompt: string) => await fillInForm(url, [prompt, ...files]),
			async execution() {
				const executions = await Promise.all(
					(await client.listExecutions(workflowId)).map(
						async (id) => await client.waitForExecution(id),
					),
				);
				const own = executions.find(({ data }) => data.resultData.runData[String(form?.name)]);
				if (own === undefined) throw new Error('The form has started no execution');
				return own;
			},
		};
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
		const image = { bytes: PNG, type: 'image/png', name: 'candle.png' };

		test('makes a video from prompt and image of the form, and shows it on the page', async () => {
			const form = await publishForm('image-to-video-form', image);
			const page = await form.submit('The candle flickers.');
			const requestId = onlyId();
			expect(page).toContain('<h1>Your video is ready</h1>');
			const link = `${scene.simulator.mediaUrl}/videos/${requestId}.mp4`;
			expect(page).toMatch(/<video controls[^>]*><source src="/);
			expect(page.split(link)).toHaveLength(3);
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
			const form = await publishForm('image-to-video-form', image);
			const page = await form.submit('Something forbidden');
			expect(page).toContain('<h1>There is no video this time</h1>');
			expect(page).toContain('This is not to be shown.');
			expect(page).toContain(onlyId());
			expectSuccess(await form.execution());
		});
	});

	test('the example durable-wait puts out a video that needs no sleep, and its file', async () => {
		const execution = await scene.execute(await open('durable-wait'));
		expectSuccess(execution);
		expect(outputItems(execution, 'Video Ready')[0]?.json).toMatchObject({
			request_id: onlyId(),
			status: 'done',
		});
		expect(await fileOf(execution, 'Video Ready')).toEqual(sampleMp4);
	});

	describe('the examples that post', () => {
		const cleanUp: CleanUp = [];
		let sink: SocialSink;
		let before = 0;

		beforeAll(async () => {
			sink = await startSocialSink();
			cleanUp.push(sink.close);
		});

		afterAll(async () => await cleanUpAll(cleanUp));

		beforeEach(() => {
			before = sink.posts.length;
		});

		const posts = () => sink.posts.slice(before);

		async function withTelegram(workflow: Workflow): Promise<Workflow> {
			const data = { accessToken: '1:token', baseUrl: sink.url };
			const credential = await scene.client.saveCredential('Telegram', 'telegramApi', data);
			return withCredential(workflow, 'n8n-nodes-base.telegram', credential);
		}

		/** A credential of Google's, connected as a user connects it. */
		async function withGoogle(workflow: Workflow, nodeType: string, credentialType: string) {
			const data = { clientId: 'client', clientSecret: 'secret' };
			const credential = await scene.client.saveCredential(nodeType, credentialType, data);
			await scene.client.connectAccount(credential);
			return withCredential(workflow, `n8n-nodes-base.${nodeType}`, credential);
		}

		describe('prompt-to-telegram', () => {
			test('posts the video to the chat', async () => {
				const example = await withTelegram(await open('prompt-to-telegram'));
				const execution = await scene.execute(
					withParameters(example, 'Telegram', { chatId: '@channel' }),
				);
				expectSuccess(execution);
				onlyId();
				expect(posts()).toMatchObject([
					{
						path: '/bot1:token/sendVideo',
						fields: { chat_id: '@channel', caption: 'A candle flickers on a wooden table.' },
						file: sampleMp4,
						fileType: 'video/mp4',
					},
				]);
			});

			test('pays for nothing while the chat is not filled in', async () => {
				const example = await withTelegram(await open('prompt-to-telegram'));
				const execution = await scene.execute(example);
				expect(execution.status).toBe('error');
				scene.paidIds(0);
			});
		});

		describe('youtube-short', () => {
			test('uploads the vertical video, private at first', async () => {
				const example = await withGoogle(
					await open('youtube-short'),
					'youTube',
					'youTubeOAuth2Api',
				);
				const execution = await scene.execute(example);
				expectSuccess(execution);
				onlyId();
				expect(scene.paidJobs()[0]?.body).toMatchObject({ aspect_ratio: '9:16' });
				expect(google.youTubeVideos).toMatchObject([
					{
						metadata: {
							snippet: { title: 'A candle #Shorts', categoryId: '22' },
							status: { privacyStatus: 'private', selfDeclaredMadeForKids: false },
						},
						bytes: sampleMp4,
					},
				]);
			});
		});

		describe('instagram-reel', () => {
			async function execute(accountId: string): Promise<Execution> {
				const data = { accessToken: instagram.accessToken };
				const type = 'facebookGraphApi';
				const credential = await scene.client.saveCredential('Facebook', type, data);
				const example = await open('instagram-reel');
				const filledIn = withTexts(example, 'Account and Texts', { accountId });
				const connected = withCredential(filledIn, `n8n-nodes-base.${type}`, credential);
				return await scene.execute(withParameters(connected, 'Wait', { amount: 0 }));
			}

			test('hands the link over, waits until Instagram has the video, and publishes it', async () => {
				instagram.statuses = ['IN_PROGRESS', 'IN_PROGRESS', 'FINISHED'];
				const execution = await execute(instagram.accountId);
				expectSuccess(execution);
				onlyId();
				expect(scene.paidJobs()[0]?.body).toMatchObject({ aspect_ratio: '9:16', duration: 3 });
				expect(instagram.reels).toMatchObject([
					{ caption: 'Slow evening. #candle', bytes: sampleMp4 },
				]);
			});

			test('says why Instagram did not take the video, and where it is', async () => {
				instagram.statuses = ['IN_PROGRESS', 'ERROR'];
				const execution = await execute(instagram.accountId);
				expect(execution.status).toBe('error');
				expect(execution.data.resultData.error?.message).toBe(
					`Instagram did not take the video (ERROR): ERROR: told by the stand-in. The video is paid for: ${scene.simulator.mediaUrl}/videos/${onlyId()}.mp4`,
				);
				expect(instagram.reels).toHaveLength(1);
			});

			test('pays for nothing when Instagram does not know the account', async () => {
				const execution = await execute('1');
				expect(execution.status).toBe('error');
				scene.paidIds(0);
			});
		});

		describe('approve-before-posting', () => {
			/** Runs it until it waits; the buttons are links of n8n. */
			async function ask() {
				let workflow = await withTelegram(await open('approve-before-posting'));
				for (const [node, chatId] of [
					['Show Me', '@me'],
					['Ask Me', '@me'],
					['Post', '@channel'],
				] as const) {
					workflow = withParameters(workflow, node, { chatId });
				}
				const id = await scene.start(workflow);
				await until(async () => (await scene.client.getExecution(id)).status === 'waiting');
				const [shown, asked] = posts();
				expect(shown).toMatchObject({ fields: { chat_id: '@me' }, file: sampleMp4 });
				expect(asked).toMatchObject({ fields: { chat_id: '@me', text: 'Post this video?' } });
				const { reply_markup: keyboard } = Object(asked?.fields);
				const buttons = buttonsShape.parse(keyboard).inline_keyboard.flat();
				return {
					async press(text: RegExp) {
						const url = buttons.find((button) => text.test(button.text))?.url ?? '';
						await fetch(url, {
							headers: {
								'user-agent':
									'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
							},
						});
						return await scene.client.waitForExecution(id);
					},
				};
			}

			test('posts the video after Approve', async () => {
				const { press } = await ask();
				expect(posts()).toHaveLength(2);
				expectSuccess(await press(/Approve/));
				onlyId();
				expect(posts()[2]).toMatchObject({
					path: '/bot1:token/sendVideo',
					fields: { chat_id: '@channel', caption: 'A candle flickers on a wooden table.' },
					file: sampleMp4,
				});
			});

			test('posts nothing after Decline', async () => {
				const { press } = await ask();
				expectSuccess(await press(/Decline/));
				onlyId();
				expect(posts()).toHaveLength(2);
			});
		});

		describe('chained-social-post', () => {
			interface Targets {
				telegramChatId?: string;
				postToDiscord?: boolean;
				uploadUrl?: string;
			}

			/** With credentials for the targets that are filled in, and for no other. */
			async function execute(targets: Targets = {}): Promise<Execution> {
				let workflow = await open('chained-social-post');
				if (targets.telegramChatId) workflow = await withTelegram(workflow);
				if (targets.postToDiscord) {
					const data = { webhookUri: `${sink.url}/api/webhooks/1/token` };
					const type = 'discordWebhookApi';
					const discord = await scene.client.saveCredential('Discord', type, data);
					workflow = withCredential(workflow, 'n8n-nodes-base.discord', discord);
				}
				return await scene.execute(withTexts(workflow, 'Texts and Targets', { ...targets }));
			}

			const targets = () => ({
				telegramChatId: '@channel',
				postToDiscord: true,
				uploadUrl: `${sink.url}/upload`,
			});
			const paths = () => posts().map(({ path }) => path);
			const POSTED = ['/bot1:token/sendVideo', '/api/webhooks/1/token', '/upload'];

			test('posts one vertical video three times, each time with its own text', async () => {
				const execution = await execute(targets());
				expectSuccess(execution);
				onlyId();
				expect(scene.paidJobs()[0]?.body).toMatchObject({ aspect_ratio: '9:16' });
				expect(paths().sort()).toEqual([...POSTED].sort());
				const file = { file: sampleMp4, fileType: 'video/mp4' };
				const [telegram, discord, upload] = POSTED.map((path) =>
					posts().find((each) => each.path === path),
				);
				expect(telegram).toMatchObject({
					fields: { chat_id: '@channel', caption: 'Slow evening. #candle #cosy' },
					...file,
				});
				expect(JSON.parse(String(discord?.fields['payload_json']))).toMatchObject({
					content: 'Light it, sit down, breathe.',
				});
				expect(discord).toMatchObject(file);
				expect(upload).toMatchObject({ fields: { title: 'One candle & nothing else' }, ...file });
			});

			test.each([
				[{ telegramChatId: '@channel' }, '/bot1:token/sendVideo'],
				[{ postToDiscord: true }, '/api/webhooks/1/token'],
				[{ uploadUrl: 'the stand-in' }, '/upload'],
			])('posts only to the target that is filled in: %j', async (target, path) => {
				const url = { uploadUrl: `${sink.url}/upload` };
				const execution = await execute('uploadUrl' in target ? url : target);
				expectSuccess(execution);
				onlyId();
				expect(paths()).toEqual([path]);
			});

			test.each([
				['/sendVideo', 'Telegram', 'chat not found', ['/api/webhooks/1/token', '/upload']],
				['/upload', 'Upload', 'refused', ['/bot1:token/sendVideo', '/api/webhooks/1/token']],
			])(
				'fails after %s was refused, and posts to the others',
				async (path, name, reason, done) => {
					sink.refuseNext(path, 400);
					const execution = await execute(targets());
					expect(execution.status).toBe('error');
					const message = execution.data.resultData.error?.message;
					expect(message).toContain(`Not posted: ${name} (`);
					expect(message).toContain(reason);
					expect(message).not.toContain(';');
					expect(message).toContain(`${scene.simulator.mediaUrl}/videos/${onlyId()}.mp4`);
					expect(paths().sort()).toEqual([...done].sort());
				},
			);

			test('pays for nothing while no target is filled in, and says so', async () => {
				const execution = await execute();
				expect(execution.status).toBe('error');
				expect(execution.data.resultData.error?.message).toContain(
					'Fill in telegramChatId, postToDiscord or uploadUrl',
				);
				scene.paidIds(0);
				expect(paths()).toEqual([]);
			});
		});

		describe('google-sheet-to-drive', () => {
			const url = 'https://docs.example/spreadsheets/d/1abcdefghijklmnopqrstuvwxyz0123456789/edit';

			async function execute(): Promise<Execution> {
				let workflow = await open('google-sheet-to-drive');
				workflow = await withGoogle(workflow, 'googleSheets', 'googleSheetsOAuth2Api');
				workflow = await withGoogle(workflow, 'googleDrive', 'googleDriveOAuth2Api');
				const workflowId = await scene.save(withTexts(workflow, 'Your Sheet', { url }));
				return await runSaved(workflowId, 'Every Hour');
			}

			test('makes a vertical video of each new row, stores it, and says in each row what became of it', async () => {
				google.sheet = [
					['id', 'prompt', 'status', 'video', 'note'],
					['1', 'A cat', 'done', 'link', ''],
					['2', 'A dog', 'new', '', ''],
					['3', 'Something forbidden', 'new', '', ''],
					['4', 'A bird', 'new', '', ''],
				];
				scene.plan = ({ body }) =>
					Object(body).prompt === 'Something forbidden'
						? {
								seconds: 0.2,
								outcome: 'failed',
								error: { code: 'invalid_argument', message: 'This is not to be shown.' },
							}
						: { seconds: 0.2 };
				expectSuccess(await execute());
				scene.paidIds(3);
				expect(scene.paidJobs()[0]?.body).toMatchObject({ aspect_ratio: '9:16' });
				expect(google.driveFiles).toMatchObject([
					{ metadata: { name: 'video-2.mp4', parents: ['root'] }, bytes: sampleMp4 },
					{ metadata: { name: 'video-4.mp4', parents: ['root'] }, bytes: sampleMp4 },
				]);
				const link = (index: number) =>
					`https://drive.example/file/${google.driveFiles[index]?.id}`;
				expect(google.sheet.slice(1)).toEqual([
					['1', 'A cat', 'done', 'link', ''],
					['2', 'A dog', 'done', link(0), ''],
					['3', 'Something forbidden', 'failed', '', expect.stringContaining('not to be shown')],
					['4', 'A bird', 'done', link(1), ''],
				]);
				expectSuccess(await execute());
				scene.paidIds(3);
			});

			test('says in the row where a video is that Drive refused', async () => {
				google.sheet = [
					['id', 'prompt', 'status', 'video', 'note'],
					['7', 'A dog', 'new', '', ''],
					['8', 'A bird', 'new', '', ''],
				];
				google.refuseNextUpload(403);
				expectSuccess(await execute());
				const jobs = scene.paidJobs();
				expect(jobs).toHaveLength(2);
				const refused = jobs.find(({ body }) => Object(body).prompt === 'A dog');
				const link = `${scene.simulator.mediaUrl}/videos/${refused?.requestId}.mp4`;
				expect(google.sheet.slice(1)).toEqual([
					['7', 'A dog', 'failed', link, expect.stringMatching(/\w/)],
					['8', 'A bird', 'done', expect.stringContaining('drive.example'), ''],
				]);
			});
		});
	});

	describe('the example model-comparison', () => {
		test('makes a row of each model, with cost, time and link', async () => {
			const execution = await scene.execute(await open('model-comparison'));
			expectSuccess(execution);
			const jobs = scene.paidJobs();
			const made = (name: string) => jobs.find(({ model }) => model === name);
			expect(jobs.map(({ family, videoSeconds }) => [family, videoSeconds])).toEqual([
				...[1, 2, 3].map(() => ['video', 4]),
			]);
			expect(outputItems(execution, 'Table').map(({ json }) => json)).toEqual(
				[
					{ model: 'seedance-2-5', cost_usd_by_list_price: 0.412 },
					{ model: 'veo3-fast', cost_usd_by_list_price: 0.2 },
					{ model: 'viduq3-turbo', cost_usd_by_list_price: 0.112 },
				].map((row) => ({
					...{ ...row, status: 'done', reason: '', provider_cost_usd: 'not told' },
					seconds_waited: expect.any(Number),
					link: `${scene.simulator.mediaUrl}/videos/${made(row.model)?.requestId}.mp4`,
				})),
			);
		});

		test('keeps the row of a model that is refused, with the reason', async () => {
			const example = await open('model-comparison');
			const models = ['viduq3', 'viduq3-pro'].map((model) => ({ model, seconds: 1, size: '' }));
			const jsonOutput = JSON.stringify({ prompt: 'A lighthouse', models });
			const changed = withParameters(example, 'Prompt and Models', { jsonOutput });
			const execution = await scene.execute(changed);
			expectSuccess(execution);
			scene.paidJobs();
			expect(outputItems(execution, 'Table').map(({ json }) => json)).toEqual([
				expect.objectContaining({ model: 'viduq3', status: 'done' }),
				expect.objectContaining({
					...{ model: 'viduq3-pro', status: 'not accepted', cost_usd_by_list_price: 0 },
					reason: expect.stringContaining("isn't available on CometAPI"),
				}),
			]);
		});
	});

	describe('the example kling-image-to-video', () => {
		test('sends the image with sound, and hands on the video', async () => {
			const example = await open('kling-image-to-video');
			const imageUrl = 'https://pictures.example/beach.jpg';
			const execution = await scene.execute(
				withParameters(example, 'CometAPI Video', { imageUrl }),
			);
			expectSuccess(execution);
			const [item] = outputItems(execution, 'CometAPI Video');
			expect(item?.json).toMatchObject({ request_id: onlyId(), status: 'done' });
			expect(scene.paidJobs()[0]).toMatchObject({
				...{ family: 'kling', route: 'image2video' },
				body: { image: imageUrl, sound: 'on', duration: '5' },
			});
			expect(await fileOf(execution, 'CometAPI Video')).toEqual(sampleMp4);
		});

		test('pays for nothing while no image is filled in, and says so', async () => {
			const execution = await scene.execute(await open('kling-image-to-video'));
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error?.message).toContain("'Image URL'");
			scene.paidIds(0);
		});
	});

	describe('the example first-and-last-frame', () => {
		test('sends both images, and hands on the video', async () => {
			const imageUrl = 'https://pictures.example/seed.jpg';
			const lastFrame = 'https://pictures.example/flower.jpg';
			const execution = await scene.execute(
				withParameters(await open('first-and-last-frame'), 'CometAPI Video', {
					...{ imageUrl, options: { lastFrame } },
				}),
			);
			expectSuccess(execution);
			expect(scene.paidJobs()[0]).toMatchObject({
				...{ family: 'kling', route: 'image2video' },
				body: { image: imageUrl, image_tail: lastFrame, mode: 'pro' },
			});
			expect(await fileOf(execution, 'CometAPI Video')).toEqual(sampleMp4);
		});
	});

	describe('the example video-from-references', () => {
		test('sends both images, and hands on the video', async () => {
			const urls = ['https://pictures.example/a.jpg', 'https://pictures.example/b.jpg'];
			const execution = await scene.execute(
				withParameters(await open('video-from-references'), 'CometAPI Video', {
					referenceImages: urls.join('\n'),
				}),
			);
			expectSuccess(execution);
			expect(scene.paidJobs()[0]).toMatchObject({
				...{ family: 'kling', route: 'omni-video', model: 'kling-video-o1' },
				body: { image_list: urls.map((image_url) => ({ image_url })), duration: '5' },
			});
			expect(await fileOf(execution, 'CometAPI Video')).toEqual(sampleMp4);
		});

		test('pays for nothing while no image is filled in, and says so', async () => {
			const execution = await scene.execute(await open('video-from-references'));
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error?.message).toContain("'Reference Images'");
			scene.paidIds(0);
		});
	});

	describe('the example seedance-references', () => {
		const fileOf = (name: string, type: string, bytes: Buffer) => ({ name, type, bytes });
		const mp3 = Buffer.from('49443303000000000000fffb90', 'hex');
		const images = [
			fileOf('dog.png', 'image/png', PNG),
			fileOf('cat.png', 'image/png', Buffer.concat([PNG, PNG])),
		];

		test.each([
			['images, a video and music', [fileOf('dance.mp4', 'video/mp4', sampleMp4)], true],
			['images alone', [], false],
		])('sends the files of the form, and shows the video: %s', async (_case, videos, hasMusic) => {
			const music = hasMusic ? [fileOf('song.mp3', 'audio/mpeg', mp3)] : [];
			const form = await publishForm('seedance-references', images, videos, music);
			const page = await form.submit('@Image1 dances as in @Video1.');
			expect(page).toContain('<h1>Your video is ready</h1>');
			const requestId = onlyId();
			expect(page).toContain(`${scene.simulator.mediaUrl}/videos/${requestId}.mp4`);
			const sent = scene.simulator
				.requestsTo('submit')
				.at(-1)
				?.form?.map(({ name, value }) => [name, typeof value === 'string' ? value : value.bytes]);
			expect(sent).toEqual([
				['model', 'seedance-2-5'],
				['prompt', '@Image1 dances as in @Video1.'],
				['seconds', '4'],
				['size', '854x480'],
				...images.map(({ bytes }) => ['input_reference', bytes.length]),
				...videos.map(({ bytes }) => ['reference_videos', bytes.length]),
				...music.map(({ bytes }) => ['reference_audios', bytes.length]),
			]);
			expectSuccess(await form.execution());
		});
	});

	describe('the example long-video', () => {
		test('goes on twice, and hands on the last and longest video', async () => {
			const execution = await scene.execute(await open('long-video'));
			expectSuccess(execution);
			const [first, second, third, ...others] = scene.paidJobs();
			expect(others).toEqual([]);
			const idsOf = (made = first) => ({
				...{ task_id: made?.requestId, video_id: `${made?.requestId}-1` },
			});
			expect([second, third]).toMatchObject([
				{ route: 'video-extend', body: idsOf(first) },
				{ route: 'video-extend', body: idsOf(second) },
			]);
			const [item] = outputItems(execution, 'Third Scene');
			expect(item?.json).toMatchObject({ status: 'done', video: { duration: 15 } });
			expect(await fileOf(execution, 'Third Scene')).toEqual(sampleMp4);
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

	describe('the example edit-uploaded-video', () => {
		let form: Awaited<ReturnType<typeof publishForm>>;

		beforeAll(async () => {
			const video = { bytes: sampleMp4, type: 'video/mp4', name: 'candle.mp4' };
			form = await publishForm('edit-uploaded-video', video);
		});

		test('serves the file of the form to CometAPI while it is edited, and no longer', async () => {
			scene.plan = () => ({ seconds: 3 });
			const page = form.submit('Make the flame blue.');
			await until(() => scene.paidJobs().length > 0);
			const [job] = scene.paidJobs();
			const body = editShape.parse(job?.body);
			expect(body.prompt).toBe('Make the flame blue.');
			const served = await fetch(body.video.url);
			expect(served.headers.get('content-type')).toContain('video/mp4');
			expect(Buffer.from(await served.arrayBuffer())).toEqual(sampleMp4);

			expect(await page).toContain('<h1>Your video is ready</h1>');
			expect(await page).toContain(`${scene.simulator.mediaUrl}/videos/${onlyId()}.mp4`);
			expectSuccess(await form.execution());
			expect((await fetch(body.video.url)).status).toBe(404);
		});

		test('says on the page why there is no video, and deletes the file', async () => {
			scene.plan = () => ({
				seconds: 0.2,
				outcome: 'failed',
				error: { code: 'invalid_argument', message: 'This is not to be shown.' },
			});
			const page = await form.submit('Something forbidden');
			expect(page).toContain('<h1>There is no video this time</h1>');
			expect(page).toContain('This is not to be shown.');
			expect(page).toContain(onlyId());
			expectSuccess(await form.execution());
			expect(await scene.client.listTableRows('CometAPI video files')).toEqual([]);
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
			// pipeline.test.ts executes the others.
			expect([...executed, ...PIPELINE].sort()).toEqual(all.map(({ name }) => name));
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

		test('has notes of few words, which can be read when the workflow fits a window of 1440 px', () => {
			for (const { name, workflow } of all) {
				const notes = workflow.nodes.map((node) => noteShape.safeParse(node['parameters']).data);
				const words = notes.map((note) => note?.content.split(/\s+/).length ?? 0);
				expect({ name, most: Math.max(...words) <= MOST_WORDS }).toEqual({ name, most: true });
				expect({ name, readable: textPxAtFit(workflow) >= READABLE_PX }).toEqual({
					...{ name, readable: true },
				});
			}
		});

		test('starts from the shortest video that its target takes, at 480p', () => {
			for (const { name, workflow } of all) {
				const created = workflow.nodes
					.filter(({ type }) => type.startsWith(NODE_TYPE))
					.map((node): Record<string, unknown> => Object(node['parameters']))
					// Other families have no such length or resolution; their notes say what they cost.
					.filter(
						({ resource = 'grok', operation }) => resource === 'grok' && operation === 'create',
					)
					.map(({ duration, resolution }) => ({ duration, resolution }));
				// Instagram refuses a Reel of less than 3 seconds.
				const duration = name === 'instagram-reel' ? 3 : 1;
				const smallest = { duration, resolution: '480p' };
				expect({ name, created }).toEqual({ name, created: created.map(() => smallest) });
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

/** How high the notes' text is on the screen when a window of 1440 by 900 px shows all of the workflow. */
function textPxAtFit({ nodes }: Workflow): number {
	const boxes = nodes.map(({ position, parameters }) => {
		const [x, y] = positionShape.parse(position);
		const { width, height } = noteShape.safeParse(parameters).data ?? NODE_SIZE;
		return { x, y, right: x + width, bottom: y + height };
	});
	const width = Math.max(...boxes.map(({ right }) => right)) - Math.min(...boxes.map(({ x }) => x));
	const height =
		Math.max(...boxes.map(({ bottom }) => bottom)) - Math.min(...boxes.map(({ y }) => y));
	return NOTE_TEXT_PX * Math.min(1, FITTED_PX.width / width, FITTED_PX.height / height);
}

/** The workflow with some values of a Set node filled in. */
function withTexts(
	workflow: Workflow,
	nodeName: string,
	values: Record<string, string | boolean>,
): Workflow {
	const nodes = workflow.nodes.map((node) => {
		if (node.name !== nodeName) return node;
		const { assignments } = textsShape.parse(node['parameters']).assignments;
		const filledIn = assignments.map((each) => ({
			...each,
			value: values[each.name] ?? each.value,
		}));
		const parameters = { mode: 'manual', assignments: { assignments: filledIn }, options: {} };
		return { ...node, parameters };
	});
	return { ...workflow, nodes };
}

function isPlaceholder(host: string | undefined): boolean {
	return /^[\w-]+\.example$/.test(host ?? '');
}
