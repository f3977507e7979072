/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createHash } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { KNOWN_MODELS } from '../../nodes/CometApiVideo/resources/video/models';
import { CATALOGUE, CATALOGUE_VIDEO_IDS, type Simulator } from '../simulator/simulator.ts';
import { listModels } from './engine.ts';
import { createVideoNode } from './families.ts';
import { inBothModes, storeFile, withBinaryMode } from './files.ts';
import { itemsOf, jsonOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const SUBMIT = { waitForCompletion: false };

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(70_000, 7)]);
const JPEG = Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.from('--a\r\n"b"\r\n')]);

const MP4 = Buffer.from('00000020667479706d70343200000000', 'hex');
const MOV = Buffer.from('00000014667479707174202000000000', 'hex');
const MP3 = Buffer.from('49443303000000000000fffb90', 'hex');
const WAV = Buffer.from('52494646240000005741564566', 'hex');
const HEIC = Buffer.from('00000020667479706865696300000000', 'hex');

const model = (value: string) => ({ __rl: true, mode: 'id', value });
const formOf = ({ requests }: Simulator) =>
	requests[0]?.form?.map(({ name, value }) => [name, value]);

const sent = (content: Buffer, name: string, type: string) => ({
	...{ name, type, bytes: content.length },
	sha256: createHash('sha256').update(content).digest('hex'),
});

async function itemWith(files: Record<string, Buffer>): Promise<INodeExecutionData[]> {
	const binary: INodeExecutionData['binary'] = {};
	for (const [name, content] of Object.entries(files)) {
		const stored = { fileName: 'photo.bin', mimeType: 'application/octet-stream' };
		binary[name] = await storeFile(content, stored);
	}
	return [{ json: {}, binary }];
}

describe('Create sends', () => {
	test.concurrent('model and prompt alone when nothing is chosen', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(createVideoNode(SUBMIT));
			expect(formOf(simulator)).toEqual([
				['model', 'seedance-2-5'],
				['prompt', 'A candle flickers on a wooden table.'],
			]);
			expect(simulator.requests[0]?.path).toBe('/v1/videos');
		});
	});

	test.concurrent('every field, the own ones last', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createVideoNode({
				...SUBMIT,
				prompt: 'Zwölf "Lichter"\r\n--x\r\n',
				model: model('wan2.7'),
				duration: 10,
				options: {
					size: '1280x720',
					customBodyFields: {
						...{ seed: 7, camera_fixed: true, ratio: '', empty: [] },
						...{ tags: ['a', 1], audio: { volume: 2 }, 'a"b': 'c' },
					},
				},
			});
			await execute(node);
			expect(formOf(simulator)).toEqual([
				['model', 'wan2.7'],
				['prompt', 'Zwölf "Lichter"\r\n--x'],
				['seconds', '10'],
				['size', '1280x720'],
				['seed', '7'],
				['camera_fixed', 'true'],
				['tags', 'a'],
				['tags', '1'],
				['audio', '{"volume":2}'],
				['a"b', 'c'],
			]);
		});
	});

	test.concurrent('own fields in place of those of the same name', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const own = { model: 'veo3.1', prompt: 'Rain', seconds: 8, size: '' };
			const options = { customBodyFields: JSON.stringify(own), size: '21:9' };
			const parameters = { duration: 5, aspectRatio: '16:9', prompt: '={{ "" }}', options };
			const [json] = jsonOf(await execute(createVideoNode({ ...SUBMIT, ...parameters })));
			expect(simulator.jobs[0]?.body).toEqual({ model: 'veo3.1', prompt: 'Rain', seconds: '8' });
			expect(json).toMatchObject({ model: 'veo3.1' });
		});
	});

	test.concurrent.each([
		[' 8 ', ' 1280 X 720 ', '8', '1280x720'],
		['8', '1280×720', '8', '1280x720'],
		['8.0', '1280*720', '8', '1280x720'],
		[8, '16:9', '8', '16:9'],
		['', '9x16', undefined, '9x16'],
		[0, '', undefined, undefined],
	])('a duration of %j and a size of %j as meant', async (duration, size, seconds, asSent) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createVideoNode({
				...SUBMIT,
				duration: '={{ $json.duration }}',
				options: { size: '={{ $json.size }}' },
			});
			await execute(node, itemsOf({ duration, size }));
			expect(simulator.jobs[0]?.body).toEqual({
				model: 'seedance-2-5',
				prompt: 'A candle flickers on a wooden table.',
				...(seconds !== undefined && { seconds }),
				...(asSent !== undefined && { size: asSent }),
			});
		});
	});

	test.concurrent.each([
		['seedance-2-5', '9:16', {}, { size: '9:16' }],
		['wan2.6', ' 9:16 ', {}, { size: '1080x1920' }],
		['veo3.1-fast', '16:9', {}, { size: '1280x720' }],
		['veo3.1-fast', '1:1', {}, { size: '1:1' }],
		['omni-fast', '1:1', {}, { aspect_ratio: '1:1' }],
		['wan2.6', '9:16', { size: '720x1280' }, { size: '720x1280' }],
		['wan2.6', '', {}, {}],
		['seedance-2-5', '9:16', { customBodyFields: '{"model":"wan2.7"}' }, { size: '1080x1920' }],
	])('an aspect ratio as %s takes it: %j with the options %j', async (id, ratio, options, sent) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createVideoNode({
				...{ ...SUBMIT, model: model(id), aspectRatio: '={{ $json.ratio }}', options },
			});
			await execute(node, itemsOf({ ratio }));
			const { size, aspect_ratio } = { ...Object(simulator.jobs[0]?.body) };
			expect({ size, aspect_ratio }).toEqual({ ...{ size: undefined }, ...sent });
		});
	});

	const A = 'https://media.example/a.png';
	const B = 'https://media.example/b.png';

	test.concurrent.each<[string, INodeParameters['imageUrl'], string | string[]]>([
		['one URL', A, A],
		['a URL on each line', `${A}\n\n  ${B}\r\n`, [A, B]],
		['a list by expression', `={{ ["${B}", "${A}"] }}`, [B, A]],
		['a list with empty ones', `={{ ["", "${A}", null] }}`, A],
		['a list as JSON text', JSON.stringify([B, '', A]), [B, A]],
	])('images by URL: %s', async (_case, imageUrl, urls) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(createVideoNode({ ...SUBMIT, imageSource: 'url', imageUrl }));
			expect(simulator.jobs[0]?.body).toMatchObject({ reference_urls: urls });
			expect(simulator.jobs[0]?.body).not.toHaveProperty('input_reference');
		});
	});

	test.concurrent.each(
		inBothModes<[string, string]>([
			['by name', 'second, first'],
			['by a list', '={{ ["second", "first"] }}'],
		]),
	)('files in their order, kept in %s: %s', async (mode, _case, inputDataFieldName) => {
		await withBinaryMode(mode, async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const node = createVideoNode({ ...SUBMIT, imageSource: 'binary', inputDataFieldName });
				await execute(node, await itemWith({ first: PNG, second: JPEG }));
				expect(formOf(simulator)?.slice(2)).toEqual([
					['input_reference', sent(JPEG, 'image2.jpeg', 'image/jpeg')],
					['input_reference', sent(PNG, 'image3.png', 'image/png')],
				]);
			});
		});
	});

	const byUrl = { imageSource: 'url', imageUrl: A };
	const byFile = { imageSource: 'binary', inputDataFieldName: 'first' };

	test.concurrent.each<[string, INodeParameters, string, unknown[]]>([
		[
			'veo3.1',
			byFile,
			'last',
			[
				['input_reference', sent(PNG, 'image2.png', 'image/png')],
				['input_reference', sent(JPEG, 'image3.jpeg', 'image/jpeg')],
			],
		],
		[
			'wan2.7',
			byFile,
			'={{ ["last"] }}',
			[
				['input_reference', sent(PNG, 'image2.png', 'image/png')],
				['input_reference', sent(JPEG, 'image3.jpeg', 'image/jpeg')],
			],
		],
		['veo3.1', byUrl, ` ${B} `, [A, B].map((url) => ['reference_urls', url])],
		['minimax-h3', byUrl, B, [A, B].map((url, at) => [`${at ? 'last' : 'first'}_frame`, url])],
		[
			'minimax-h3',
			byUrl,
			'last',
			[
				['first_frame', A],
				['last_frame', sent(JPEG, 'image3.jpeg', 'image/jpeg')],
			],
		],
		['veo3.1', byUrl, '', [['reference_urls', A]]],
		['veo3.1', { imageSource: 'none' }, 'hidden', []],
	])('a last frame as %s takes it: %j, %s', async (id, image, lastFrame, parts) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createVideoNode({
				...{ ...SUBMIT, model: model(id), ...image, options: { lastFrame } },
			});
			await execute(node, await itemWith({ first: PNG, last: JPEG }));
			expect(formOf(simulator)?.slice(2)).toEqual(parts);
		});
	});

	const files = { mp4: MP4, mov: MOV, mp3: MP3, wav: WAV, first: PNG };

	test.concurrent.each(
		inBothModes<[INodeParameters, unknown[]]>([
			[
				{ referenceVideos: 'mp4, mov', referenceAudios: '={{ ["wav", "mp3"] }}' },
				[
					['reference_videos', sent(MP4, 'video2.mp4', 'video/mp4')],
					['reference_videos', sent(MOV, 'video3.mov', 'video/quicktime')],
					['reference_audios', sent(WAV, 'audio4.wav', 'audio/wav')],
					['reference_audios', sent(MP3, 'audio5.mp3', 'audio/mpeg')],
				],
			],
			[
				{ referenceVideos: `${A}, mp4`, referenceAudios: `${A}\n${B}` },
				[
					['reference_videos', sent(MP4, 'video2.mp4', 'video/mp4')],
					['reference_video_urls', A],
					['reference_audio_urls', A],
					['reference_audio_urls', B],
				],
			],
			[
				{ referenceVideos: '["", "mp4", null]', referenceAudios: '={{ [null, "wav", ""] }}' },
				[
					['reference_videos', sent(MP4, 'video2.mp4', 'video/mp4')],
					['reference_audios', sent(WAV, 'audio3.wav', 'audio/wav')],
				],
			],
			[
				{
					referenceVideos: `={{ JSON.stringify(["${A}", "mp4"]) }}`,
					referenceAudios: '={{ Object.keys($binary).filter((name) => name === "mp3") }}',
				},
				[
					['reference_videos', sent(MP4, 'video2.mp4', 'video/mp4')],
					['reference_video_urls', A],
					['reference_audios', sent(MP3, 'audio4.mp3', 'audio/mpeg')],
				],
			],
			[
				{ referenceVideos: ` mp4,\n\n${A},`, referenceAudios: ` wav ,, mp3\r\n` },
				[
					['reference_videos', sent(MP4, 'video2.mp4', 'video/mp4')],
					['reference_video_urls', A],
					['reference_audios', sent(WAV, 'audio4.wav', 'audio/wav')],
					['reference_audios', sent(MP3, 'audio5.mp3', 'audio/mpeg')],
				],
			],
			[{ referenceVideos: '={{ [] }}', referenceAudios: '={{ null }}' }, []],
			[{ referenceVideos: '[]', referenceAudios: '={{ ["", null] }}' }, []],
			[{ referenceVideos: ' , ', referenceAudios: '={{ $json.no }}, {{ $json.nor }}' }, []],
		]),
	)('references kept in %s: %j', async (mode, options, parts) => {
		await withBinaryMode(mode, async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				await execute(createVideoNode({ ...SUBMIT, options }), await itemWith(files));
				expect(formOf(simulator)?.slice(2)).toEqual(parts);
				expect(simulator.jobs).toHaveLength(1);
			});
		});
	});

	const box = (type: string) => Buffer.from(`\0\0\0\x18${type}\0\0\0\0`, 'latin1');
	const text = (start: string) => Buffer.from(`${start}........`, 'latin1');

	test.concurrent.each<[string, INodeParameters, Buffer, string | undefined]>([
		['a video of a phone', { referenceVideos: 'f' }, box('ftypisom'), 'video/mp4'],
		['a DASH video', { referenceVideos: 'f' }, box('ftypiso5'), 'video/mp4'],
		['a video of iTunes', { referenceVideos: 'f' }, box('ftypM4V '), 'video/mp4'],
		['QuickTime', { referenceVideos: 'f' }, box('ftypqt  '), 'video/quicktime'],
		['an old MOV', { referenceVideos: 'f' }, box('moov'), 'video/quicktime'],
		['a MOV with room in front', { referenceVideos: 'f' }, box('wide'), 'video/quicktime'],
		['a MOV with a free box', { referenceVideos: 'f' }, box('free'), 'video/quicktime'],
		['AVIF', { referenceVideos: 'f' }, box('ftypavif'), undefined],
		['HEIF', { referenceVideos: 'f' }, box('ftypmif1'), undefined],
		['a song of iTunes', { referenceVideos: 'f' }, box('ftypM4A '), undefined],
		['WebM', { referenceVideos: 'f' }, text('\x1aE\xdf\xa3'), undefined],
		['AVI', { referenceVideos: 'f' }, text('RIFF....AVI '), undefined],
		['MP3 with a tag', { referenceAudios: 'f' }, text('ID3\x04'), 'audio/mpeg'],
		['MP3 of a podcast', { referenceAudios: 'f' }, text('\xff\xf3\x40'), 'audio/mpeg'],
		['WAV', { referenceAudios: 'f' }, text('RIFF....WAVE'), 'audio/wav'],
		['AAC', { referenceAudios: 'f' }, text('\xff\xf1\x50'), undefined],
		['Ogg', { referenceAudios: 'f' }, text('OggS'), undefined],
		['text in UTF-16', { referenceAudios: 'f' }, text('\xff\xfeh\0'), undefined],
		['a WebP', { referenceAudios: 'f' }, text('RIFF....WEBP'), undefined],
	])('a file by its first bytes: %s', async (_case, options, content, type) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const items = await itemWith({ f: content });
			const { error } = await execute(createVideoNode({ ...SUBMIT, options }), items);
			const sentFile = formOf(simulator)?.[2]?.[1];
			expect(Object(sentFile).type).toBe(type);
			expect(simulator.jobs).toHaveLength(type === undefined ? 0 : 1);
			if (type === undefined) expect(error?.message).toMatch(/^The file in 'f' is not an? /);
		});
	});

	test.concurrent('as many videos as items that differ in one reference', async () => {
		const plan = () => ({ seconds: 600 });
		await withScene({ plan }, async ({ simulator, execute, retry }) => {
			const node = (referenceVideos: string) =>
				createVideoNode({ options: { referenceVideos, maxWait: 1 } });
			const failed = await execute(node('mp4'), await itemWith(files));
			await retry(node('mov'), failed);
			await retry(node('={{ ["mp4"] }}'), failed);
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('the same bytes for the same video, whose retry so finds it', async () => {
		await withScene({ plan: () => ({ seconds: 600 }) }, async ({ simulator, execute, retry }) => {
			const parameters = { imageSource: 'binary', inputDataFieldName: 'data' };
			const failed = await execute(
				createVideoNode({ ...parameters, options: { maxWait: 1 } }),
				await itemWith({ data: PNG }),
			);
			for (const { requestId } of simulator.jobs) simulator.finishJob(requestId);
			// Written otherwise, so that only the body tells.
			const node = createVideoNode({ ...parameters, inputDataFieldName: '={{ "data" }}' });
			expect((await retry(node, failed)).status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
		});
	});
});

describe('Create refuses before anything is sent', () => {
	const own = (fields: object) => ({ options: { customBodyFields: JSON.stringify(fields) } });
	const ofSize = (size: string) => ({ options: { size } });

	test.concurrent.each<[string, INodeParameters, string]>([
		['an empty prompt', { prompt: ' ' }, "'Prompt'"],
		['an empty model', { model: model('={{ "" }}') }, "'Model'"],
		['a duration of -1', { duration: -1 }, "'Duration'"],
		['a duration of 2.5', { duration: 2.5 }, "'Duration'"],
		['a duration of "2.5.1"', { duration: '={{ "2.5.1" }}' }, "'Duration'"],
		['a duration of an hour', { duration: 3600 }, "'Duration'"],
		['a size of 720p', ofSize('720p'), 'Enter 1280x720 (landscape) or 720x1280 (vertical)'],
		['a size of 1080', ofSize('1080'), 'Enter 1920x1080 (landscape) or 1080x1920 (vertical)'],
		['a size of 2K', ofSize('2K'), "'Size' must be like 1280x720 or 16:9"],
		['a vertical size', ofSize('vertical'), '720x1280 (vertical), or leave it empty'],
		['a negative size', ofSize('-1280x720'), "'Size'"],
		['a size without a height', ofSize('1280x0'), "'Size'"],
		['a size that is a list', ofSize('={{ [1280, 720] }}'), "'Size'"],
		['another ratio', { aspectRatio: '={{ "4:3" }}' }, "'Aspect Ratio' must be one of"],
		['an image source that is none', { imageSource: '={{ "cloud" }}' }, "'Image Source'"],
		['no image URL', { imageSource: 'url', imageUrl: '' }, "'Image URL'"],
		['an empty list of URLs', { imageSource: 'url', imageUrl: '={{ [] }}' }, "'Image URL'"],
		[
			'a list of empty URLs',
			{ imageSource: 'url', imageUrl: '={{ [""] }}' },
			"'Image URL' is empty",
		],
		['a JSON list of none', { imageSource: 'url', imageUrl: '[]' }, "'Image URL' is empty"],
		[
			'a data URL',
			{ imageSource: 'url', imageUrl: 'data:image/png;base64,iVBORw0KGgo=' },
			"'Image URL'",
		],
		['a second URL that is none', { imageSource: 'url', imageUrl: 'http://a.example b' }, 'Image'],
		['no file', { imageSource: 'binary' }, "no file in 'data'"],
		['a null', own({ seed: null }), 'null for seed'],
		['a null in a list', own({ seeds: [1, null] }), 'null for seeds'],
		['an own model that is empty', own({ model: '' }), 'text for model'],
		['an own prompt that is empty', own({ prompt: [] }), 'text for prompt'],
	])('%s', async (_case, parameters, named) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const { status, error } = await execute(createVideoNode(parameters));
			expect(status).toBe('error');
			expect(`${error?.message} ${error?.description}`).toContain(named);
			expect(simulator.requests).toEqual([]);
		});
	});

	const A = 'https://media.example/a.png';
	const frame = (lastFrame: string, more: INodeParameters = {}) => ({
		...{ imageSource: 'url', imageUrl: A, ...more, options: { lastFrame } },
	});
	const videos = (referenceVideos: string) => ({ options: { referenceVideos } });
	const audios = (referenceAudios: string) => ({ options: { referenceAudios } });

	test.concurrent.each<[string, INodeParameters, string]>([
		['a frame by file beside one by URL', frame('png'), 'must both be URLs or both be files'],
		['two last frames', frame(`${A} ${A}`), "'Last Frame' has too many files"],
		[
			'a frame behind two images of a model that takes one',
			frame(A, { model: model('minimax-h3'), imageUrl: `${A}\n${A}` }),
			"'Last Frame' must have one image before it This model takes one first frame.",
		],
		[
			'a frame beside images in own fields',
			{
				...{ imageSource: 'url', imageUrl: A },
				options: { lastFrame: A, customBodyFields: { reference_urls: [A] } },
			},
			"behind the first one, also in 'Custom Body Fields'",
		],
		['a very long name', videos('x'.repeat(100_000)), `There is no file in '${'x'.repeat(470)}`],
		['a video as data URL', videos('data:video/mp4;base64,AAAA'), "no file in 'data:video/mp4"],
		['files of an expression', videos('={{ $binary.mp4 }}'), 'a file without its content'],
		['no such file', videos('other'), "There is no file in 'other'"],
		['an image as video', videos('png'), "The file in 'png' is not a video that CometAPI accepts"],
		['HEIC as video', videos('heic'), 'not a video that CometAPI accepts Use an MP4 or MOV file'],
		[
			'a video as audio',
			audios('mp4'),
			'not an audio file that CometAPI accepts Use an MP3 or WAV',
		],
		['a video as last frame', frame('mp4', { model: model('minimax-h3') }), 'not an image'],
		['a page', videos('https://drive.google.com/file/d/1'), "'Reference Videos' is a page"],
		['11 videos', videos(Array(11).fill(A).join('\n')), 'There are 11. Give at most 10.'],
		['another kind of URL', audios('ftp://a.example/a.mp3'), "'Reference Audios' must be a URL"],
		['an object', videos('={{ { a: 1 } }}'), "'Reference Videos' must be the name of a field"],
	])('%s, in the second item', async (_case, parameters, named) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const items = await itemWith({ mp4: MP4, png: PNG, heic: HEIC });
			const node = createVideoNode(parameters);
			const { error } = await execute(node, [...items, ...items]);
			const told = `${error?.message} ${error?.description}`.replace(/ \[item .*?\]/, '');
			expect(told).toContain(named);
			expect(told.length).toBeLessThan(1_000);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('references of all kinds that are too large together', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const of = (head: Buffer) => Buffer.concat([head, Buffer.alloc(8_500_000)]);
			const node = createVideoNode({
				...{ imageSource: 'binary', inputDataFieldName: 'a' },
				options: { referenceVideos: 'b', referenceAudios: 'c' },
			});
			const { error } = await execute(node, await itemWith({ a: of(PNG), b: of(MP4), c: of(WAV) }));
			expect(error?.message).toBe('The files of one video are too large together');
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('images that are too large together', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const large = Buffer.concat([PNG, Buffer.alloc(13_000_000)]);
			const node = createVideoNode({ imageSource: 'binary', inputDataFieldName: 'a,b' });
			const { error } = await execute(node, await itemWith({ a: large, b: large }));
			expect(error?.message).toBe('The files of one video are too large together');
			expect(simulator.requests).toEqual([]);
		});
	});
});

describe('An image that the model does not take in this way', () => {
	test.concurrent.each([
		['wan2.6', 'reference_urls'],
		['doubao-seedance-1-5-pro', 'Field required'],
		['doubao-seedance-1-0-pro', 'does not support'],
	])('%s: says so and what to do, and sends nothing again', async (name, said) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const settings = { retryOnFail: false };
			const node = createVideoNode({ model: model(name), imageSource: 'binary' }, settings);
			const { error } = await execute(node, await itemWith({ data: PNG }));
			expect(error?.description).toContain(said);
			expect(error?.description).toContain("Change 'Image Source'");
			expect(error?.description).toContain('You were not charged');
			expect(simulator.requestsTo('submit')).toHaveLength(1);
			expect(simulator.jobs).toEqual([]);
		});
	});

	test.concurrent('nor a reference: says what to change', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const options = { referenceVideos: 'https://media.example/a.mp4' };
			const { error } = await execute(createVideoNode({ model: model('veo3.1'), options }));
			expect(error?.description).toContain('reference_video_urls is not supported by veo3.1');
			expect(error?.description).toContain("Change 'Image Source' or the references under Options");
			expect(simulator.jobs).toEqual([]);
		});
	});

	test.concurrent('is free to be tried in the other way', async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			const byFile = createVideoNode({ model: model('wan2.6'), imageSource: 'binary' });
			const failed = await execute(byFile, await itemWith({ data: PNG }));
			const imageUrl = 'https://media.example/a.png';
			const byUrl = createVideoNode({ model: model('wan2.6'), imageSource: 'url', imageUrl });
			expect((await retry(byUrl, failed)).status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
		});
	});
});

describe('What POST /v1/videos refuses', () => {
	test.concurrent('a model of another route, with where it belongs', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const error = { message: 'unsupported relay mode: 31', type: 'invalid_request_error' };
			const fault = { kind: 'status', status: 400, body: { error } } as const;
			simulator.inject({ route: 'submit', fault });
			const { error: shown } = await execute(createVideoNode());
			expect(shown?.message).toContain('did not accept');
			expect(shown?.description).toContain("The model doesn't belong to this resource.");
		});
	});

	test.concurrent.each([
		[
			'viduq3-pro',
			'no available channel',
			"isn't available on CometAPI",
			"Choose another one under 'Model'.",
		],
	])('%s', async (name, said, message, advice) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const { error } = await execute(createVideoNode({ model: model(name) }));
			expect(error?.message).toContain(message);
			expect(error?.description).toContain(said);
			expect(error?.description).toContain(advice);
			expect(simulator.requestsTo('submit')).toHaveLength(1);
			expect(simulator.jobs).toEqual([]);
		});
	});

	test.concurrent('a length that the model does not make', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const { error } = await execute(createVideoNode({ model: model('wan2.6'), duration: 7 }));
			expect(error?.description).toContain('the duration 7 is not valid for wan2.6');
			expect(simulator.jobs).toEqual([]);
		});
	});
});

describe('The file', () => {
	test.concurrent.each(['file', 'redirect'] as const)(
		'without a public URL comes from the API with the key: %s',
		async (content) => {
			const apiKey = 'key-that-nobody-may-see';
			const plan = () => ({ seconds: 0.1, shape: 'contentOnly' as const, content });
			await withScene({ apiKey, plan }, async ({ simulator, execute }) => {
				const finished = await execute(createVideoNode({ downloadVideo: true }));
				const [job] = simulator.jobs;
				expect(jsonOf(finished)).toEqual([
					expect.objectContaining({
						video: {
							content_url: `${simulator.url}/v1/videos/${job?.requestId}/content`,
							duration: 5,
						},
					}),
				]);
				expect(finished.outputs[0]?.[0]?.binary?.data).toMatchObject({ mimeType: 'video/mp4' });
				const withKey = simulator.requests.map(({ host, headers }) => [
					host,
					headers.authorization !== undefined,
				]);
				expect(withKey).toContainEqual(['api', true]);
				expect(withKey).not.toContainEqual(['media', true]);
				expect(simulator.requestsTo('content')).toHaveLength(1);
			});
		},
	);

	test.concurrent('with one is not asked of the API', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(createVideoNode({ downloadVideo: true }));
			expect(simulator.requestsTo('content')).toEqual([]);
		});
	});
});

describe('A job that failed without a word', () => {
	test.concurrent('says what /content says: refused by moderation', async () => {
		const plan = () => ({
			...{ seconds: 0.1, shape: 'bareFailure' as const, outcome: 'moderated' as const },
		});
		await withScene({ plan }, async ({ simulator, execute }) => {
			const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
			const { error } = await execute(createVideoNode({}, settings));
			expect(error?.message).toContain('Moderation refused this video');
			expect(error?.description).toContain('current status: VIOLATION');
			expect(simulator.jobs).toHaveLength(1);
		});
	});
});

describe('The list of models', () => {
	const search = { method: 'searchVideoModels' };

	test.concurrent('is the public catalogue, asked without the key', async () => {
		await withScene({}, async ({ simulator, credential }) => {
			const { results } = await listModels(createVideoNode(), credential, search);
			const sendable = CATALOGUE_VIDEO_IDS.filter((id) => id !== 'omni-fast-v2v');
			expect(results.map(({ value }) => value).sort()).toEqual(sendable.sort());
			expect(results).toContainEqual({
				name: 'Seedance 2.0 Fast',
				value: 'doubao-seedance-2-0-fast',
			});
			expect(results).toContainEqual({
				name: 'seedance-2-0 (Seedance 2.0)',
				value: 'seedance-2-0',
			});
			expect(simulator.requests.map(({ path }) => path)).toEqual(['/api/models']);
			expect(simulator.requests[0]?.headers).not.toHaveProperty('authorization');
		});
	});

	test.concurrent.each([
		[' Google', ['veo3', 'veo3-fast', 'veo3.1', 'veo3.1-fast']],
		['hailuo', ['minimax-h3']],
		['seedance FAST', ['doubao-seedance-2-0-fast']],
		['undefined', []],
	])('is searched by names and makers: %s', async (filter, ids) => {
		await withScene({}, async ({ credential }) => {
			const { results } = await listModels(createVideoNode(), credential, { ...search, filter });
			expect(results.map(({ value }) => value)).toEqual(ids);
		});
	});

	test.concurrent('names a model that this version does not know by ID and provider', async () => {
		await withScene({}, async ({ simulator, credential }) => {
			const [entry] = CATALOGUE.data.filter(({ id }) => id === 'veo3.1');
			const body = { data: [{ ...entry, id: 'veo5' }] };
			simulator.inject({ route: 'catalogue', fault: { kind: 'status', status: 200, body } });
			const { results } = await listModels(createVideoNode(), credential, search);
			expect(results).toEqual([{ name: 'veo5 (google)', value: 'veo5' }]);
		});
	});

	test.concurrent.each([
		['cannot be had', { kind: 'status', status: 503 }],
		['is a page', { kind: 'html', status: 200 }],
		['is empty', { kind: 'status', status: 200, body: { data: [] } }],
		['is cut', { kind: 'truncatedJson' }],
		['is something else', { kind: 'status', status: 200, body: { data: [1, null, { id: 2 }] } }],
	] as const)('is the known models when it %s', async (_case, fault) => {
		await withScene({}, async ({ simulator, credential }) => {
			simulator.inject({ route: 'catalogue', fault });
			const { results } = await listModels(createVideoNode(), credential, search);
			expect(results.map(({ value }) => value).sort()).toEqual(
				KNOWN_MODELS.map(({ ids: [id] }) => id).sort(),
			);
		});
	});
});
