/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { createKlingNode, createVideoNode } from './families.ts';
import { createNode, editNode, finishJobs, itemsOf, jsonOf, withScene } from './scene.ts';

const ENDLESS = { plan: () => ({ seconds: 600 }) };

/** Another text at every try, so that the body never tells that the video is the same. */
const VOLATILE = '={{ $now.toMillis() }} {{ $execution.id }}';

type Create = (parameters: INodeParameters) => INode;
type Change = [what: string, create: Create, before: INodeParameters, after: INodeParameters];

const model = (mode: string, value: string, more = {}) => ({ __rl: true, mode, value, ...more });
const LISTED = model('list', 'grok-imagine-video');

const items = itemsOf({
	duration: 5,
	ratio: '16:9',
	url: 'https://example.com/a.png',
	name: 'data',
});

/** How many videos a first try and "Retry with currently saved workflow" have made. */
async function videosOf([, create, before, after]: Change): Promise<number> {
	let made = Number.NaN;
	await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
		const common = { prompt: VOLATILE, downloadVideo: false };
		const input: INodeExecutionData[] = items.map((item) => ({ ...item, binary: { data: PNG } }));
		const first = create({
			...common,
			...before,
			options: { maxWait: 1, ...Object(before.options) },
		});
		const failed = await execute(first, input);
		expect(failed.error?.message).toContain('Not finished after 1 seconds');
		finishJobs(simulator);
		const again = create({
			...common,
			...after,
			options: { maxWait: 60, ...Object(after.options) },
		});
		const finished = await retry(again, failed);
		expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
		made = simulator.jobs.length;
	});
	return made;
}

const PNG = {
	data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	mimeType: 'image/png',
};

describe('"Retry with currently saved workflow" pays once', () => {
	const same: Change[] = [
		[
			'when the same model was picked again',
			createNode,
			{ model: LISTED },
			{ model: { ...LISTED, cachedResultName: 'Grok', cachedResultUrl: 'https://example.com' } },
		],
		[
			'when the model of the list was entered by ID',
			createNode,
			{ model: LISTED },
			{ model: model('id', ' grok-imagine-video') },
		],
		[
			'when the model was given by an expression of the same ID',
			createNode,
			{ model: LISTED },
			{ model: model('id', '={{ "grok-imagine-" + "video" }}') },
		],
		['when a number became its text', createNode, { duration: 5 }, { duration: '5' }],
		[
			'when a number became an expression of it',
			createNode,
			{ duration: 5 },
			{ duration: '={{ 5 }}' },
		],
		['when a number became a template of it', createNode, { duration: 5 }, { duration: '=5' }],
		[
			'when a number now comes from the item',
			createNode,
			{ duration: 5 },
			{ duration: '={{ $json.duration }}' },
		],
		[
			'when what came from the item is now entered',
			createNode,
			{ duration: '={{ $json.duration }}' },
			{ duration: 5 },
		],
		[
			'when blanks in an expression changed',
			createNode,
			{ duration: '={{$json.duration + ($now ? 0 : 1)}}' },
			{ duration: '={{  $json.duration + ($now ? 0 : 1) }}' },
		],
		[
			'when a choice is in other letters',
			createNode,
			{ resolution: '720p' },
			{ resolution: ' 720P ' },
		],
		[
			'when a choice became an expression of the same value',
			createNode,
			{ aspectRatio: '16:9' },
			{ aspectRatio: "={{ '16:9' }}" },
		],
		[
			'when a choice now comes from the item',
			createNode,
			{ aspectRatio: '16:9' },
			{ aspectRatio: '={{ $json.ratio }}' },
		],
		[
			'when a choice was emptied to its default',
			createNode,
			{ aspectRatio: 'auto' },
			{ aspectRatio: '' },
		],
		[
			'when a missing parameter has got its default',
			createVideoNode,
			{ size: '' },
			{ duration: 0, imageSource: 'none' },
		],
		[
			'when a default became null by expression',
			createNode,
			{ aspectRatio: 'auto' },
			{ aspectRatio: '={{ null }}' },
		],
		[
			'when a hidden field was filled in',
			createNode,
			{ imageSource: 'none' },
			{ imageSource: 'none', imageUrl: 'https://example.com/b.png' },
		],
		[
			'when an image URL now comes from the item',
			createNode,
			{ imageSource: 'url', imageUrl: 'https://example.com/a.png' },
			{ imageSource: '={{ "URL" }}', imageUrl: '={{ $json.url }} ' },
		],
		[
			"when a file's field name now comes from the item",
			createNode,
			{ imageSource: 'binary', inputDataFieldName: 'data' },
			{ imageSource: 'binary', inputDataFieldName: '={{ $json.name }}' },
		],
		[
			'when a list of URLs became a list from an expression',
			createVideoNode,
			{ imageSource: 'url', imageUrl: 'https://example.com/a.png\nhttps://example.com/b.png' },
			{ imageSource: 'url', imageUrl: '={{ [$json.url, "https://example.com/b.png"] }}' },
		],
		[
			'when a list of URLs got other line breaks',
			createVideoNode,
			{ imageSource: 'url', imageUrl: 'https://example.com/a.png\nhttps://example.com/b.png' },
			{
				imageSource: 'url',
				imageUrl: ' https://example.com/a.png,\r\n\nhttps://example.com/b.png ',
			},
		],
		[
			'when a list of fields got blanks',
			createVideoNode,
			{ imageSource: 'binary', inputDataFieldName: 'data,data' },
			{ imageSource: 'binary', inputDataFieldName: ' data , data ' },
		],
		[
			'when own fields changed their order and their layout',
			createNode,
			{ options: { customBodyFields: '{"seed":1,"style":{"a":1,"b":2}}' } },
			{ options: { customBodyFields: '={ "style": { "b": 2, "a": 1 },\n "seed": 1 }' } },
		],
		[
			'when an empty option was added',
			createNode,
			{},
			{ options: { user: ' ', customBodyFields: '{}' } },
		],
		[
			'when a duration of Kling became its text',
			createKlingNode,
			{ duration: 10 },
			{ duration: '10', sound: 'false', qualityMode: 'STD' },
		],
		[
			'when the prompt of an edit stays volatile and its URL got blanks',
			editNode,
			{},
			{ videoUrl: ' https://example.com/candle.mp4 ' },
		],
	];

	test.concurrent.each(same)('%s', async (...change) => {
		expect(await videosOf(change)).toBe(1);
	});
});

describe('"Retry with currently saved workflow" makes a new video', () => {
	const different: Change[] = [
		['for another model', createNode, {}, { model: model('id', 'grok-imagine-video-1.5') }],
		[
			'for another duration',
			createNode,
			{ duration: 5 },
			{ duration: '={{ $json.duration + 1 }}' },
		],
		['for another choice', createNode, { aspectRatio: '16:9' }, { aspectRatio: '9:16' }],
		['for another prompt', createNode, {}, { prompt: 'A comet' }],
		['for an image', createNode, {}, { imageSource: 'binary' }],
		[
			'for another image URL',
			createNode,
			{ imageSource: 'url', imageUrl: 'https://example.com/a.png' },
			{ imageSource: 'url', imageUrl: 'https://example.com/b.png' },
		],
		['for own fields', createNode, {}, { options: { customBodyFields: '{"seed":1}' } }],
		['for an option', createKlingNode, {}, { options: { negativePrompt: 'text' } }],
	];

	test.concurrent.each(different)('%s', async (...change) => {
		await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
			const [, create, before, after] = change;
			const input = items.map((item) => ({ ...item, binary: { data: PNG } }));
			const options = (more: INodeParameters) => ({ maxWait: 1, ...Object(more.options) });
			const failed = await execute(
				create({ prompt: VOLATILE, ...before, options: options(before) }),
				input,
			);
			await retry(create({ prompt: VOLATILE, ...after, options: options(after) }), failed);
			expect(simulator.jobs).toHaveLength(2);
		});
	});
});
