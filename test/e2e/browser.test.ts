/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sleep } from 'n8n-workflow';

import { type Browser, type BrowserContext, launchChromium } from '../harness/browser/chromium.ts';
import { type Editor, logIn, openEditor } from '../harness/browser/editor.ts';
import { keepPicture, PICTURE_SIZE } from '../harness/browser/pictures.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import { FOREVER, useServer } from '../harness/n8n/serverScene.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import {
	node,
	START,
	start,
	VIDEO,
	video,
	workflow,
	type WorkflowNode,
} from '../harness/n8n/workflow.ts';
import { until } from '../harness/until.ts';

const SHOWN_WITHIN_MS = 30_000;

const OUTPUT_FIELD = 'Put Output File in Field';

const CREATE_LABELS = [
	'Resource',
	'Operation',
	'Model',
	'Prompt',
	'Image Source',
	'Duration',
	'Resolution',
	'Aspect Ratio',
	'Wait for Completion',
	'Download Video',
	OUTPUT_FIELD,
	'Options',
];
const EDIT_LABELS = [
	'Resource',
	'Operation',
	'Model',
	'Video URL',
	'Prompt',
	'Wait for Completion',
	'Download Video',
	OUTPUT_FIELD,
	'Options',
];
const GET_STATUS_LABELS = [
	'Resource',
	'Operation',
	'Request ID',
	'Wait for Completion',
	'Download Video',
	'Options',
];
/** The fields of the other families' operations, before the ones that all have. */
const OTHER_FAMILIES = [
	{
		resource: 'Seedance, Veo, Wan and More',
		create: ['Model', 'Prompt', 'Image Source', 'Duration', 'Aspect Ratio'],
		getStatus: ['Request ID'],
	},
	{
		resource: 'Kling',
		create: ['Model', 'Prompt', 'Image Source', 'Duration', 'Aspect Ratio', 'Mode', 'Sound'],
		getStatus: ['Request ID', 'Kind of Video'],
	},
];
/** The fields and options of the operations that only Kling has, beside those that all have. */
const KLINGS_OWN = [
	{
		operation: 'Create From References',
		fields: [
			...['Model', 'Prompt', 'Reference Images', 'Reference Video', 'Use of the Video'],
			...['Duration', 'Aspect Ratio', 'Mode'],
		],
		options: ['Keep Original Sound'],
		notice: /images: up to 7, or 4 beside a video\. References: one video by URL/,
	},
	{
		operation: 'Extend',
		fields: ['Request ID', 'Video ID', 'Prompt'],
		options: ['CFG Scale', 'Negative Prompt'],
	},
];
/** The options for files of the families' Create, with and without an image to start from. */
const FILE_OPTIONS = [
	{
		resource: 'Seedance, Veo, Wan and More',
		options: ['Reference Audios', 'Reference Videos', 'Size'],
		notice: /References: up to 9 images, 3 videos and 3 audios by its maker's pages/,
	},
	{
		resource: 'Kling',
		options: ['CFG Scale', 'Negative Prompt'],
		notice: /References: end frame, by third parties in Professional mode without sound only/,
	},
];
const OF_ALL = ['Wait for Completion', 'Download Video', 'Options'];
const SUBMIT_OPTIONS = ['Include Raw Response', 'Max Videos'];
const WAIT_OPTIONS = ['Max Wait', 'On Timeout', 'Poll Interval'];
const SLEEP = 'Sleep While Waiting';
const SEARCHES = [
	'cometapi',
	'create video',
	'make video',
	'generate video',
	'video generation',
	'text to video',
	'text-to-video',
	'image to video',
	'grok-imagine-video',
	'seedance',
	'veo',
	'wan',
	'vidu',
	'hailuo',
	'minimax',
	'flux',
	'happyhorse',
	'kling',
	'grok video',
	'kling video',
	'veo 3',
	'veo3',
	'seedance 2',
	'bytedance',
	'doubao',
	'generate a video',
	'create a video',
	'animate image',
	'reels',
	'shorts',
	'tiktok',
	'sora alternative',
	'faceless video',
	'grok',
];
/** The editor shows things a little later than they are asked for. */
async function eventually(check: () => Promise<void>): Promise<void> {
	const deadline = Date.now() + SHOWN_WITHIN_MS;
	while (Date.now() < deadline) {
		const holds = await check().then(
			() => true,
			() => false,
		);
		if (holds) return;
		await sleep(100);
	}
	await check();
}

/** As the node is when it was just added. */
function newNode(parameters: Record<string, unknown>): WorkflowNode {
	return node(VIDEO, [NODE_TYPE, 1], parameters);
}

function without(labels: string[], hidden: string): string[] {
	return labels.filter((label) => label !== hidden);
}

function withLabelAfter(labels: string[], label: string, added: string): string[] {
	return labels.flatMap((each) => (each === label ? [each, added] : [each]));
}

describe(`n8n ${CURRENT_N8N}`, () => {
	const scene = useServer(CURRENT_N8N);
	let browser: Browser | undefined;
	let context: BrowserContext;
	let editor: Editor;

	beforeAll(async () => {
		const { installation, server } = scene.stage;
		browser = await launchChromium(installation);
		context = await browser.newContext({
			colorScheme: 'light',
			viewport: PICTURE_SIZE,
			deviceScaleFactor: 1,
		});
		await logIn(context, server.url);
	}, 300_000);

	afterAll(async () => await browser?.close());

	beforeEach(async () => {
		editor = await openEditor(context, scene.stage.server.url);
	});

	afterEach(async () => await editor.close());

	async function openNode(...nodes: WorkflowNode[]) {
		await editor.openWorkflow(await scene.save(workflow([start(), ...nodes])));
		await editor.openNode(VIDEO);
	}

	async function executeStep() {
		await editor.node.startStep();
		await editor.output.isThere();
		await editor.closeNotification();
	}

	async function takePicture(name: string) {
		await keepPicture(name, await editor.picture());
	}

	async function showsLabels(labels: string[]) {
		await eventually(async () => expect(await editor.node.labels()).toEqual(labels));
	}

	async function showsOperation(name: string, labels: string[], { waits }: { waits: boolean }) {
		await showsLabels(labels);
		expect(await editor.node.chosen('operation')).toBe(name);
		expect(await editor.node.isOn('waitForCompletion')).toBe(waits);
	}

	async function offersOptions(options: string[]) {
		await editor.node.openOptions();
		await eventually(async () => expect(await editor.node.offeredOptions()).toEqual(options));
		await editor.node.closeOptions();
	}

	/** From the state of a new node. */
	async function downloadsOnlyWhenItWaits(labels: string[]) {
		const waiting = [...SUBMIT_OPTIONS, ...WAIT_OPTIONS, 'Reference', SLEEP, 'User'];
		await offersOptions(['Custom Body Fields', 'File Name', ...waiting]);
		await editor.node.toggle('downloadVideo');
		await showsLabels(without(labels, OUTPUT_FIELD));
		await offersOptions(['Custom Body Fields', ...waiting]);
		await editor.node.toggle('waitForCompletion');
		await showsLabels(without(without(labels, OUTPUT_FIELD), 'Download Video'));
		await offersOptions(['Custom Body Fields', ...SUBMIT_OPTIONS, 'Max Wait', 'Reference', 'User']);
		// A field that was hidden comes back with its default.
		await editor.node.toggle('waitForCompletion');
		await showsLabels(labels);
	}

	describe('the node panel', () => {
		test('finds the node by what a user may type', async () => {
			await editor.startNewWorkflow();
			for (const words of SEARCHES) {
				await editor.panel.search('');
				await eventually(async () =>
					expect(await editor.panel.found()).not.toContain('CometAPI Video'),
				);
				await editor.panel.search(words);
				await eventually(async () =>
					expect(await editor.panel.found()).toContain('CometAPI Video'),
				);
			}
			await takePicture('find-node');
		});

		test("offers the node's actions, and adds the node with the operation of the chosen one", async () => {
			const actions = [
				'Create Grok video',
				'Edit Grok video',
				'Get status of Grok video',
				'Create Seedance, Veo, Wan or other video',
				'Get status of Seedance, Veo or other video',
				'Create Kling video',
				'Create Kling video from references',
				'Extend Kling video',
				'Get status of Kling video',
			];
			const showActions = async () => {
				await editor.panel.search('grok');
				await editor.panel.choose('CometAPI Video');
				await eventually(async () =>
					expect(await editor.panel.actions(NODE_TYPE)).toEqual(actions),
				);
			};
			await editor.startNewWorkflow();
			await showActions();
			await takePicture('actions');
			await editor.panel.choose('Create Grok video');
			await showsOperation('Create', CREATE_LABELS, { waits: true });
			await editor.node.close();
			await editor.openNodePanel();
			await showActions();
			await editor.panel.choose('Edit Grok video');
			await showsOperation('Edit', EDIT_LABELS, { waits: true });
			await editor.node.close();
			await editor.openNodePanel();
			await showActions();
			await editor.panel.choose('Get status of Grok video');
			await showsOperation('Get Status', GET_STATUS_LABELS, { waits: false });
		});

		test('shows the icon of the light and of the dark theme, and so does the canvas', async () => {
			await editor.openWorkflow(scene.stage.workflowId);
			await editor.openNodePanel();
			await editor.panel.search('grok');
			const showsIcon = async (file: string) =>
				await eventually(async () => {
					expect(await editor.panel.icon('CometAPI Video')).toMatch(`/${file}`);
					expect(await editor.iconOnCanvas(VIDEO)).toMatch(`/${file}`);
				});
			await showsIcon('cometapi.svg');
			await takePicture('icon-light');
			await editor.useDarkColors();
			await showsIcon('cometapi.dark.svg');
			await takePicture('icon-dark');
		});
	});

	describe('the fields and options of the node', () => {
		test('are those of Create, and go with its image source and toggles', async () => {
			await openNode(newNode({ operation: 'create' }));
			await showsOperation('Create', CREATE_LABELS, { waits: true });
			await editor.node.choose('imageSource', 'URL');
			await showsLabels(withLabelAfter(CREATE_LABELS, 'Image Source', 'Image URL'));
			await editor.node.choose('imageSource', 'Binary Data');
			await showsLabels(withLabelAfter(CREATE_LABELS, 'Image Source', 'Input Data Field Name'));
			await takePicture('image-from-binary');
			await editor.node.choose('imageSource', 'None');
			await downloadsOnlyWhenItWaits(CREATE_LABELS);
			await editor.node.addOption('Max Wait');
			await showsLabels([...CREATE_LABELS, 'Max Wait']);
			await takePicture('options');
		});

		test('are those of Edit, and go with its toggles', async () => {
			await openNode(newNode({ operation: 'create' }));
			await editor.node.choose('operation', 'Edit');
			await showsOperation('Edit', EDIT_LABELS, { waits: true });
			await downloadsOnlyWhenItWaits(EDIT_LABELS);
		});

		test('are those of Get Status, and go with its toggles', async () => {
			await openNode(newNode({ operation: 'create' }));
			await editor.node.choose('operation', 'Get Status');
			await showsOperation('Get Status', GET_STATUS_LABELS, { waits: false });
			await offersOptions(['Include Raw Response']);
			await editor.node.toggle('downloadVideo');
			await showsLabels(withLabelAfter(GET_STATUS_LABELS, 'Download Video', OUTPUT_FIELD));
			await offersOptions(['File Name', 'Include Raw Response']);
			await editor.node.toggle('waitForCompletion');
			await showsLabels(withLabelAfter(GET_STATUS_LABELS, 'Download Video', OUTPUT_FIELD));
			await offersOptions(['File Name', 'Include Raw Response', ...WAIT_OPTIONS, SLEEP]);
		});
	});

	describe('the fields of the other families', () => {
		test.each(OTHER_FAMILIES)('are those of $resource', async ({ resource, create, getStatus }) => {
			await openNode(newNode({ operation: 'create' }));
			await editor.node.choose('resource', resource);
			await showsLabels(
				withLabelAfter(
					['Resource', 'Operation', ...create, ...OF_ALL],
					'Download Video',
					OUTPUT_FIELD,
				),
			);
			await takePicture(`family-${resource.split(/\W/)[0]?.toLowerCase()}`);
			await editor.node.choose('operation', 'Get Status');
			await showsLabels(['Resource', 'Operation', ...getStatus, ...OF_ALL]);
		});
	});

	describe('frames and references', () => {
		const common = ['Custom Body Fields', 'File Name', ...SUBMIT_OPTIONS, ...WAIT_OPTIONS];
		const offers = async (own: string[]) =>
			await offersOptions([...common, 'Reference', SLEEP, ...own].sort());

		test.each(KLINGS_OWN)(
			"have fields of their own in Kling's $operation",
			async ({ operation, fields, options, notice }) => {
				await openNode(newNode({ resource: 'kling', operation: 'create' }));
				await editor.node.choose('operation', operation);
				const all = ['Resource', 'Operation', ...fields, ...OF_ALL];
				await showsLabels(withLabelAfter(all, 'Download Video', OUTPUT_FIELD));
				if (notice) await showsNotices(expect.stringMatching(notice));
				await offers(options);
				await takePicture(`kling-${operation.split(' ').at(-1)?.toLowerCase()}`);
			},
		);

		test.each(FILE_OPTIONS)(
			'are options of $resource, the last frame beside an image',
			async ({ resource, options, notice }) => {
				await openNode(newNode({ operation: 'create' }));
				await editor.node.choose('resource', resource);
				await showsNotices(expect.stringMatching(notice));
				await offers(options);
				await editor.node.choose('imageSource', 'URL');
				await offers(['Last Frame', ...options]);
				await editor.node.addOption('Last Frame');
				await takePicture(`last-frame-${resource.split(/\W/)[0]?.toLowerCase()}`);
			},
		);
	});

	test('another resource takes its own default model, and a stored workflow keeps the chosen one', async () => {
		const model = { __rl: true, mode: 'list', value: 'kling-v3', cachedResultName: 'Kling 3' };
		await openNode(newNode({ resource: 'kling', operation: 'create', model }));
		const showsModel = async (name: string) =>
			await eventually(async () => expect(await editor.node.chosenFromList()).toBe(name));
		await showsModel('Kling 3');
		await editor.node.choose('resource', 'Grok');
		await showsModel('Grok Imagine');
		await showsNotices(expect.stringMatching(/^8 seconds: \$0\.40 at 480p/));
		await takePicture('resource-changed');
		await editor.node.choose('resource', 'Seedance, Veo, Wan and More');
		await showsModel('Seedance 2.5');
		await editor.node.choose('resource', 'Kling');
		await showsModel('Kling 2.6');
		await showsNotices(expect.stringMatching(/^A video: \$0\.13/));
	});

	const showsNotices = async (...notices: unknown[]) =>
		await eventually(async () => expect(await editor.node.notices()).toEqual(notices));

	test('a notice tells what a click costs, by the model', async () => {
		await openNode(newNode({ operation: 'create' }));
		await showsNotices(expect.stringMatching(/^8 seconds: \$0\.40 at 480p, \$0\.56 at 720p/));
		await takePicture('price');
		await editor.node.openList();
		await editor.node.chooseFromList('Grok Imagine 1.5');
		await showsNotices(expect.stringMatching(/\$1\.60 at 1080p/));
		await editor.node.choose('operation', 'Edit');
		await showsNotices(
			'You pay for each item. An edit is as long as its original, and CometAPI publishes no price for edits.',
		);
	});

	test.each(['grok-imagine-video-2', '={{ $json.model }}'])(
		'one neutral notice stands for the model %s',
		async (value) => {
			await openNode(newNode({ operation: 'create', model: { __rl: true, mode: 'id', value } }));
			await showsNotices(
				expect.stringMatching(/^You pay for each item, by the price of the model/),
			);
		},
	);

	test('the next node shows the fields of the video before anything has run', async () => {
		const create = newNode({ operation: 'create', prompt: 'A candle' });
		const next = node('Next', ['n8n-nodes-base.set', 3.4], {});
		await editor.openWorkflow(await scene.save(workflow([start(), create, next])));
		await editor.openNode('Next');
		await eventually(async () =>
			expect(await editor.input.fields()).toEqual(
				expect.arrayContaining(['request_id', 'status', 'video', 'url', 'wait']),
			),
		);
		await takePicture('schema');
		scene.paidIds(0);
	});

	test.each(['99', '0', '7.5', '"1,5"', '"eight"'])('refuses a duration of %s', async (given) => {
		await openNode(video({ duration: `={{ ${given} }}` }));
		await executeStep();
		expect(await editor.output.errorMessage()).toBe(
			"'Duration' must be a whole number of seconds from 1 to 15",
		);
		expect(await editor.output.errorDescription()).toBe(`The value is ${given}. Enter 1 to 15.`);
		scene.paidIds(0);
	});

	test.each(['720p', '1080', 'vertical', '4K', '1280', '-1280x720'])(
		'answers a size of %s with one to enter',
		async (size) => {
			await openNode(
				newNode({ resource: 'video', operation: 'create', prompt: 'A', options: { size } }),
			);
			await executeStep();
			expect(await editor.output.errorMessage()).toBe("'Size' must be like 1280x720 or 16:9");
			expect(await editor.output.errorDescription()).toMatch(/Enter \d+x\d+ \(landscape\)/);
			scene.paidIds(0);
		},
	);

	test.each([
		['81234567890', "This looks like an ID of 'Kling'"],
		['task_4b2c1f0a', "This looks like an ID of 'Seedance, Veo, Wan and More'"],
		['https://api.cometapi.com/grok/v1/videos/a', 'with nothing around it'],
	])('helps with the request ID %s', async (requestId, advice) => {
		await openNode(newNode({ operation: 'getStatus', requestId }));
		await executeStep();
		expect(await editor.output.errorDescription()).toContain(advice);
		scene.paidIds(0);
	});

	test.each(['1.5', '0.555', '5', '-1'])('keeps %s typed into CFG Scale', async (typed) => {
		await openNode(newNode({ resource: 'kling', operation: 'create', options: { cfgScale: 0.5 } }));
		await editor.node.type('cfgScale', typed);
		expect(await editor.node.value('cfgScale')).toBe(typed);
	});

	test('the subtitle stays when the model comes from an expression', async () => {
		const subtitleWith = async (model: unknown, operation: string) => {
			const node = newNode({
				operation,
				prompt: 'A candle',
				...(model !== undefined && { model }),
			});
			await editor.openWorkflow(await scene.save(workflow([start(), node])));
			return await editor.textOnCanvas(VIDEO);
		};
		const byId = { __rl: true, mode: 'id', value: '={{ $json.model }}' };
		expect(await subtitleWith(byId, 'create')).toEqual(['CometAPI Video', 'Create']);
		expect(await subtitleWith('={{ $json.model }}', 'edit')).toEqual(['CometAPI Video', 'Edit']);
		expect(await subtitleWith(undefined, 'getStatus')).toEqual(['CometAPI Video', 'Get Status']);
	});

	test("the list of models has Grok's video models, and finds one by a part of its name", async () => {
		await openNode(newNode({ operation: 'create' }));
		const lists = async (models: string[]) =>
			await eventually(async () => expect(await editor.node.listed()).toEqual(models));
		await editor.node.openList();
		await lists(['Grok Imagine', 'Grok Imagine 1.5']);
		await takePicture('models');
		expect(scene.simulator.requests.at(-1)?.route).toBe('models');
		// n8n keeps the chosen model in the list, whatever is searched.
		await editor.node.searchList('no such model');
		await lists(['Grok Imagine']);
		await editor.node.searchList('1.5');
		await lists(['Grok Imagine', 'Grok Imagine 1.5']);
		await editor.node.chooseFromList('Grok Imagine 1.5');
		expect(await editor.node.chosenFromList()).toBe('Grok Imagine 1.5');
		await editor.node.close();
		expect(await editor.textOnCanvas(VIDEO)).toEqual([
			'CometAPI Video',
			'Create: grok-imagine-video-1.5',
		]);
	});

	describe("the credential's dialogue", () => {
		const openNewCredential = async () => {
			await openNode(newNode({ operation: 'create' }));
			await editor.node.openNewCredential();
		};

		test('tests a right key with success when it is saved', async () => {
			await openNewCredential();
			await takePicture('credential');
			await editor.credential.save({
				apiKey: scene.simulator.apiKey,
				baseUrl: scene.simulator.url,
			});
			await editor.credential.isClosed();
			expect(await editor.node.chosenCredential()).toMatch(/^CometAPI Video account \d$/);
			await editor.closeNotification();
			await editor.node.openCredential();
			await editor.credential.isTested();
			await takePicture('credential-tested');
		});

		test('says that a wrong key is not accepted', async () => {
			await openNewCredential();
			await editor.credential.save({ apiKey: 'wrong', baseUrl: scene.simulator.url });
			expect(await editor.credential.whyTestFailed()).toBe(
				"CometAPI doesn't accept the API key. Check 'API Key'.",
			);
			await editor.closeNotification();
			await takePicture('credential-fails');
		});
	});

	describe('Execute step', () => {
		test('shows the item of the finished video, with the video in front', async () => {
			await openNode(video({ downloadVideo: true }));
			await executeStep();
			await editor.output.showTable();
			await eventually(async () =>
				expect(await editor.output.columns()).toEqual([
					'request_id',
					'status',
					'video',
					'model',
					'progress',
					'provider_cost_usd',
					'wait',
				]),
			);
			await takePicture('table');
			await editor.output.showJson();
			const [requestId] = scene.paidIds(1);
			await eventually(async () =>
				expect(await editor.output.json()).toEqual([
					expect.objectContaining({ request_id: requestId, status: 'done' }),
				]),
			);
			expect(await editor.output.hints()).toEqual([]);
			await takePicture('node');
		});

		test('shows a downloaded video, which plays', async () => {
			await openNode(video({ downloadVideo: true }));
			await executeStep();
			await editor.output.viewBinary();
			expect(await editor.output.playVideo()).toEqual({ width: 480, seconds: 1 });
			expect(await editor.output.hints()).toEqual([]);
			await editor.output.holdVideoInItsMiddle();
			await takePicture('video');
			scene.paidIds(1);
		});

		test('shows how to go on with a video that is not finished', async () => {
			await openNode(video({ waitForCompletion: false }));
			await executeStep();
			await editor.output.showJson();
			const [requestId] = scene.paidIds(1);
			await eventually(async () =>
				expect(await editor.output.json()).toEqual([
					{ request_id: requestId, status: 'pending', model: 'grok-imagine-video' },
				]),
			);
			expect(await editor.output.hints()).toEqual([]);
			expect(await editor.node.notices()).toContain(
				"With 'Wait for Completion' turned off, the item has the status 'pending' and no video yet. To get the video, pass its 'request_id' to Get Status.",
			);
			await takePicture('pending');
		});

		test('says why a video was refused, and what to do', async () => {
			const error = { code: 'invalid_argument', message: 'The prompt asks for a known person.' };
			scene.plan = () => ({ seconds: 0.2, outcome: 'failed', error });
			await openNode(video());
			await executeStep();
			const [requestId] = scene.paidIds(1);
			expect(await editor.output.errorMessage()).toBe(
				`The video was refused [request ID ${requestId}]`,
			);
			expect(await editor.output.errorDescription()).toBe(
				'It may have been charged. Change the prompt, the image or the video and run again, which makes and charges a new video. CometAPI (invalid_argument): The prompt asks for a known person.',
			);
			expect(await editor.output.hints()).toEqual([]);
			await takePicture('error');
			const details = (await editor.output.errorDetails()).join(' ');
			expect(details).toContain(`"request_id": "${requestId}"`);
			expect(details).toContain('"status": "failed"');
			await takePicture('error-details');
		});

		test('shows the HTTP status of a refused status check among the details', async () => {
			const fault = { kind: 'status', status: 401 } as const;
			const refusal = scene.simulator.inject({ route: 'status', fault, times: Infinity });
			await openNode(video());
			await executeStep();
			refusal.remove();
			const [requestId] = scene.paidIds(1);
			const details = (await editor.output.errorDetails()).join(' ');
			expect(details).toContain('Error code 401');
			expect(details).toContain(`"request_id": "${requestId}"`);
			expect(details).toContain('"http_status": 401');
		});

		test('asks for a missing prompt, and sends nothing', async () => {
			await openNode(video({ prompt: '' }));
			await editor.node.startStep();
			expect(await editor.notificationText()).toContain('Parameter "Prompt" is required.');
			await takePicture('missing-prompt');
			scene.paidIds(0);
		});
	});

	test("after Stop, the browser's console has the request ID", async () => {
		scene.plan = () => FOREVER;
		await editor.openWorkflow(await scene.save(workflow([start(), video()])));
		await editor.executeWorkflow();
		const requestId = await scene.loggedId();
		await editor.stopExecution();
		await eventually(async () =>
			expect(editor.consoleLines.filter((line) => line.includes(requestId))).toHaveLength(1),
		);
		scene.paidIds(1);
	});

	test('the editor offers to retry an execution that failed, and none that was stopped', async () => {
		scene.plan = () => ({ seconds: 600 });
		const flow = workflow([start(), video({ options: { maxWait: 1 } })]);
		const failing = await scene.save(flow);
		const failed = await scene.client.runWorkflow(failing, START);
		expect((await scene.client.waitForExecution(failed)).status).toBe('error');
		expect(await editor.offersRetry(failing, failed)).toBe(true);
		const stopping = await scene.save(workflow([start(), video()]));
		const stopped = await scene.client.runWorkflow(stopping, START);
		await until(() => scene.paidJobs().length === 2);
		await scene.client.stopExecution(stopped);
		expect((await scene.client.waitForExecution(stopped)).status).toBe('canceled');
		expect(await editor.offersRetry(stopping, stopped)).toBe(false);
		scene.paidIds(2);
	});

	test('Execute workflow runs the example from its canvas', async () => {
		await editor.openWorkflow(scene.stage.workflowId);
		await editor.executeWorkflow();
		expect(await editor.notificationText()).toContain('executed successfully');
		await editor.closeNotification();
		await editor.zoomToFit();
		expect(await editor.textOnCanvas(VIDEO)).toContain('Create: grok-imagine-video');
		await takePicture('workflow');
		scene.paidIds(1);
	});
});
