/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
	BoxReader,
	hasWholeFile,
	judgeAnswer,
	nameOfFile,
	pauseBeforeNextMs,
	videoTypeOf,
} from '../../../nodes/CometApiVideo/files/videoFile';
import { sampleMp4 } from '../../simulator/simulator.ts';

const VIDEO_HEAD = sampleMp4.subarray(0, 400);

const box = (size: number, type: string, ...content: Buffer[]) => {
	const head = Buffer.alloc(8);
	head.writeUInt32BE(size);
	head.write(type, 4, 'latin1');
	return Buffer.concat([head, ...content]);
};

const answered = (statusCode: number, body: unknown = '', contentType?: string) => ({
	statusCode,
	headers: contentType === undefined ? {} : { 'content-type': contentType },
	body,
	head: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

describe('an answer without the video', () => {
	test.each([
		[202, 'soon'],
		[400, 'soon'],
		[403, 'soon'],
		[404, 'soon'],
		[409, 'soon'],
		[425, 'soon'],
		[206, 'later'],
		[408, 'later'],
		[429, 'later'],
		[500, 'later'],
		[503, 'later'],
		[302, 'never'],
		[401, 'never'],
		[410, 'never'],
	])('%d is tried again: %s', (status, again) => {
		expect(judgeAnswer(answered(status), false)).toMatchObject({ again });
	});

	const errors: Array<[string, unknown]> = [
		['an error as JSON', { error: { message: 'upstream is gone', code: 'x' } }],
		['a text', 'upstream is gone'],
	];

	test.each(errors)('%s is quoted, at the API and elsewhere', (_case, body) => {
		for (const status of [200, 404, 500]) {
			for (const isAtTheApi of [true, false]) {
				const { reason } = judgeAnswer(answered(status, body), isAtTheApi);
				expect(reason).toMatch(/: upstream is gone$/);
			}
		}
	});

	test('words of a file that is not there yet ask again, whatever the status', () => {
		const body = { error: { message: 'Video is not ready', code: 'video_not_ready' } };
		for (const status of [200, 401, 422, 500]) {
			expect(judgeAnswer(answered(status, body), false)).toMatchObject({ again: 'soon' });
		}
	});

	test.each([
		['text/html; charset=utf-8', '<!doctype html><title>x</title>', 'text/html; charset=utf-8'],
		['application/octet-stream', 'alert(1)', 'text'],
		['video/mp4', 'alert(1)', 'text'],
		[undefined, 'alert(1)', 'text'],
		['video/mp4', 'PK\u0003\u0004\u0014\u0000', 'another file'],
		['application/vnd.apple.mpegurl', '#EXTM3U\n#EXT-X-VERSION:3', 'application/vnd.apple.mpegurl'],
	])('%s is called by its name: %s', (contentType, body, kind) => {
		const { reason, again } = judgeAnswer(answered(200, body, contentType), false);
		expect(reason).toContain(`sent ${kind} instead of a video`);
		expect(again).toBe('never');
		expect(judgeAnswer(answered(200, body, contentType), true)).toMatchObject({ again: 'soon' });
	});

	test('bytes that are no text are not quoted', () => {
		const { reason } = judgeAnswer(answered(500, 'PK\u0003\u0004\u0014\u0000'), false);
		expect(reason).toBe('The host of the video answered HTTP 500');
	});

	test('an empty file is tried again', () => {
		expect(judgeAnswer(answered(200), true)).toMatchObject({ again: 'later' });
	});
});

describe('a whole file', () => {
	test.each([
		[200, undefined, true],
		[203, undefined, true],
		[202, undefined, false],
		[404, undefined, false],
		[206, 'bytes 0-99/100', true],
		[206, 'Bytes 0-99/100 ', true],
		[206, 'bytes 0-98/100', false],
		[206, 'bytes 1-99/100', false],
		[206, 'bytes 0-99/*', false],
		[206, undefined, false],
	])('HTTP %d with Content-Range %s: %s', (statusCode, range, isWhole) => {
		expect(hasWholeFile({ statusCode, headers: { 'content-range': range } })).toBe(isWhole);
	});
});

const zeros = (bytes: number) => Buffer.alloc(bytes);
const ebml = (docType: string) =>
	Buffer.concat([
		Buffer.from('1a45dfa39f4286810142f7810142f281044282', 'hex'),
		Buffer.from(docType),
	]);
const riff = (kind: string) => Buffer.concat([Buffer.from('RIFF'), zeros(4), Buffer.from(kind)]);
const transportStream = Buffer.concat([
	Buffer.from('47400010', 'hex'),
	zeros(184),
	Buffer.from('4740', 'hex'),
	zeros(186),
]);

describe('the type of a video', () => {
	const types: Array<[string, Buffer, string, string]> = [
		['MP4', VIDEO_HEAD, 'video/mp4', 'mp4'],
		['QuickTime', box(20, 'ftyp', Buffer.from('qt  '), zeros(8)), 'video/quicktime', 'mov'],
		...['styp', 'free', 'skip', 'wide', 'mdat', 'moov'].map(
			(type): [string, Buffer, string, string] => [
				`an MP4 that begins with ${type}`,
				box(8, type, zeros(16)),
				'video/mp4',
				'mp4',
			],
		),
		['WebM', ebml('webm'), 'video/webm', 'webm'],
		['Matroska', ebml('matroska'), 'video/x-matroska', 'mkv'],
		['AVI', riff('AVI LIST'), 'video/x-msvideo', 'avi'],
		['MPEG-TS', transportStream, 'video/mp2t', 'ts'],
	];

	test.each(types)('%s is told by its bytes, whatever the header', (_case, head, mimeType, ext) => {
		const headers = [
			'video/mp4',
			'video/webm',
			'text/html',
			'application/json',
			'image/png',
			undefined,
		];
		for (const header of headers) {
			expect(videoTypeOf(head, header)).toEqual({ mimeType, extension: ext });
		}
	});

	test.each([
		['an HTML page', Buffer.from('<!doctype html><html>')],
		['JSON', Buffer.from('{"error":{"message":"x"}}')],
		['a playlist', Buffer.from('#EXTM3U\n#EXT-X-VERSION:3\n')],
		['a text that begins like a box', Buffer.from('Get free tokens here')],
		['a text that begins like a packet', Buffer.from(`G${'a'.repeat(187)}G${'b'.repeat(300)}`)],
		['SVG', Buffer.from('<svg xmlns="x">')],
		['PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
		['JPEG', Buffer.from('ffd8ffe000104a464946000101', 'hex')],
		['GIF', Buffer.from('47494638396101000100800000000000', 'hex')],
		['WebP', riff('WEBPVP8 ')],
		['ZIP', Buffer.from('504b0304140000', 'hex')],
		['gzip', Buffer.from('1f8b0800000000000003', 'hex')],
		['nothing', zeros(0)],
	])('%s is no video, whatever the header', (_case, head) => {
		for (const header of ['video/mp4', 'application/octet-stream', undefined]) {
			expect(videoTypeOf(head, header)).toBeUndefined();
		}
	});

	test('bytes that say nothing are what the host calls them', () => {
		const head = Buffer.from('0000000167640028', 'hex');
		const named = { mimeType: 'video/h264', extension: 'h264' };
		expect(videoTypeOf(head, ' Video/H264; x=y')).toEqual(named);
		expect(videoTypeOf(head, undefined)).toMatchObject({ mimeType: 'video/mp4' });
		expect(videoTypeOf(head, 'application/octet-stream')).toBeUndefined();
	});

	test('gives the file its name', () => {
		const mov = { mimeType: 'video/quicktime', extension: 'mov' };
		expect(nameOfFile('task_1', mov)).toBe('task_1.mov');
		expect(nameOfFile('a/b\\c:d', mov)).toBe('a_b_c_d.mov');
		expect(nameOfFile('x'.repeat(1_000), mov)).toHaveLength(204);
	});
});

/** The pieces in which a network may bring a file. */
function readInPieces(file: Buffer, pieceBytes: number): BoxReader {
	const boxes = new BoxReader();
	for (let at = 0; at < file.length; at += pieceBytes)
		boxes.add(file.subarray(at, at + pieceBytes));
	expect(boxes.bytes).toBe(file.length);
	return boxes;
}

const isCutOff = (file: Buffer, pieceBytes = 1_000) => readInPieces(file, pieceBytes).isCutOff;

describe('a file that is not all there', () => {
	const media = box(2_008, 'mdat', zeros(2_000));
	const index = box(108, 'moov', zeros(100));
	const start = box(16, 'ftyp', zeros(8));
	const files: Array<[string, Buffer]> = [
		['a sample', sampleMp4],
		['the index at the end', Buffer.concat([start, media, index])],
		['the index at the start', Buffer.concat([start, index, media])],
		['fragments', Buffer.concat([start, index, box(24, 'moof', zeros(16)), media, media])],
	];

	test.each(files)('is seen wherever it is cut, in any pieces: %s', (_case, file) => {
		const pieceBytes = fc.integer({ min: 1, max: file.length });
		fc.assert(
			fc.property(fc.integer({ min: 40, max: file.length - 17 }), pieceBytes, (bytes, pieces) => {
				const cut = file.subarray(0, bytes);
				// Cut where a box ends, or within the head of one, nothing tells.
				const at =
					endsOfBoxes(file)
						.filter((end) => end <= bytes)
						.at(-1) ?? 0;
				expect(isCutOff(cut, pieces)).toBe(bytes >= at + 16 && isMedia(file, at));
				expect(isCutOff(file, pieces)).toBe(false);
			}),
		);
	});

	const whole = Buffer.concat([start, media, index]);

	test.each([
		[
			'bytes after the last box',
			Buffer.concat([whole, Buffer.from('trailing words of 30 bytes....')]),
		],
		['a box of ffffffff at the end', Buffer.concat([whole, box(0xffffffff, 'free', zeros(50))])],
		['pictures up to the end', Buffer.concat([start, box(0, 'mdat', zeros(500))])],
		['pictures of a size not known', Buffer.concat([start, box(0xffffffff, 'mdat', zeros(500))])],
		['a box of no use that is cut', Buffer.concat([whole, box(9_000, 'free', zeros(50))])],
	])('is none with %s', (_case, file) => {
		expect(isCutOff(file)).toBe(false);
	});

	test('is seen in boxes of more than 4 GB', () => {
		const size = Buffer.alloc(8);
		size.writeBigUInt64BE(5_000_000_000n);
		expect(isCutOff(Buffer.concat([start, box(1, 'mdat', size, zeros(1_000))]))).toBe(true);
	});

	test('nothing throws, whatever the bytes', () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ maxLength: 200 }),
				fc.integer({ min: 1, max: 64 }),
				(bytes, size) => {
					videoTypeOf(Buffer.from(bytes), 'video/mp4');
					readInPieces(Buffer.concat([start, Buffer.from(bytes)]), size);
					readInPieces(Buffer.from(bytes), size);
				},
			),
		);
	});
});

function endsOfBoxes(file: Buffer): number[] {
	const ends: number[] = [];
	for (let at = 0; at + 8 <= file.length; at += file.readUInt32BE(at)) ends.push(at);
	return [...ends, file.length];
}

const isMedia = (file: Buffer, at: number) =>
	['mdat', 'moov'].includes(file.toString('latin1', at + 4, at + 8));

describe('the pause before the next try', () => {
	test('doubles, and after five tries there is none', () => {
		const pauses = [1, 2, 3, 4, 5].map((tries) => pauseBeforeNextMs({ again: 'later' }, tries, 0));
		expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, undefined]);
	});

	test('for a file that is not there yet has its last try after 20 s', () => {
		let atMs = 0;
		const triesAtMs = [0];
		for (let tries = 1; ; tries++) {
			const pauseMs = pauseBeforeNextMs({ again: 'soon' }, tries, atMs);
			if (pauseMs === undefined) break;
			triesAtMs.push((atMs += pauseMs));
		}
		expect(triesAtMs).toEqual([0, 1_000, 3_000, 7_000, 15_000, 20_000]);
	});

	test('is none for what cannot change', () => {
		expect(pauseBeforeNextMs({ again: 'never' }, 1, 0)).toBeUndefined();
	});
});
