/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import type { INodeParameters } from 'n8n-workflow';

import { createVideoNode, FAMILIES } from './families.ts';
import { createNode, editNode, getStatusNode, itemsOf, jsonOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const GOOD = { value: undefined };

/** A parameter of the node that comes from the item, as forms, sheets and models give it. */
const FROM_ITEM = '={{ $json.value }}';

async function bodiesOf(parameters: INodeParameters, ...values: unknown[]): Promise<unknown[]> {
	let bodies: unknown[] = [];
	await withScene(QUICK, async ({ simulator, execute }) => {
		const items = itemsOf(...values.map((value) => ({ value }) as { value: string }));
		const finished = await execute(createNode({ waitForCompletion: false, ...parameters }), items);
		expect(finished.error).toBeUndefined();
		bodies = simulator.requestsTo('submit').map(({ body }) => body);
	});
	return bodies;
}

describe('What an expression means is taken', () => {
	test.concurrent.each([
		['resolution', ['720P', ' 720p '], { resolution: '720p' }],
		['resolution', ['', null, '   '], { resolution: '480p' }],
		['aspectRatio', ['16:9', ' 16:9\n'], { aspect_ratio: '16:9' }],
		['aspectRatio', ['AUTO', '', null], { aspect_ratio: '1:1' }],
		['duration', ['3', ' 3 ', 3], { duration: 3 }],
		['duration', ['', null], { duration: 8 }],
	] as const)('%s: %j', async (name, values, expected) => {
		const bodies = await bodiesOf({ [name]: FROM_ITEM }, ...values);
		expect(bodies).toEqual(values.map(() => expect.objectContaining(expected)));
	});

	test.concurrent('a number as User is a text', async () => {
		const [body] = await bodiesOf({ options: { user: FROM_ITEM } }, 42);
		expect(body).toMatchObject({ user: '42' });
	});

	test.concurrent('an empty User is none', async () => {
		const [body] = await bodiesOf({ options: { user: FROM_ITEM } }, '');
		expect(body).not.toHaveProperty('user');
	});

	test.concurrent.each([
		['true', true],
		['TRUE', true],
		['false', false],
		[null, true],
	])('Wait for Completion: %j', async (value, waits) => {
		await withScene(QUICK, async ({ execute }) => {
			const node = createNode({ waitForCompletion: FROM_ITEM });
			const [json] = jsonOf(await execute(node, itemsOf({ value } as { value: string })));
			expect(json?.status).toBe(waits ? 'done' : 'pending');
		});
	});

	test.concurrent('the rest of the switches, as text', async () => {
		await withScene(QUICK, async ({ execute }) => {
			const node = createNode({
				downloadVideo: '={{ "True" }}',
				options: { includeRawResponse: '={{ "true" }}', onTimeout: '={{ " RETURN " }}' },
			});
			const finished = await execute(node);
			expect(jsonOf(finished)[0]).toHaveProperty('raw');
			expect(finished.outputs[0]?.[0]?.binary).toHaveProperty('data');
		});
	});
});

describe('What is not meant is refused by name, and no item of the run is paid for', () => {
	test.concurrent.each([
		[{ resolution: FROM_ITEM }, 720, "'Resolution' must be one of"],
		[{ resolution: FROM_ITEM }, '16x9', "'Resolution' must be one of"],
		[{ aspectRatio: FROM_ITEM }, '16x9', "'Aspect Ratio' must be one of"],
		[{ aspectRatio: FROM_ITEM }, ['16:9'], "'Aspect Ratio' must be one of"],
		[{ imageSource: FROM_ITEM }, 'web', "'Image Source' must be one of"],
		[{ waitForCompletion: FROM_ITEM }, 'yes', "'Wait for Completion' must be true or false"],
		[{ downloadVideo: FROM_ITEM }, 1, "'Download Video' must be true or false"],
		[{ options: { includeRawResponse: FROM_ITEM } }, 'on', "'Include Raw Response'"],
		[{ options: { onTimeout: FROM_ITEM } }, 'stop', "'On Timeout' must be one of"],
		[{ options: { user: FROM_ITEM } }, { id: 1 }, "'User' must be text"],
		[{ options: { customBodyFields: FROM_ITEM } }, { prompt: null }, 'text for prompt'],
		[{ options: { customBodyFields: FROM_ITEM } }, { model: '' }, 'text for model'],
		[{ options: { maxVideos: FROM_ITEM } }, 'some', "'Max Videos'"],
	] as Array<[INodeParameters, unknown, string]>)('%j: %j', async (parameters, value, message) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const items = itemsOf(GOOD as never, { value } as never, GOOD as never);
			const finished = await execute(createNode(parameters), items);
			expect(finished.error?.message).toContain(message);
			expect(finished.error?.message).toContain('[item 2 of 3]');
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('a thousand levels in Custom Body Fields', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const fields = `{"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`;
			const finished = await execute(createNode({ options: { customBodyFields: fields } }));
			expect(finished.error?.message).toContain("'Custom Body Fields' is nested too deeply");
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('1080p with a model that has none', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const finished = await execute(createNode({ resolution: '1080p' }));
			expect(finished.error?.message).toContain("'Resolution' 1080p is not available");
			expect(simulator.requests).toEqual([]);
		});
	});
});

describe('A value that is refused is called', () => {
	test.concurrent.each<[string, (value: string | number) => INodeParameters, string | number]>([
		['Duration', (duration) => ({ duration }), 99],
		['an option', (pollInterval) => ({ options: { pollInterval } }), -1],
		['Image URL', (imageUrl) => ({ imageSource: 'url', imageUrl }), 'a.png'],
	])('by how the user gave it: %s', async (_name, parameters, value) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const typed = await execute(createNode(parameters(value)));
			expect(typed.error?.description).toMatch(new RegExp(`^You entered "?${value}"?\\. Enter`));
			const items = itemsOf({ value } as { value: string });
			const evaluated = await execute(createNode(parameters(FROM_ITEM)), items);
			expect(evaluated.error?.description).toMatch(
				new RegExp(`^The value is "?${value}"?\\. Enter`),
			);
			expect(simulator.requests).toEqual([]);
		});
	});
});

describe('The evaluated Image Source decides', () => {
	const leftOver = { imageUrl: 'https://example.com/left-over.png' };

	test.concurrent('none: a left-over Image URL is not sent', async () => {
		const [body] = await bodiesOf({ ...leftOver, imageSource: FROM_ITEM }, 'none');
		expect(body).toMatchObject({ aspect_ratio: '1:1' });
		expect(body).not.toHaveProperty('image');
	});

	test.concurrent('URL: it is sent', async () => {
		const [body] = await bodiesOf({ ...leftOver, imageSource: FROM_ITEM }, 'URL');
		expect(body).toMatchObject({ image: { url: leftOver.imageUrl } });
	});

	test.concurrent('URL without an address is refused', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createNode({ imageSource: '={{ "url" }}', imageUrl: '={{ "" }}' });
			const finished = await execute(node);
			expect(finished.error?.message).toContain("'Image URL' is empty");
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('binary: the file of the item is sent, not the left-over URL', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const png = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
			const items = itemsOf({}).map((item) => ({
				...item,
				binary: { data: { data: png, mimeType: 'image/png' } },
			}));
			await execute(createNode({ ...leftOver, imageSource: '={{ "Binary" }}' }), items);
			expect(simulator.requestsTo('submit')[0]?.body).toMatchObject({
				image: { url: `data:image/png;base64,${png}` },
			});
		});
	});
});

describe('An operation that does not exist', () => {
	const operations = ['extend', 'Create', '={{ "create" }}', '={{ $json.value }}', ''];

	test.concurrent.each(operations)('%j is refused, and nothing is sent', async (operation) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const finished = await execute(createNode({ operation }));
			expect(finished.status).toBe('error');
			expect(finished.error?.message).toContain("'Operation' is not an operation of this node");
			expect(simulator.requests).toEqual([]);
		});
	});
});

describe('Custom Body Fields', () => {
	test.concurrent('choose the model that the item shows', async () => {
		await withScene(QUICK, async ({ execute }) => {
			const options = { customBodyFields: '{"model":"grok-imagine-video-1.5"}' };
			const node = createNode({ waitForCompletion: false, options });
			expect(jsonOf(await execute(node))[0]?.model).toBe('grok-imagine-video-1.5');
		});
	});
});

describe('A request ID that can be none', () => {
	test.concurrent.each(['.', '..', 'a\nb', 'a b', '\ud800', 'x'.repeat(1_001), true, 1.5, 2 ** 60])(
		'%j is refused unsent',
		async (value) => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const node = getStatusNode({ requestId: FROM_ITEM });
				const finished = await execute(node, itemsOf({ value }));
				expect(finished.error?.message).toContain("'Request ID' is not a request ID");
				expect(simulator.requests).toEqual([]);
			});
		},
	);
});

test.concurrent('Edit sends the address that an expression gives, without blanks', async () => {
	await withScene(QUICK, async ({ simulator, execute }) => {
		const node = editNode({ videoUrl: FROM_ITEM, waitForCompletion: '={{ "FALSE" }}' });
		await execute(node, itemsOf({ value: ' https://example.com/a.mp4 ' }));
		expect(simulator.requestsTo('edit')[0]?.body).toMatchObject({
			video: { url: 'https://example.com/a.mp4' },
		});
	});
});

describe.each(FAMILIES)(
	'One bad item spends nothing: $family',
	({ create, promptName = 'prompt' }) => {
		test.concurrent.each<[string, INodeParameters, unknown, string]>([
			[
				'no own prompt',
				{ options: { customBodyFields: FROM_ITEM } },
				{ [promptName]: null },
				promptName,
			],
			[
				'an own prompt in pieces',
				{ options: { customBodyFields: FROM_ITEM } },
				{ [promptName]: {} },
				promptName,
			],
			[
				'own fields that are a date',
				{ options: { customBodyFields: '={{ $json.value ? $now : "" }}' } },
				true,
				'must be a JSON object',
			],
			[
				'an own number that is none',
				{ options: { customBodyFields: '={{ $json.value ? { seed: NaN } : "" }}' } },
				true,
				'NaN or Infinity',
			],
			[
				'a prompt that is no number',
				{ prompt: '={{ $json.value ? NaN : "A comet" }}' },
				true,
				"'Prompt'",
			],
		])('%s', async (_case, parameters, value, message) => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const items = itemsOf({}, { value } as never, {});
				const finished = await execute(create(parameters), items);
				expect(finished.error?.message).toContain(message);
				expect(finished.error?.message).toContain('[item 2 of 3]');
				expect(simulator.requests).toEqual([]);
			});
		});
	},
);

test.concurrent('names of images that all come out empty make no video without them', async () => {
	await withScene(QUICK, async ({ simulator, execute }) => {
		const inputDataFieldName = '={{ $json.first }},{{ $json.last }}';
		const { error } = await execute(createVideoNode({ imageSource: 'binary', inputDataFieldName }));
		expect(error?.message).toBe("'Input Data Field Name' is empty");
		expect(simulator.requests).toEqual([]);
	});
});

test.concurrent('a video from an own image gets no ratio that would stretch it', async () => {
	await withScene(QUICK, async ({ simulator, execute }) => {
		const customBodyFields = { image: { url: 'https://example.com/wide.png' } };
		await execute(createNode({ options: { customBodyFields } }));
		expect(simulator.jobs[0]?.body).toMatchObject(customBodyFields);
		expect(simulator.jobs[0]?.body).not.toHaveProperty('aspect_ratio');
	});
});
