/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createHash, randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import type { RecordedRequest, Simulator } from '../simulator/simulator.ts';
import { inBothModes, storeFile, withBinaryMode } from './files.ts';
import { createNode, itemsOf, jsonOf, until, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const ENDLESS = { plan: () => ({ seconds: 600 }) };
const GIVE_UP_EARLY = { options: { maxWait: 1 } };

const HEADS = {
	'image/jpeg': Buffer.from('ffd8ffe000104a464946', 'hex'),
	'image/png': Buffer.from('89504e470d0a1a0a', 'hex'),
	'image/webp': Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1'),
};
type ImageType = keyof typeof HEADS;

/** A picture as far as its first bytes tell. */
const picture = (type: ImageType, bytes: number) =>
	Buffer.concat([HEADS[type], randomBytes(bytes - HEADS[type].length)]);

const JPEG_URL = `data:image/jpeg;base64,${picture('image/jpeg', 100).toString('base64')}`;
const IMAGE_IN_FIELD = { imageSource: 'binary', inputDataFieldName: 'photo' };
const IMAGE_AT_URL = { imageSource: 'url', imageUrl: '={{ $json.url }}' };

async function itemWith(
	content: Buffer,
	{ field = 'photo', fileName = 'photo.jpg', mimeType = 'image/jpeg' } = {},
): Promise<INodeExecutionData> {
	return { json: {}, binary: { [field]: await storeFile(content, { fileName, mimeType }) } };
}

function imageUrlOf({ body }: RecordedRequest): unknown {
	return Object(Object(body).image).url;
}

/** The MIME type and the SHA-256 of the data URL that was sent. */
function sentImage(request: RecordedRequest): { type?: string; sha256: string } {
	const [, type, base64 = ''] =
		/^data:([^;]+);base64,(.*)$/s.exec(String(imageUrlOf(request))) ?? [];
	return { type, sha256: digest(Buffer.from(base64, 'base64')) };
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const submits = (simulator: Simulator) => simulator.requestsTo('submit');

describe('A large image', () => {
	test.concurrent('may come back in the answer, before the ID', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const body = (normal: unknown) => ({ input: submits(simulator)[0]?.body, ...Object(normal) });
			simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body } });
			const item = await itemWith(picture('image/jpeg', 5_000_000));
			expect(jsonOf(await execute(createNode(IMAGE_IN_FIELD), [item]))).toEqual([
				expect.objectContaining({ request_id: simulator.jobs[0]?.requestId, status: 'done' }),
			]);
		});
	});
});

describe('An image at an address', () => {
	test.concurrent.each([
		['a web address', 'https://example.com/candle.png?size=1'],
		['a web address between blanks', '  https://example.com/candle.png\n'],
		['a data URL', JPEG_URL],
	])('is passed on as it is: %s', async (_case, url) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const finished = await execute(createNode(IMAGE_AT_URL), itemsOf({ url }));
			expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(submits(simulator).map(({ body }) => body)).toEqual([
				{
					model: 'grok-imagine-video',
					prompt: 'A candle flickers on a wooden table.',
					duration: 1,
					resolution: '480p',
					image: { url: url.trim() },
				},
			]);
		});
	});

	test.concurrent('is not sent when it is left over from another image source', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createNode({
				imageSource: 'none',
				imageUrl: 'https://example.com/candle.png',
				inputDataFieldName: 'photo',
			});
			await execute(node, [await itemWith(picture('image/png', 100))]);
			expect(submits(simulator)[0]?.body).not.toHaveProperty('image');
			expect(submits(simulator)[0]?.body).toHaveProperty('aspect_ratio', '1:1');
		});
	});

	test.concurrent('goes with an aspect ratio that was chosen', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createNode({ ...IMAGE_AT_URL, aspectRatio: '16:9' });
			await execute(node, itemsOf({ url: JPEG_URL }));
			expect(submits(simulator)[0]?.body).toMatchObject({ aspect_ratio: '16:9' });
		});
	});
});

describe('An image in a binary field', () => {
	// A length of every remainder by three, and more than one piece of a file or of its text.
	const files: Array<[ImageType, number]> = [
		['image/jpeg', 300_000],
		['image/png', 300_001],
		['image/webp', 1_700_002],
	];

	test.concurrent.each(inBothModes(files))(
		'with files in %s becomes a data URL of its own bytes: %s',
		async (mode, type, bytes) => {
			await withBinaryMode(mode, async () => {
				await withScene(QUICK, async ({ simulator, execute }) => {
					const content = picture(type, bytes);
					const item = await itemWith(content, { fileName: 'a.gif', mimeType: 'image/gif' });
					const finished = await execute(createNode(IMAGE_IN_FIELD), [item]);
					expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
					const [request, ...more] = submits(simulator);
					expect(more).toEqual([]);
					expect(request && sentImage(request)).toEqual({ type, sha256: digest(content) });
					expect(request?.headers['content-type']).toBe('application/json');
					expect({ ...Object(request?.body), image: null }).toEqual({
						model: 'grok-imagine-video',
						prompt: 'A candle flickers on a wooden table.',
						duration: 1,
						resolution: '480p',
						image: null,
					});
				});
			});
		},
	);

	test.concurrent.each(inBothModes([[]]))(
		'with files in %s goes with an aspect ratio that was chosen, and any prompt',
		async (mode) => {
			await withBinaryMode(mode, async () => {
				await withScene(QUICK, async ({ simulator, execute }) => {
					const prompt = '"Ünïcödé" \\ {"image":{"url":"x"}} \u{1F56F}\n';
					const node = createNode({ ...IMAGE_IN_FIELD, prompt, aspectRatio: '9:16' });
					await execute(node, [await itemWith(picture('image/png', 5_000))]);
					expect(submits(simulator)[0]?.body).toMatchObject({
						prompt: prompt.trim(),
						aspect_ratio: '9:16',
					});
				});
			});
		},
	);

	test.concurrent.each(inBothModes([[]]))(
		'with files in %s is encoded again after 429, and accepted once',
		async (mode) => {
			await withBinaryMode(mode, async () => {
				await withScene(QUICK, async ({ simulator, execute }) => {
					simulator.inject({ route: 'submit', fault: { kind: 'status', status: 429 } });
					const content = picture('image/png', 200_000);
					await execute(createNode(IMAGE_IN_FIELD), [await itemWith(content)]);
					const sent = { type: 'image/png', sha256: digest(content) };
					expect(submits(simulator).map(sentImage)).toEqual([sent, sent]);
					expect(simulator.jobs).toHaveLength(1);
				});
			});
		},
	);

	test.concurrent.each(inBothModes([[]]))(
		'with files in %s makes one job when the node is retried by "Retry On Fail"',
		async (mode) => {
			await withBinaryMode(mode, async () => {
				await withScene(ENDLESS, async ({ simulator, execute }) => {
					void until(() => simulator.requestsTo('status').length > 0).then(() =>
						simulator.jobs.forEach(({ requestId }) => simulator.finishJob(requestId)),
					);
					const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 200 };
					const node = createNode({ ...IMAGE_IN_FIELD, ...GIVE_UP_EARLY }, retrying);
					const finished = await execute(node, [await itemWith(picture('image/png', 5_000))]);
					expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
					expect(simulator.jobs).toHaveLength(1);
				});
			});
		},
	);

	const twoPictures = async (first: Buffer, second: Buffer): Promise<INodeExecutionData> => {
		const [one, two] = [await itemWith(first), await itemWith(second, { field: 'other' })];
		return { json: {}, binary: { ...one.binary, ...two.binary } };
	};

	const retries: Array<[string, IDataObject, Buffer, number]> = [
		['the same node', {}, picture('image/png', 5_000), 1],
		['other options', { options: { maxWait: 60 } }, picture('image/png', 5_000), 1],
		['another picture', { inputDataFieldName: 'other' }, picture('image/png', 5_000), 2],
	];

	test.concurrent.each(retries)(
		'and a retry of the execution with %s',
		async (_case, changes, other, jobs) => {
			await withBinaryMode('filesystem', async () => {
				await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
					const parameters = { ...IMAGE_IN_FIELD, ...GIVE_UP_EARLY };
					const item = await twoPictures(picture('image/png', 5_000), other);
					const failed = await execute(createNode(parameters), [item]);
					expect(failed.status).toBe('error');
					void until(() => simulator.jobs.length === jobs).then(() =>
						simulator.jobs.forEach(({ requestId }) => simulator.finishJob(requestId)),
					);
					const node = createNode({ ...parameters, ...(changes as INodeParameters) });
					expect((await retry(node, failed)).status).toBe('success');
					expect(simulator.jobs).toHaveLength(jobs);
				});
			});
		},
	);

	test.concurrent('and an error output that is wired back to the node: one job', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 401 } });
			const video = createNode(IMAGE_IN_FIELD, { onError: 'continueErrorOutput' });
			const finished = await execute(
				{
					video,
					connections: [
						['Start', 0, 'Video'],
						['Video', 1, 'Video'],
					],
				},
				[await itemWith(picture('image/png', 5_000))],
			);
			expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('and a retry with the same picture in another field: one job', async () => {
		await withScene(ENDLESS, async ({ simulator, execute, retry }) => {
			const parameters = { ...IMAGE_IN_FIELD, ...GIVE_UP_EARLY };
			const content = picture('image/png', 5_000);
			const failed = await execute(createNode(parameters), [await twoPictures(content, content)]);
			simulator.jobs.forEach(({ requestId }) => simulator.finishJob(requestId));
			const node = createNode({ ...parameters, inputDataFieldName: 'other' });
			expect((await retry(node, failed)).status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('and the same prompt with another picture: two jobs, in order', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const contents = [picture('image/png', 90_000), picture('image/png', 90_000)];
			const items = await Promise.all(contents.map(async (content) => await itemWith(content)));
			const finished = await execute(createNode(IMAGE_IN_FIELD), items);
			const digestOf = (requestId: unknown) =>
				submits(simulator)
					.filter(({ acceptedId }) => acceptedId === requestId)
					.map((request) => sentImage(request).sha256);
			expect(jsonOf(finished).flatMap((json) => digestOf(json.request_id))).toEqual(
				contents.map(digest),
			);
			expect(simulator.jobs).toHaveLength(2);
		});
	});
});

describe('What is no image is refused before anything is sent', () => {
	interface Bad {
		item: () => Promise<INodeExecutionData>;
		message: string;
		description: string;
	}

	const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
	const badFiles: Array<[string, Bad]> = [
		[
			'a missing field',
			{
				item: async () => ({
					json: {},
					binary: {
						...(await itemWith(PNG, { field: 'left' })).binary,
						...(await itemWith(PNG, { field: 'right' })).binary,
					},
				}),
				message: "There is no file in 'photo'",
				description: 'The item has files in: left, right. ',
			},
		],
		[
			'no file at all',
			{
				item: async () => ({ json: { photo: 'a.png' } }),
				message: "There is no file in 'photo'",
				description: 'The item has no files. ',
			},
		],
		[
			'an empty file',
			{
				item: async () => await itemWith(Buffer.alloc(0)),
				message: "The file in 'photo' is empty",
				description: 'Choose another file.',
			},
		],
		[
			'a GIF that is named as a JPEG',
			{
				item: async () => await itemWith(Buffer.from('GIF89a, and so on')),
				message: "The file in 'photo' is not an image that CometAPI accepts",
				description: 'Use a JPEG, PNG or WebP file.',
			},
		],
		[
			'a web page of three bytes',
			{
				item: async () => await itemWith(Buffer.from('<p>')),
				message: "The file in 'photo' is not an image that CometAPI accepts",
				description: 'Use a JPEG, PNG or WebP file.',
			},
		],
		[
			'a sound in a RIFF file',
			{
				item: async () => await itemWith(Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1')),
				message: "The file in 'photo' is not an image that CometAPI accepts",
				description: 'Use a JPEG, PNG or WebP file.',
			},
		],
		[
			'a file of one byte too many',
			{
				item: async () => await itemWith(Buffer.concat([PNG, Buffer.alloc(20_000_001 - 8)])),
				message: "The file in 'photo' is too large",
				description: 'It has 20.0 MB, ',
			},
		],
	];
	const badUrls = [
		['nothing', '', "'Image URL' is empty"],
		['a file name', 'candle.png', "'Image URL' must be a URL or a data URL"],
		['another protocol', 'ftp://example.com/a.png', "'Image URL' must be a URL"],
		['a path of this machine', 'file:///etc/passwd', "'Image URL' must be a URL"],
		['no host', 'https://', "'Image URL' must be a URL"],
		['two URLs', 'https://a.example/1.png, https://a.example/2.png', "'Image URL' must be one URL"],
		['a GIF', 'data:image/gif;base64,R0lGODlh', 'data URL of a JPEG, PNG or WebP'],
		['an SVG', 'data:image/svg+xml;base64,PHN2Zz4=', 'data URL of a JPEG, PNG or WebP'],
		['a text', 'data:text/plain;base64,aGVsbG8=', 'data URL of a JPEG, PNG or WebP'],
		['no base64', 'data:image/png,abc', 'data URL of a JPEG, PNG or WebP'],
		['an empty data URL', 'data:image/png;base64,', "The data in 'Image URL' is empty"],
		[
			'text as a PNG',
			'data:image/png;base64,aGVsbG8gd29ybGQh',
			'not an image that CometAPI accepts',
		],
	] as const;

	async function refused(
		parameters: INodeParameters,
		items: INodeExecutionData[],
		message: string,
		description = '',
	): Promise<void> {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const strict = await execute(createNode(parameters), items);
			expect(strict.status).toBe('error');
			expect(strict.error?.message).toContain(message);
			expect(strict.error?.description).toContain(description);
			expect(simulator.requests).toEqual([]);

			const lenient = createNode(parameters, { onError: 'continueRegularOutput' });
			expect(jsonOf(await execute(lenient, items))).toEqual([
				expect.objectContaining({ status: 'done' }),
				{ error: { message: expect.stringContaining(message) } },
				expect.objectContaining({ status: 'done' }),
			]);
			expect(simulator.jobs).toHaveLength(2);
		});
	}

	test.concurrent.each(inBothModes(badFiles))('with files in %s: %s', async (mode, _case, bad) => {
		await withBinaryMode(mode, async () => {
			const good = await itemWith(picture('image/png', 1_000));
			const items = [good, await bad.item(), good];
			await refused(IMAGE_IN_FIELD, items, bad.message, bad.description);
		});
	});

	test.concurrent.each(badUrls)('an address that is %s', async (_case, url, message) => {
		const items = itemsOf({ url: JPEG_URL }, { url }, { url: JPEG_URL });
		await refused(IMAGE_AT_URL, items, message);
	});

	test.concurrent(
		'a data URL in other words: jpg, capitals, parameters, wrapped in lines, escaped',
		async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const jpeg = Buffer.from('ffd8ffe000104a46494600010203fbff', 'hex').toString('base64');
				const escaped = encodeURIComponent(jpeg);
				expect(escaped).not.toBe(jpeg);
				const wrapped = `${escaped.slice(0, 8)}\r\n${escaped.slice(8)}\n`;
				const url = `DATA:image/JPG;charset=utf-8;BASE64,${wrapped}`;
				await execute(createNode(IMAGE_AT_URL), itemsOf({ url }));
				expect(simulator.requestsTo('submit')[0]?.body).toMatchObject({
					image: { url: `data:image/jpeg;base64,${jpeg}` },
				});
			});
		},
	);

	test.concurrent('a data URL of one byte too many', async () => {
		const url = `data:image/png;base64,${Buffer.alloc(20_000_001).toString('base64')}`;
		const items = itemsOf({ url: JPEG_URL }, { url }, { url: JPEG_URL });
		await refused(IMAGE_AT_URL, items, "The data in 'Image URL' is too large", '20.0 MB');
	});

	test.concurrent('no field name', async () => {
		const parameters = { imageSource: 'binary', inputDataFieldName: '={{ $json.field }}' };
		const good = await itemWith(picture('image/png', 1_000));
		const items = ['photo', '', 'photo'].map((field) => ({ ...good, json: { field } }));
		await refused(parameters, items, "'Input Data Field Name' is empty");
	});
});

describe('A file in other clothes', () => {
	const PNG = picture('image/png', 5_000);
	const sentAs = (content: Buffer) => ({
		image: { url: `data:image/png;base64,${content.toString('base64')}` },
	});

	test.concurrent('base64 that is wrapped in lines', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const lines = PNG.toString('base64').replace(/.{76}/g, '$&\r\n');
			const binary = { photo: { data: lines, mimeType: 'image/png' } };
			await execute(createNode(IMAGE_IN_FIELD), [{ json: {}, binary }]);
			expect(simulator.requestsTo('submit')[0]?.body).toMatchObject(sentAs(PNG));
		});
	});

	const FROM_EXPRESSION = { ...IMAGE_IN_FIELD, inputDataFieldName: '={{ $binary.elsewhere }}' };

	test.concurrent('the file itself, from an expression', async () => {
		await withBinaryMode('filesystem', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const item = await itemWith(PNG, { field: 'elsewhere' });
				await execute(createNode(FROM_EXPRESSION), [item]);
				expect(simulator.requestsTo('submit')[0]?.body).toMatchObject(sentAs(PNG));
			});
		});
	});

	test.concurrent('a file in memory, which n8n strips in expressions, is refused', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const data = PNG.toString('base64');
			const item = { json: {}, binary: { elsewhere: { data, mimeType: 'image/png' } } };
			const { error } = await execute(createNode(FROM_EXPRESSION), [item]);
			expect(error?.message).toContain('a file without its content');
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent("a missing one is looked for in n8n's combined mode, too", async () => {
		await withScene(QUICK, async ({ execute }) => {
			const file = { data: '', mimeType: 'image/png' };
			const finished = await execute(
				createNode(IMAGE_IN_FIELD),
				itemsOf({ _files: { data: file } }),
			);
			expect(finished.error?.description).toContain('The item has files in: _files.data.');
		});
	});
});

const BASE64 = Buffer.concat([HEADS['image/png'], Buffer.alloc(3_000, 0xfb)]).toString('base64');

describe('A data URL that is damaged in its middle', () => {
	test.concurrent.each([
		['with characters that are no base64', `${BASE64.slice(0, 400)}****${BASE64.slice(400)}`],
		['with padding before its end', `${BASE64}==AAAA`],
	])('%s keeps the good item of its run from being paid for', async (_name, damaged) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createNode(IMAGE_AT_URL);
			const urls = [BASE64, damaged].map((base64) => ({ url: `data:image/png;base64,${base64}` }));
			const { error } = await execute(node, itemsOf(...urls));
			expect(error?.message).toBe('The file cannot be read [item 2 of 2]');
			expect(simulator.requests).toEqual([]);
		});
	});
});
