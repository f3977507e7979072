/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import { sleep, type INodeExecutionData, type INodeParameters } from 'n8n-workflow';

import { countWords, MOST_WORDS } from '../harness/words.ts';
import type { Fault } from '../simulator/faults.ts';
import type { JobPlan } from '../simulator/simulator.ts';
import { speedUpClock } from './fastClock.ts';
import { execute as executeIn, logLines } from './engine.ts';
import { createKlingNode, createVideoNode } from './families.ts';
import {
	createNode,
	editNode,
	finishJobs,
	getStatusNode,
	itemsOf,
	jsonOf,
	unreadableOnce,
	until,
	withScene,
} from './scene.ts';

speedUpClock(20);

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const FROM_BINARY = { imageSource: 'binary' };
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

const fileItem = (content: Buffer): INodeExecutionData[] => [
	{ json: {}, binary: { data: { data: content.toString('base64'), mimeType: 'image/png' } } },
];

interface BadParameter {
	row: string;
	message?: RegExp;
	bad: INodeParameters;
	mended: INodeParameters;
	badItems?: INodeExecutionData[];
	items?: INodeExecutionData[];
	node?: typeof createNode;
}

const badParameters: BadParameter[] = [
	{ row: "'Prompt' is empty", bad: { prompt: '={{ $json.idea }}' }, mended: {} },
	{ row: "'Duration' must be a whole number", bad: { duration: 30 }, mended: { duration: 3 } },
	{
		row: "'Duration' must be one of 5, 10",
		bad: { duration: '7' },
		mended: { duration: 5 },
		node: createKlingNode,
	},
	{
		row: "'Size' must be like",
		bad: { options: { size: '720p' } },
		mended: { options: { size: '1280x720' } },
		node: createVideoNode,
	},
	{
		row: "'Wait for Completion' must be true or false",
		bad: { waitForCompletion: '={{ "perhaps" }}' },
		mended: {},
	},
	{
		row: "'Video URL' must be a URL",
		bad: { videoUrl: 'candle.mp4' },
		mended: {},
		node: editNode,
	},
	{
		row: "'Custom Body Fields' must have text",
		bad: { options: { customBodyFields: '{"prompt": null}' } },
		mended: {},
	},
	{
		row: "'Custom Body Fields' contains NaN or Infinity",
		bad: { options: { customBodyFields: '={{ { seed: NaN } }}' } },
		mended: {},
	},
	{
		row: "'Image URL' must be a URL",
		bad: { imageSource: 'url', imageUrl: 'candle.png' },
		mended: { imageSource: 'url', imageUrl: 'https://example.com/candle.png' },
	},
	{
		row: "'Input Data Field Name' has a file without its content",
		bad: { ...FROM_BINARY, inputDataFieldName: '={{ $binary.data }}' },
		mended: { ...FROM_BINARY, inputDataFieldName: 'data' },
		badItems: fileItem(PNG),
		items: fileItem(PNG),
	},
	{
		row: "'Custom Body Fields' must be a JSON object",
		bad: { options: { customBodyFields: '[1]' } },
		mended: { options: { customBodyFields: '{"seed": 1}' } },
	},
	{
		row: "'Custom Body Fields' has the field size",
		bad: { options: { customBodyFields: '{"size": "1:1"}' } },
		mended: { aspectRatio: '1:1' },
	},
	{
		row: "There is no file in 'data'",
		message: /^There is no file in 'photo'/,
		bad: { ...FROM_BINARY, inputDataFieldName: 'photo' },
		mended: FROM_BINARY,
		items: fileItem(PNG),
	},
	{
		row: "The file in 'data' is empty",
		message: /^The file in 'data' is not an image that CometAPI accepts/,
		bad: FROM_BINARY,
		mended: FROM_BINARY,
		badItems: fileItem(Buffer.from('GIF89a')),
		items: fileItem(PNG),
	},
	{
		row: "The file in 'data' is too large",
		bad: FROM_BINARY,
		mended: FROM_BINARY,
		badItems: fileItem(Buffer.concat([PNG, Buffer.alloc(20_000_000)])),
		items: fileItem(PNG),
	},
	{
		row: 'The files of one video are too large together',
		bad: { ...FROM_BINARY, inputDataFieldName: 'data, data' },
		mended: FROM_BINARY,
		badItems: fileItem(Buffer.concat([PNG, Buffer.alloc(15_000_000)])),
		node: createVideoNode,
	},
	{
		row: 'This execution would make 4 videos',
		message: /^This execution would make 2 videos, and 'Max Videos' allows 1/,
		bad: { options: { maxVideos: 1 } },
		mended: { options: { maxVideos: 2 } },
		badItems: itemsOf({}, {}),
	},
];

const status = (code: number, error: string, type = 'comet_api_error'): Fault => ({
	kind: 'status',
	status: code,
	body: { error: { message: error, type, code: type } },
});

const refusals: Array<{ row: string; fault: Fault }> = [
	{ row: 'CometAPI did not accept the request', fault: status(400, 'bad ratio') },
	{ row: "CometAPI doesn't accept the API key", fault: status(401, 'invalid token') },
	{ row: 'The balance of the CometAPI account', fault: status(403, 'no', 'quota_not_enough') },
	{ row: 'CometAPI refused access', fault: status(403, 'no') },
	{ row: 'The answer did not come from CometAPI', fault: { kind: 'html', status: 404 } },
	{ row: 'The request is too large for CometAPI', fault: status(413, 'too large') },
	{ row: "This model isn't available", fault: status(503, 'none', 'model_not_found') },
];

/** Doubtful while a video is submitted; while it is waited for, the node asks again. */
const outages: Array<{ row: string; fault: Fault }> = [
	{ row: 'CometAPI cannot process requests', fault: { kind: 'status', status: 502 } },
	{ row: 'CometAPI sent an answer that could not', fault: { kind: 'empty', status: 200 } },
	{ row: 'The connection to CometAPI was lost', fault: { kind: 'reset' } },
];

/** Rows that a test of another file does, by its title. */
const shownElsewhere: Record<string, [file: string, title: string]> = {
	'The file cannot be read': [
		'unit/files/requestBody.test.ts',
		'a file whose length has changed is not sent, nor digested: %s %s',
	],
	"'Last Frame' has too many files": ['engine/video.test.ts', 'two last frames'],
	"'Image Source' and 'Last Frame' must both": [
		'engine/video.test.ts',
		'a frame by file beside one by URL',
	],
	"'Last Frame' must have one image": [
		'engine/video.test.ts',
		'a frame behind two images of a model that takes one',
	],
	"'Reference Images' and 'Reference Video' are both": ['engine/kling.test.ts', 'no references'],
	"'Reference Video' must be a URL": ['engine/kling.test.ts', 'a video file'],
	'n8n started only 2 of the 3 items': [
		'unit/run/runItem.test.ts',
		'ends in an error that says so, and nothing is sent',
	],
	'Another version of this node submitted': [
		'engine/earlierVersions.test.ts',
		'of a video that %s has submitted names it, and pays nothing',
	],
	'Unexpected error in the node': ['unit/errors.test.ts', 'what went wrong unexpectedly'],
	'The execution ends after an hour': [
		'harness/n8n/serverCases.ts',
		"An execution's time-out ends the requests, and the request ID is in the log",
	],
	'The execution is "crashed"': [
		'e2e/sleep.test.ts',
		'a retry of a triggered execution pays again, if it has not',
	],
	"Executions wait in a queue and don't start": [
		'e2e/sleepingPlaces.test.ts',
		'three executions that sleep wait side by side',
	],
	'The agent pays twice for one request': [
		'engine/tool.test.ts',
		'whose tool is retried with another prompt pays for another video',
	],
	'n8n uses a lot of memory': [
		'memory/memory.test.ts',
		'a video of 200 MB takes at most 32 MB more than plain Node does',
	],
};

/** Rows that a test below does by itself. */
const others = {
	accepted: 'CometAPI rejected new videos',
	rate: 'CometAPI is receiving too many requests',
	badId: "'Request ID' is not a request ID",
	unknownId: "CometAPI doesn't know this request ID",
	notReached: 'CometAPI could not be reached',
	credential: 'n8n could not read the credential',
	blocked: 'n8n blocked the request',
	fate: "It's unclear whether CometAPI accepted this video",
	late: 'Not finished',
	moderated: 'Moderation refused this video',
	refused: 'The video was refused',
	own: 'The video could not be made',
	expired: 'The video expired',
	noUrl: "The video is finished, but CometAPI doesn't say",
	download: 'The video is finished, but could not be downloaded',
	canceled: 'The execution was canceled |',
	canceledEarly: 'The execution was canceled while',
	link: 'The link gives HTTP 403',
};

const ROWS = readFileSync('docs/troubleshooting.md', 'utf8')
	.split('\n')
	.filter((line) => /^\| (?!message|symptom|---)/.test(line))
	.map((line) => line.slice(2));

const TESTED = [
	...badParameters.map(({ row }) => row),
	...refusals.map(({ row }) => row),
	...outages.map(({ row }) => row),
	...Object.keys(shownElsewhere),
	...Object.values(others),
];

test('every row is tried, and nothing else', () => {
	expect(ROWS.filter((row) => !TESTED.some((start) => row.startsWith(start)))).toEqual([]);
	expect(TESTED.filter((start) => !ROWS.some((row) => row.startsWith(start)))).toEqual([]);
});

test.each(Object.values(shownElsewhere))('%s has the test "%s"', (file, title) => {
	expect(readFileSync(`test/${file}`, 'utf8')).toContain(title);
});

describe('Before a video is submitted', () => {
	test.concurrent.each(badParameters)(
		'$row: nothing is sent, and what the row says helps',
		async ({ row, message, bad, mended, badItems, items, node = createNode }) => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const failed = await execute(node(bad), badItems ?? items);
				expect(failed.error?.message).toMatch(message ?? new RegExp(`^${row}`));
				const { message: happened = '', description: advice } = failed.error ?? {};
				expect(countWords(`${happened} ${advice}`)).toBeLessThanOrEqual(MOST_WORDS);
				expect(simulator.requests).toEqual([]);
				expect((await execute(node(mended), items ?? badItems)).status).toBe('success');
			});
		},
	);
});

describe('When a request is refused', () => {
	test.concurrent.each(refusals)('$row: a retry submits it', async ({ row, fault }) => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			simulator.inject({ route: 'submit', fault });
			const failed = await execute(createNode());
			expect(failed.error?.message).toMatch(new RegExp(`^${row}`));
			expect(simulator.jobs).toEqual([]);
			expect((await retry(createNode(), failed)).status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent.each(outages)('$row: a wait goes on by itself', async ({ fault }) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'status', fault });
			expect((await execute(createNode())).status).toBe('success');
			expect(simulator.requestsTo('status').length).toBeGreaterThan(1);
		});
	});

	test.concurrent(`${others.accepted}: a retry submits it`, async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			const busy = { kind: 'status', status: 429 } as const;
			const { remove } = simulator.inject({ route: 'submit', times: Infinity, fault: busy });
			const failed = await execute(createNode({ options: { maxWait: 2 } }));
			expect(failed.error?.message).toBe(`${others.accepted} for 2 seconds (rate limit)`);
			remove();
			expect((await retry(createNode(), failed)).status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent(`${others.rate}: it is told of the last status check`, async () => {
		await withScene({ plan: () => ({ seconds: 60 }) }, async ({ simulator, execute }) => {
			const busy = { kind: 'status', status: 429 } as const;
			simulator.inject({ route: 'status', times: Infinity, fault: busy });
			const { error } = await execute(createNode({ options: { maxWait: 2 } }));
			expect(error?.description).toContain(`The last status check: ${others.rate}.`);
		});
	});

	test.concurrent(`${others.badId}: nothing is sent`, async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const failed = await execute(getStatusNode({ requestId: 'ID: abc' }));
			expect(failed.error?.message).toBe(others.badId);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent(
		`${others.unknownId}: the right one is found`,
		async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				await execute(createNode());
				const wrong = await execute(getStatusNode({ requestId: 'nobody' }));
				expect(wrong.error?.message).toBe(`${others.unknownId} [request ID nobody]`);
				const requestId = simulator.jobs[0]?.requestId ?? '';
				expect((await execute(getStatusNode({ requestId }))).status).toBe('success');
			});
			// CometAPI has half a minute to know an ID.
		},
		90_000,
	);

	test.concurrent.each([
		[others.notReached, 'http://127.0.0.1:1'],
		[others.blocked, 'http://api.cometapi.example'],
	])('%s: nothing was sent', async (message, baseUrl) => {
		await withScene(QUICK, async ({ simulator, credential }) => {
			const failed = await executeIn({ video: createNode() }, itemsOf({}), {
				...credential,
				baseUrl,
			});
			expect(failed.error?.message).toBe(message);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent(`${others.credential}: nothing was sent`, async () => {
		await withScene(QUICK, async ({ simulator, credential }) => {
			const unsteady = unreadableOnce(credential, 'submitting');
			const failed = await executeIn({ video: createNode() }, itemsOf({}), unsteady);
			expect(failed.error?.message).toBe(others.credential);
			expect(simulator.requests).toEqual([]);
		});
	});
});

test.concurrent(
	`${others.fate}: Get Status fetches it, and a retry repeats the message`,
	async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			simulator.inject({ route: 'submit', fault: { kind: 'reset', afterHandler: true } });
			const failed = await execute(createNode());
			expect(failed.error?.message).toBe(others.fate);
			expect((await retry(createNode(), failed)).error?.message).toBe(others.fate);
			const requestId = simulator.jobs[0]?.requestId ?? '';
			const found = await execute(getStatusNode({ requestId, waitForCompletion: true }));
			expect(jsonOf(found)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.requestsTo('submit')).toHaveLength(1);
		});
	},
);

describe('After a video was accepted', () => {
	const fromFirst = (first: JobPlan) => ({
		plan: ({ index }: { index: number }) => (index === 0 ? first : { seconds: 0.1 }),
	});

	test.concurrent(`${others.late}: a retry and Get Status wait again`, async () => {
		await withScene({ plan: () => ({ seconds: 60 }) }, async ({ simulator, execute, retry }) => {
			const node = createNode({ options: { maxWait: 1 } });
			const failed = await execute(node);
			expect(failed.error?.message).toMatch(new RegExp(`^${others.late} after 1 seconds`));
			finishJobs(simulator);
			expect((await retry(node, failed)).status).toBe('success');
			const requestId = simulator.jobs[0]?.requestId ?? '';
			const later = await execute(getStatusNode({ requestId, waitForCompletion: true }));
			expect(jsonOf(later)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent.each([
		[others.moderated, 'moderation'],
		[others.refused, 'invalid_argument'],
	])('%s: another prompt makes another video', async (row, code) => {
		const error = { code, message: 'Too rude' };
		const plan = fromFirst({ seconds: 0.1, outcome: 'failed', error });
		await withScene(plan, async ({ simulator, execute, retry }) => {
			const failed = await execute(createNode({ prompt: 'rude' }));
			expect(failed.error?.message).toMatch(new RegExp(`^${row} `));
			const retried = await retry(createNode({ prompt: 'kind' }), failed);
			expect(retried.status).toBe('success');
			expect(simulator.jobs.map(({ body }) => body.prompt)).toEqual(['rude', 'kind']);
		});
	});

	test.concurrent.each([
		[others.own, { outcome: 'failed', error: { code: 'internal_error', message: 'Oh dear' } }],
		[others.expired, { outcome: 'expired' }],
	] as const)('%s: a retry makes a new video', async (row, outcome) => {
		await withScene(fromFirst({ seconds: 0.1, ...outcome }), async (scene) => {
			const failed = await scene.execute(createNode());
			expect(failed.error?.message).toMatch(new RegExp(`^${row}`));
			expect(failed.error?.description).toContain('makes a new video');
			expect((await scene.retry(createNode(), failed)).status).toBe('success');
			expect(scene.simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent(`${others.noUrl}: a retry and Get Status ask again`, async () => {
		const plan = () => ({ seconds: 0.1, urlAfterPolls: 4 });
		await withScene({ plan }, async ({ simulator, execute, retry }) => {
			const node = createNode({ options: { maxWait: 2 } });
			const failed = await execute(node);
			expect(failed.error?.message).toMatch(new RegExp(`^${others.noUrl}`));
			const retried = await retry(createNode({ options: { maxWait: 30 } }), failed);
			expect(retried.status).toBe('success');
			const requestId = simulator.jobs[0]?.requestId ?? '';
			expect((await execute(getStatusNode({ requestId }))).status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent(`${others.download}: a retry downloads it`, async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			const gone = { kind: 'status', status: 410 } as const;
			const { remove } = simulator.inject({ route: 'video', times: Infinity, fault: gone });
			const node = createNode({ downloadVideo: true });
			const failed = await execute(node);
			expect(failed.error?.message).toMatch(new RegExp(`^${others.download}`));
			remove();
			const retried = await retry(node, failed);
			expect(Object.keys(retried.outputs[0]?.[0]?.binary ?? {})).toEqual(['data']);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('The execution was canceled: Get Status fetches the video', async () => {
		await withScene({ plan: () => ({ seconds: 60 }) }, async ({ simulator, start, execute }) => {
			const run = await start(createNode());
			await until(() => simulator.requestsTo('status').length > 0);
			run.stop();
			await run.finished;
			finishJobs(simulator);
			const requestId = simulator.jobs[0]?.requestId ?? '';
			const found = await execute(getStatusNode({ requestId, waitForCompletion: true }));
			expect(jsonOf(found)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent(`${others.canceledEarly} …: the log has the ID`, async () => {
		await withScene(QUICK, async ({ simulator, start }) => {
			const slow = { kind: 'delay', ms: 500, afterHandler: true } as const;
			simulator.inject({ route: 'submit', fault: slow });
			const run = await start(createNode());
			await until(() => simulator.jobs.length > 0);
			run.stop();
			const id = simulator.jobs[0]?.requestId ?? '';
			await until(() =>
				logLines.some((line) => line.includes('CometAPI accepted a video') && line.includes(id)),
			);
			expect(simulator.requestsTo('status')).toEqual([]);
		});
	});

	test.concurrent(`${others.link}: a file does not expire`, async () => {
		const plan = () => ({ seconds: 0.1, linkSeconds: 4 });
		await withScene({ plan }, async ({ execute }) => {
			const finished = await execute(createNode({ downloadVideo: true }));
			const [item] = finished.outputs[0] ?? [];
			expect(Object.keys(item?.binary ?? {})).toEqual(['data']);
			const { url } = item?.json.video as { url: string };
			while ((await fetch(url)).status !== 403) await sleep(200);
		});
	});
});
