/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, jest, test } from '@jest/globals';
import { sleep, type INodeExecutionData, type INodeParameters } from 'n8n-workflow';

import type { Simulator } from '../simulator/simulator.ts';
import { listModels, logLines, videoNode } from './engine.ts';
import { createFromReferencesNode, createKlingNode, extendNode } from './families.ts';
import { speedUpClock } from './fastClock.ts';
import { inBothModes, storeFile, withBinaryMode } from './files.ts';
import { getStatusNode, itemsOf, jsonOf, until, withScene } from './scene.ts';

speedUpClock(20);

// Half a minute of waiting, on a machine that may be busy.
jest.setTimeout(90_000);

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const SUBMIT = { waitForCompletion: false };
const IMAGE_URL = 'https://media.example/a.png';
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(70_000, 7)]);

const WEBP = Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1');
const WEBP_URL = `data:image/webp;base64,${WEBP.toString('base64')}`;

const TEXT = '/kling/v1/videos/text2video';
const IMAGE = '/kling/v1/videos/image2video';

async function imageItem(): Promise<INodeExecutionData[]> {
	const file = await storeFile(PNG, { fileName: 'a.png', mimeType: 'image/png' });
	return [{ json: {}, binary: { data: file } }];
}

/** Files that Kling takes not at all, or not so large, or not three of. */
async function badImages() {
	const store = async (content: Buffer) =>
		await storeFile(content, { fileName: 'a.png', mimeType: 'image/png' });
	const ofBytes = (bytes: number) => Buffer.concat([PNG, Buffer.alloc(bytes - PNG.length)]);
	return {
		video: await store(Buffer.from('00000020667479706d703432', 'hex')),
		webp: await store(WEBP),
		large: await store(ofBytes(11_000_000)),
		most: await store(ofBytes(10_000_000)),
	};
}

describe('Create sends', () => {
	test.concurrent('what a video from text needs when nothing is chosen', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(createKlingNode(SUBMIT));
			expect(simulator.requests.map(({ path, body }) => [path, body])).toEqual([
				[
					TEXT,
					{
						...{ model_name: 'kling-v2-6', prompt: 'A candle flickers on a wooden table.' },
						...{ duration: '5', mode: 'std', external_task_id: expect.any(String) },
					},
				],
			]);
		});
	});

	test.concurrent('every field, the own ones on top', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const options = {
				...{ negativePrompt: 'fog', cfgScale: '={{ "0.7" }}' },
				customBodyFields: '{ "callback_url": "https://a.example", "mode": "std" }',
			};
			const node = createKlingNode({
				...{ ...SUBMIT, duration: '={{ " 10 " }}', aspectRatio: '9:16' },
				...{ qualityMode: 'pro', sound: '={{ "true" }}', options },
			});
			await execute(node);
			expect(simulator.requests[0]?.body).toEqual({
				...{ model_name: 'kling-v2-6', prompt: 'A candle flickers on a wooden table.' },
				...{ negative_prompt: 'fog', cfg_scale: 0.7, duration: '10', aspect_ratio: '9:16' },
				...{ mode: 'std', sound: 'on', callback_url: 'https://a.example' },
				external_task_id: expect.any(String),
			});
		});
	});

	test.concurrent('an image by URL, to the other path', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createKlingNode({ imageSource: '={{ "url" }}', imageUrl: IMAGE_URL });
			const finished = await execute(node);
			expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.requests.map(({ path }) => path)).toEqual([
				IMAGE,
				`${IMAGE}/${simulator.jobs[0]?.requestId}`,
			]);
			expect(simulator.jobs[0]?.body).toMatchObject({ image: IMAGE_URL });
		});
	});

	test.concurrent.each(inBothModes([['a file'], ['a data URL']]))(
		'an image kept in %s as base64 without a head: %s',
		async (mode, source) => {
			await withBinaryMode(mode, async () => {
				await withScene(QUICK, async ({ simulator, execute }) => {
					const imageUrl = `data:image/png;base64,${PNG.toString('base64')}`;
					const parameters =
						source === 'a file' ? { imageSource: 'binary' } : { imageSource: 'url', imageUrl };
					await execute(createKlingNode({ ...SUBMIT, ...parameters }), await imageItem());
					expect(simulator.requests[0]?.path).toBe(IMAGE);
					expect(simulator.jobs[0]?.body).toMatchObject({ image: PNG.toString('base64') });
				});
			});
		},
	);

	const MP4 = Buffer.from('00000020667479706d703432', 'hex');
	const tail = (lastFrame: INodeParameters['lastFrame'], parameters: INodeParameters = {}) =>
		createKlingNode({
			...{ ...SUBMIT, imageSource: 'url', imageUrl: IMAGE_URL },
			...{ ...parameters, options: { lastFrame } },
		});

	test.concurrent.each<[string, INodeParameters['lastFrame'], string]>([
		['a URL', ' https://media.example/end.png ', 'https://media.example/end.png'],
		['a list by expression', '={{ ["https://a.example/z.png"] }}', 'https://a.example/z.png'],
		['a file by its field', 'data', PNG.toString('base64')],
		['a data URL', `data:image/png;base64,${PNG.toString('base64')}`, PNG.toString('base64')],
	])('a last frame: %s', async (_case, lastFrame, sent) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(tail(lastFrame), await imageItem());
			expect(simulator.requests[0]?.path).toBe(IMAGE);
			expect(simulator.jobs[0]?.body).toMatchObject({ image: IMAGE_URL, image_tail: sent });
		});
	});

	test.concurrent('two files, each in its field', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const [item] = await imageItem();
			const end = Buffer.concat([PNG, Buffer.from('end')]);
			const file = await storeFile(end, { fileName: 'end.png', mimeType: 'image/png' });
			const binary = { ...item?.binary, end: file };
			await execute(tail('end', { imageSource: 'binary' }), [{ json: {}, binary }]);
			expect(simulator.jobs[0]?.body).toMatchObject({
				image: PNG.toString('base64'),
				image_tail: end.toString('base64'),
			});
		});
	});

	test.concurrent.each<[string, INodeParameters['lastFrame']]>([
		['', ''],
		['null', '={{ null }}'],
		['an empty list', '={{ [] }}'],
	])('no last frame for %s', async (_case, lastFrame) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(tail(lastFrame));
			expect(simulator.jobs[0]?.body).not.toHaveProperty('image_tail');
		});
	});

	test.concurrent('no last frame that the editor hides', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(tail('no such field', { imageSource: 'none' }));
			expect(simulator.jobs.map(({ route }) => route)).toEqual(['text2video']);
		});
	});

	test.concurrent.each<[string, INodeParameters['lastFrame'], string]>([
		['a field that is not there', 'end', "no file in 'end'"],
		['two', 'data, https://a.example/z.png', "'Last Frame' has too many files"],
		['a page', 'https://drive.google.com/file/d/1', "'Last Frame' is a page"],
		['a video', 'video', "The file in 'video' is not an image that CometAPI accepts"],
		['a number', '={{ 7 }}', "no file in '7'"],
	])('no item before a bad last frame is refused: %s', async (_case, bad, named) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const [item] = await imageItem();
			const video = await storeFile(MP4, { fileName: 'a.png', mimeType: 'image/png' });
			const items = [{ json: {} }, { json: { bad }, binary: { ...item?.binary, video } }];
			const lastFrame = typeof bad === 'string' && bad.startsWith('=') ? bad : '={{ $json.bad }}';
			const { error } = await execute(tail(lastFrame), items as INodeExecutionData[]);
			expect(`${error?.message} ${error?.description}`).toContain(named);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('two items that differ in their last frame only: two videos', async () => {
		await withScene({ plan: () => ({ seconds: 600 }) }, async ({ simulator, execute, retry }) => {
			const node = (url: string) => tail(url, { waitForCompletion: true });
			const short = (url: string) => {
				const made = node(url);
				return {
					...made,
					parameters: { ...made.parameters, options: { lastFrame: url, maxWait: 1 } },
				};
			};
			const failed = await execute(short('https://a.example/1.png'));
			await retry(short('https://a.example/2.png'), failed);
			expect(simulator.jobs.map(({ body }) => body.image_tail)).toEqual([
				'https://a.example/1.png',
				'https://a.example/2.png',
			]);
			await retry(short('https://a.example/1.png'), failed);
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('to the path of an image that is an own field', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const options = { customBodyFields: { image: IMAGE_URL, model_name: 'kling-v3' } };
			const [json] = jsonOf(await execute(createKlingNode({ ...SUBMIT, options })));
			expect(simulator.requests[0]?.path).toBe(IMAGE);
			expect(json).toMatchObject({ model: 'kling-v3' });
		});
	});

	const END_URL = 'https://media.example/end.png';

	test.concurrent.each<[string, INodeParameters, object]>([
		[
			'beside an image that is an own field',
			{
				imageSource: 'url',
				options: { lastFrame: END_URL, customBodyFields: { image: IMAGE_URL } },
			},
			{ image: IMAGE_URL, image_tail: END_URL },
		],
		[
			'of an own field, whichever came first',
			{ options: { lastFrame: END_URL, customBodyFields: { image_tail: IMAGE_URL } } },
			{ image_tail: IMAGE_URL },
		],
	])('a last frame %s', async (_case, parameters, sent) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(createKlingNode({ ...SUBMIT, ...parameters }));
			expect(simulator.requests[0]?.path).toBe(IMAGE);
			expect(simulator.jobs[0]?.body).toMatchObject(sent);
		});
	});

	test.concurrent('each item of a run to its own path', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createKlingNode({ imageSource: '={{ $json.source }}', imageUrl: IMAGE_URL });
			const finished = await execute(node, itemsOf({ source: 'url' }, { source: 'none' }));
			expect(jsonOf(finished).map(({ status }) => status)).toEqual(['done', 'done']);
			const submits = simulator.requestsTo('submit').map(({ path }) => path);
			expect(submits.sort()).toEqual([IMAGE, TEXT]);
		});
	});
});

describe('Create refuses before anything is sent', () => {
	const own = (fields: object) => ({ options: { customBodyFields: JSON.stringify(fields) } });

	test.concurrent.each<[string, INodeParameters, string]>([
		['an empty prompt', { prompt: ' ' }, "'Prompt'"],
		['a duration of 8', { duration: '={{ 8 }}' }, "'Duration'"],
		['an odd ratio', { aspectRatio: '={{ "21:9" }}' }, "'Aspect Ratio'"],
		['an odd mode', { qualityMode: '={{ "turbo" }}' }, "'Mode'"],
		['a sound of "loud"', { sound: '={{ "loud" }}' }, "'Sound'"],
		['a scale of 2', { options: { cfgScale: 2 } }, "'CFG Scale'"],
		['a scale of "much"', { options: { cfgScale: '={{ "much" }}' } }, "'CFG Scale'"],
		['an own model that is empty', own({ model_name: '' }), 'text for model_name'],
		['no file', { imageSource: 'binary' }, "no file in 'data'"],
		['WebP', { imageSource: 'binary', inputDataFieldName: 'webp' }, 'Use a JPEG or PNG file.'],
		['WebP in a data URL', { imageSource: 'url', imageUrl: WEBP_URL }, 'Use a JPEG or PNG file.'],
		[
			'WebP as last frame',
			{ imageSource: 'url', imageUrl: IMAGE_URL, options: { lastFrame: 'webp' } },
			'Use a JPEG or PNG file.',
		],
		[
			'11 MB',
			{ imageSource: 'binary', inputDataFieldName: 'large' },
			'It has 11.0 MB, and CometAPI takes up to 10 MB.',
		],
	])('%s', async (_case, parameters, named) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const binary = await badImages();
			const { error } = await execute(createKlingNode(parameters), [{ json: {}, binary }]);
			expect(`${error?.message} ${error?.description}`).toContain(named);
			expect(simulator.requests).toEqual([]);
		});
	});
});

describe('Get Status asks under the path of the kind of video', () => {
	test.concurrent.each([
		['image', { imageSource: 'url', imageUrl: IMAGE_URL }, 'done'],
		['text', {}, 'done'],
	] as const)('%s', async (videoKind, parameters, status) => {
		await withScene(QUICK, async ({ execute }) => {
			const [made] = jsonOf(await execute(createKlingNode({ ...SUBMIT, ...parameters })));
			const asking = { resource: 'kling', videoKind, waitForCompletion: true };
			const finished = await execute(getStatusNode(asking), itemsOf({ ...made }));
			expect(jsonOf(finished)).toEqual([expect.objectContaining({ status })]);
		});
	});

	test.concurrent('and says so when it is the other one', async () => {
		await withScene(QUICK, async ({ execute }) => {
			const [made] = jsonOf(await execute(createKlingNode(SUBMIT)));
			const node = getStatusNode({ resource: 'kling', videoKind: 'image' });
			const { error } = await execute(node, itemsOf({ ...made }));
			expect(error?.message).toContain("CometAPI doesn't know this request ID");
			expect(error?.description).toContain("'Kind of Video'");
		});
	});
});

describe('Extend', () => {
	const EXTEND = '/kling/v1/videos/video-extend';
	const goOnNode = (parameters: INodeParameters = {}) =>
		extendNode({
			...{ requestId: '={{ $json.request_id }}', videoId: '={{ $json.video.id }}' },
			prompt: 'It begins to rain.',
			...parameters,
		});
	const OF_1_6 = { model: { __rl: true, mode: 'id', value: 'kling-v1-6' } };

	test.concurrent('makes a longer video of a finished one, and of that one again', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const [made] = jsonOf(await execute(createKlingNode(OF_1_6)));
			const longer = jsonOf(await execute(goOnNode(), itemsOf({ ...made })));
			const [longest] = jsonOf(await execute(goOnNode(), itemsOf({ ...longer[0] })));
			expect(longest).toMatchObject({ status: 'done', video: { duration: 15 } });
			const [first, second] = simulator.jobs;
			expect(simulator.requestsTo('submit')[1]).toMatchObject({
				path: EXTEND,
				body: {
					...{ task_id: first?.requestId, video_id: `${first?.requestId}-1` },
					prompt: 'It begins to rain.',
				},
			});
			expect(simulator.requests.map(({ path }) => path)).toContain(
				`${EXTEND}/${second?.requestId}`,
			);
		});
	});

	test.concurrent('has fields of its own, and Get Status finds it', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const [made] = jsonOf(await execute(createKlingNode(OF_1_6)));
			const options = { negativePrompt: 'fog', customBodyFields: { cfg_scale: 1 } };
			const node = goOnNode({ waitForCompletion: false, options });
			const [pending] = jsonOf(await execute(node, itemsOf({ ...made })));
			expect(simulator.jobs[1]?.body).toEqual({
				...{ task_id: made?.request_id, video_id: Object(made?.video).id },
				prompt: 'It begins to rain.',
				...{ negative_prompt: 'fog', cfg_scale: 1 },
			});
			const asking = { resource: 'kling', videoKind: 'extend', waitForCompletion: true };
			const finished = await execute(getStatusNode(asking), itemsOf({ ...pending }));
			expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
		});
	});

	test.concurrent('names the kind of video that Get Status needs', async () => {
		await withScene({ plan: () => ({ seconds: 600 }) }, async ({ simulator, execute }) => {
			await execute(createKlingNode({ ...SUBMIT, ...OF_1_6 }));
			simulator.finishJob(String(simulator.jobs[0]?.requestId));
			const requestId = String(simulator.jobs[0]?.requestId);
			const ids = { requestId, videoId: `${requestId}-1` };
			const { error } = await execute(goOnNode({ ...ids, options: { maxWait: 1 } }));
			expect(error?.description).toContain("'Kind of Video'");
			expect(error?.description).toContain('Extended');
		});
	});

	test.concurrent.each<[string, INodeParameters, string]>([
		['no request ID', { videoId: '7' }, "'Request ID' is empty"],
		['no video ID', { requestId: '7' }, "'Video ID' is empty"],
		[
			'a URL',
			{ requestId: '7', videoId: 'https://media.example/a.mp4' },
			"'Video ID' is not a video ID",
		],
		[
			'a rounded number',
			{ requestId: '7', videoId: '={{ 812345678901234567 }}' },
			"'Video ID' is not a video ID",
		],
		['the whole video', { requestId: '7', videoId: '={{ { id: "7" } }}' }, "'Video ID' must be"],
		['no prompt', { requestId: '7', videoId: '7', prompt: ' ' }, "'Prompt'"],
	])('refuses %s before anything is sent', async (_case, parameters, named) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const { error } = await execute(goOnNode(parameters));
			expect(error?.message).toContain(named);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('pays nothing for a video that Kling does not know', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const { error } = await execute(goOnNode({ requestId: '7', videoId: '7' }));
			expect(error?.description).toContain('there is no such video');
			expect(error?.description).toContain('You were not charged');
			expect(simulator.jobs).toEqual([]);
		});
	});

	test.concurrent('pays nothing for a video of a model that has no Extend', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const [made] = jsonOf(await execute(createKlingNode()));
			const { error } = await execute(goOnNode(), itemsOf({ ...made }));
			expect(error?.description).toMatch(
				/^You were not charged\. Kling extends videos of its models 1 to 1\.6 only/,
			);
			expect(error?.description).toContain('videos of kling-v2-6 are not extension-compatible');
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('sends IDs that are own fields', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const [made] = jsonOf(await execute(createKlingNode(OF_1_6)));
			const ids = { task_id: made?.request_id, video_id: Object(made?.video).id };
			const node = goOnNode({
				...{ requestId: '={{ "" }}', videoId: '={{ "" }}', waitForCompletion: false },
				options: { customBodyFields: JSON.stringify(ids) },
			});
			await execute(node);
			expect(simulator.jobs[1]?.body).toMatchObject(ids);
		});
	});
});

describe('Create From References', () => {
	const OMNI = '/kling/v1/videos/omni-video';
	const VIDEO_URL = 'https://media.example/a.mp4';
	const omniNode = (parameters: INodeParameters = {}) =>
		videoNode({
			...{ resource: 'kling', operation: 'createFromReferences', prompt: '<<<image_1>>> walks' },
			...{ waitForCompletion: true, downloadVideo: false, options: { pollInterval: 1 } },
			...parameters,
		});

	test.concurrent('sends files and URLs in their order, and waits', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const referenceImages = `={{ ["data", "${IMAGE_URL}"] }}`;
			const node = omniNode({ referenceImages, duration: '={{ " 7 " }}', qualityMode: 'pro' });
			const finished = await execute(node, await imageItem());
			const [job] = simulator.jobs;
			expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.requests.map(({ path }) => path)).toEqual([
				OMNI,
				`${OMNI}/${job?.requestId}`,
			]);
			expect(job?.body).toEqual({
				...{ model_name: 'kling-video-o1', prompt: '<<<image_1>>> walks', mode: 'pro' },
				...{ duration: '7', aspect_ratio: '16:9', external_task_id: expect.any(String) },
				image_list: [{ image_url: PNG.toString('base64') }, { image_url: IMAGE_URL }],
			});
		});
	});

	test.concurrent.each<[string, INodeParameters, object]>([
		[
			'to follow',
			{},
			{
				...{ duration: '5', aspect_ratio: '16:9' },
				video_list: [{ video_url: VIDEO_URL, refer_type: 'feature', keep_original_sound: 'yes' }],
			},
		],
		[
			'to change',
			{ referType: '={{ "Base" }}', options: { keepOriginalSound: '={{ "false" }}' } },
			{
				video_list: [{ video_url: VIDEO_URL, refer_type: 'base', keep_original_sound: 'no' }],
			},
		],
	])('a video %s', async (_case, parameters, sent) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(omniNode({ referenceVideos: ` ${VIDEO_URL} `, ...parameters }));
			expect(simulator.requests[0]?.body).toEqual({
				...{ model_name: 'kling-video-o1', prompt: '<<<image_1>>> walks', mode: 'std' },
				...{ external_task_id: expect.any(String), ...sent },
			});
		});
	});

	test.concurrent('is found by Get Status, which its message names', async () => {
		await withScene({ plan: () => ({ seconds: 600 }) }, async ({ simulator, execute }) => {
			const referenceImages = IMAGE_URL;
			const { error } = await execute(omniNode({ referenceImages, options: { maxWait: 1 } }));
			expect(error?.description).toContain('From References');
			simulator.finishJob(String(simulator.jobs[0]?.requestId));
			const requestId = String(simulator.jobs[0]?.requestId);
			const asking = { resource: 'kling', videoKind: 'references', requestId };
			expect(jsonOf(await execute(getStatusNode(asking)))).toEqual([
				expect.objectContaining({ status: 'done' }),
			]);
		});
	});

	test.concurrent.each([
		['no text', { referenceImages: IMAGE_URL, referenceVideos: '={{ [""] }}' }],
		['a list', { referenceVideos: `={{ ["${VIDEO_URL}"] }}` }],
		['a list as JSON text', { referenceVideos: JSON.stringify([VIDEO_URL]) }],
	])('takes its video also from %s', async (source, parameters) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(omniNode({ ...parameters, waitForCompletion: false }));
			const video_list = [expect.objectContaining({ video_url: VIDEO_URL })];
			expect(simulator.jobs.map(({ body }) => body.video_list)).toEqual([
				source === 'no text' ? undefined : video_list,
			]);
		});
	});

	test.concurrent('makes as many videos as items that differ in one reference', async () => {
		await withScene({ plan: () => ({ seconds: 600 }) }, async ({ simulator, execute, retry }) => {
			const node = (referenceImages: string) =>
				omniNode({ referenceImages, options: { maxWait: 1 } });
			const failed = await execute(node(IMAGE_URL));
			await retry(node(`${IMAGE_URL}\n${IMAGE_URL}`), failed);
			await retry(node(`={{ ["${IMAGE_URL}"] }}`), failed);
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('has references that are own fields', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const element_list = [{ element_id: 1 }];
			const options = { customBodyFields: { element_list, model_name: 'kling-v3-omni' } };
			const [json] = jsonOf(await execute(omniNode({ options })));
			expect(json).toMatchObject({ model: 'kling-v3-omni', status: 'done' });
			expect(simulator.jobs[0]?.body).toMatchObject({ element_list });
		});
	});

	test.concurrent.each<[string, INodeParameters, string]>([
		['no references', {}, 'are both empty'],
		['references that came out empty', { referenceImages: '={{ [] }}' }, 'are both empty'],
		['8 images', { referenceImages: Array(8).fill(IMAGE_URL).join('\n') }, 'Give at most 7.'],
		['two videos', { referenceVideos: `${VIDEO_URL}, ${VIDEO_URL}` }, 'must be one URL'],
		[
			'5 images beside a video',
			{ referenceImages: Array(5).fill(IMAGE_URL).join('\n'), referenceVideos: VIDEO_URL },
			'There are 5. Give at most 4 beside a video.',
		],
		['WebP', { referenceImages: 'webp' }, 'CometAPI accepts Use a JPEG or PNG file.'],
		['WebP in a data URL', { referenceImages: WEBP_URL }, 'Use a JPEG or PNG file.'],
		['11 MB', { referenceImages: 'large' }, 'It has 11.0 MB, and CometAPI takes up to 10 MB.'],
		['images too large together', { referenceImages: 'most, most, most' }, 'too large together'],
		[
			'a video file',
			{ referenceVideos: 'video' },
			`'Reference Video' must be a URL that starts with http:// or https:// You entered "video".`,
		],
		['no image', { referenceImages: 'video' }, 'not an image that CometAPI accepts'],
		['11 seconds', { referenceImages: IMAGE_URL, duration: 11 }, "'Duration'"],
		['another ratio', { referenceImages: IMAGE_URL, aspectRatio: '={{ "4:3" }}' }, 'Aspect'],
		['another use', { referenceVideos: VIDEO_URL, referType: '={{ "x" }}' }, 'Use of the Video'],
	])('refuses %s before anything is sent', async (_case, parameters, named) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const binary = await badImages();
			const { error } = await execute(omniNode(parameters), [{ json: {}, binary }]);
			expect(`${error?.message} ${error?.description}`).toContain(named);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('has a list of its own models', async () => {
		await withScene({}, async ({ credential }) => {
			const search = { method: 'searchKlingOmniModels', filter: '' };
			const { results } = await listModels(omniNode(), credential, search);
			expect(results.map(({ value }) => value)).toEqual(['kling-v3-omni', 'kling-video-o1']);
		});
	});
});

describe('A retry asks for the job under the path of', () => {
	test.concurrent.each([
		['a text', createKlingNode, {}, TEXT],
		['an image', createKlingNode, { imageSource: 'url', imageUrl: IMAGE_URL }, IMAGE],
		['references', createFromReferencesNode, {}, '/kling/v1/videos/omni-video'],
		['Extend', extendNode, {}, '/kling/v1/videos/video-extend'],
	])('%s', async (_case, create, parameters, path) => {
		await withScene({ plan: () => ({ seconds: 600 }) }, async ({ simulator, execute, retry }) => {
			const model = { __rl: true, mode: 'id', value: 'kling-v1-6' };
			await execute(createKlingNode({ model, waitForCompletion: false }));
			const original = String(simulator.jobs[0]?.requestId);
			simulator.finishJob(original);
			const ids = { requestId: original, videoId: `${original}-1` };
			const node = create({ ...ids, ...parameters, options: { maxWait: 1 } });
			const failed = await execute(node);
			const made = String(simulator.jobs[1]?.requestId);
			const askedFor = simulator.requests.length;
			simulator.finishJob(made);
			expect(jsonOf(await retry(node, failed))).toEqual([
				expect.objectContaining({ request_id: made, status: 'done' }),
			]);
			const asked = simulator.requests.slice(askedFor).map(({ path: at }) => at);
			expect(new Set(asked)).toEqual(new Set([`${path}/${made}`]));
		});
	});
});

describe('A submit whose answer never came', () => {
	const LOST = { kind: 'reset', afterHandler: true } as const;
	const lookUps = ({ requests, jobs }: Simulator) =>
		requests.filter(({ path }) => path.endsWith(`/${jobs[0]?.body.external_task_id}`));

	test.concurrent.each([
		['text', {}, TEXT],
		['an image', { imageSource: 'url', imageUrl: IMAGE_URL }, IMAGE],
		[
			'references',
			{
				...{ operation: 'createFromReferences', referenceImages: IMAGE_URL },
				model: { __rl: true, mode: 'id', value: 'kling-video-o1' },
			},
			'/kling/v1/videos/omni-video',
		],
	])('is found by its own id, and the job taken over: from %s', async (_case, parameters, path) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'submit', fault: LOST });
			const finished = await execute(createKlingNode(parameters));
			const [job] = simulator.jobs;
			expect(jsonOf(finished)).toEqual([
				expect.objectContaining({ request_id: job?.requestId, status: 'done' }),
			]);
			expect(simulator.jobs).toHaveLength(1);
			expect(lookUps(simulator).map(({ method, path: asked }) => [method, asked])).toEqual([
				['GET', `${path}/${job?.body.external_task_id}`],
			]);
			expect(logLines.join()).toContain(String(job?.requestId));
		});
	});

	test.concurrent('is looked for until CometAPI has had 30 s to know it', async () => {
		const plan = () => ({ seconds: 0.1, visibleAfterSeconds: 15 });
		await withScene({ plan }, async ({ simulator, execute }) => {
			simulator.inject({ route: 'submit', fault: LOST });
			expect(jsonOf(await execute(createKlingNode()))).toEqual([
				expect.objectContaining({ request_id: simulator.jobs[0]?.requestId, status: 'done' }),
			]);
			expect(lookUps(simulator).length).toBeGreaterThan(1);
			expect(simulator.requestsTo('submit')).toHaveLength(1);
		});
	});

	test.concurrent(
		'is named by its own id, looked for by a retry, and never sent again',
		async () => {
			await withScene(QUICK, async ({ simulator, execute, retry }) => {
				simulator.inject({ route: 'submit', fault: LOST });
				const fault = { kind: 'status', status: 502 } as const;
				const outage = simulator.inject({ route: 'status', fault, times: Infinity });
				const node = createKlingNode();
				const failed = await execute(node);
				expect(failed.error?.message).toBe("It's unclear whether CometAPI accepted this video");
				expect(failed.error?.description).toContain(simulator.jobs[0]?.body.external_task_id);
				outage.remove();
				const finished = await retry(node, failed);
				expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
				expect(simulator.requestsTo('submit')).toHaveLength(1);
			});
		},
	);

	const OTHERS = {
		...{ task_id: '7', task_status: 'submitted' },
		task_info: { external_task_id: 'of-another' },
	};

	test.concurrent.each([
		["another's task", { code: 0, data: OTHERS }],
		["a list of others' tasks", { code: 0, data: [OTHERS, { ...OTHERS, task_id: '8' }] }],
		['what a refusal names', { code: 1203, message: 'Not found', data: { task_id: '7' } }],
		['the ID of an error', { error: { message: 'Not found' }, id: '7' }],
	])('is not taken for %s', async (_case, body) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'submit', fault: LOST });
			const fault = { kind: 'status', status: 200, body } as const;
			simulator.inject({ route: 'status', fault, times: Infinity });
			const { error } = await execute(createKlingNode());
			expect(error?.message).toBe("It's unclear whether CometAPI accepted this video");
		});
	});

	test.concurrent('is found in a list of tasks', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'submit', fault: LOST });
			const body = (normal: unknown) => ({ code: 0, data: [OTHERS, Object(normal).data] });
			simulator.inject({ route: 'status', fault: { kind: 'rewrite', body } });
			expect(jsonOf(await execute(createKlingNode()))).toEqual([
				expect.objectContaining({ request_id: simulator.jobs[0]?.requestId, status: 'done' }),
			]);
		});
	});

	test.concurrent.each([
		['kling-v4', {}],
		['kling-4.0', { imageSource: 'url', imageUrl: IMAGE_URL }],
		['kling-v4-omni', { operation: 'createFromReferences', referenceImages: IMAGE_URL }],
		['kling-video-4', { operation: 'createFromReferences', referenceImages: IMAGE_URL }],
	])(
		'is not looked for with Kling 4, which has no such id and no callback: %s',
		async (value, parameters) => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				simulator.inject({ route: 'submit', fault: LOST });
				const model = { __rl: true, mode: 'id', value };
				const { error } = await execute(createKlingNode({ model, ...parameters }));
				expect(error?.message).toBe("It's unclear whether CometAPI accepted this video");
				expect(simulator.requests).toHaveLength(1);
				expect(simulator.requests[0]?.body).not.toHaveProperty('external_task_id');
				expect(simulator.requests[0]?.body).not.toHaveProperty('callback_url');
			});
		},
	);

	test.concurrent(
		'is not looked for with Extend, which has no such id, nor sent again',
		async () => {
			await withScene(QUICK, async ({ simulator, execute, retry }) => {
				const model = { __rl: true, mode: 'id', value: 'kling-v1-6' };
				const [made] = jsonOf(await execute(createKlingNode({ model })));
				simulator.inject({ route: 'submit', fault: LOST });
				const node = createKlingNode({
					...{ operation: 'extend', requestId: String(made?.request_id) },
					videoId: String(Object(made?.video).id),
				});
				const failed = await execute(node);
				const again = await retry(node, failed);
				for (const { error } of [failed, again]) {
					expect(error?.message).toBe("It's unclear whether CometAPI accepted this video");
				}
				expect(simulator.jobs.map(({ route }) => route)).toEqual(['text2video', 'video-extend']);
			});
		},
	);

	test.concurrent('is not looked for after Stop', async () => {
		await withScene(QUICK, async ({ simulator, start }) => {
			const fault = { kind: 'hang', ms: 500, afterHandler: true } as const;
			simulator.inject({ route: 'submit', fault });
			const { finished, stop } = await start(createKlingNode());
			await until(() => simulator.requestsTo('submit').length > 0);
			stop();
			expect((await finished).status).toBe('canceled');
			await sleep(1_000);
			expect(simulator.requests).toHaveLength(1);
		});
	});

	test.concurrent("is not looked for by an id of the user's own", async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'submit', fault: LOST });
			const options = { customBodyFields: '{ "external_task_id": "mine" }' };
			const { error } = await execute(createKlingNode({ options }));
			expect(error?.message).toBe("It's unclear whether CometAPI accepted this video");
			expect(simulator.requests).toHaveLength(1);
		});
	});
});

test('the list of models has those that are known to work', async () => {
	await withScene({}, async ({ simulator, credential }) => {
		const search = { method: 'searchKlingModels', filter: 'V3' };
		const { results } = await listModels(createKlingNode(), credential, search);
		expect(results).toEqual([{ name: 'Kling 3', value: 'kling-v3' }]);
		expect(simulator.requests).toEqual([]);
	});
});
