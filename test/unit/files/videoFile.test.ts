/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
	judgeAnswer,
	judgeFile,
	pauseBeforeNextMs,
	storedTypeOf,
	VIDEO_HEAD_BYTES,
} from '../../../nodes/CometApiVideo/files/videoFile';
import { sampleMp4 } from '../../simulator/simulator.ts';

const MP4 = { head: sampleMp4.subarray(0, VIDEO_HEAD_BYTES), bytes: sampleMp4.length };
const WEBM = { head: Buffer.from('1a45dfa39f4286810142f7810142f281', 'hex'), bytes: 1_000_000 };
const SCRIPT = { head: Buffer.from('alert(1)'), bytes: 8 };

const box = (size: number, type: string) => {
	const head = Buffer.alloc(8);
	head.writeUInt32BE(size);
	head.write(type, 4, 'latin1');
	return head;
};

describe('the head of an answer', () => {
	test.each([
		[202, 'soon'],
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
		[400, 'never'],
		[401, 'never'],
		[410, 'never'],
	])('%d is tried again: %s', (status, again) => {
		expect(judgeAnswer(status, 'video/mp4', false)).toMatchObject({ again });
	});

	test('400 of the API itself says that the file is not there yet', () => {
		expect(judgeAnswer(400, 'application/json', true)).toMatchObject({ again: 'soon' });
	});

	test.each([
		'text/html',
		'image/svg+xml',
		'text/javascript',
		'application/javascript',
		'application/json; charset=utf-8',
		'application/problem+json',
		'Audio/MPEG',
	])('%s is no video', (type) => {
		expect(judgeAnswer(200, type, false)).toMatchObject({ again: 'never' });
	});

	test.each([undefined, 'video/mp4', 'application/octet-stream', 'binary/octet-stream'])(
		'%s may be one',
		(type) => {
			expect(judgeAnswer(200, type, false)).toBeUndefined();
		},
	);
});

describe('the type of a file', () => {
	test.each([
		['video/mp4', MP4, 'video/mp4'],
		['video/quicktime; codecs="avc1"', MP4, 'video/quicktime'],
		['Video/MP4', MP4, 'video/mp4'],
		[undefined, MP4, 'video/mp4'],
		['application/octet-stream', MP4, 'video/mp4'],
		['application/octet-stream', WEBM, 'video/webm'],
		['binary/octet-stream', WEBM, 'video/webm'],
		['video/mp2t', { head: Buffer.from('474011100042f0', 'hex'), bytes: 188 }, 'video/mp2t'],
	])('%s is told', (contentType, file, type) => {
		expect(judgeFile(file, contentType)).toEqual({ type });
	});

	test.each([
		['video/mp4', SCRIPT],
		[undefined, SCRIPT],
		['application/octet-stream', SCRIPT],
		['video/mp4', { head: Buffer.from('<svg xmlns="x">'), bytes: 15 }],
		['application/octet-stream', { head: Buffer.from('504b0304140000', 'hex'), bytes: 700 }],
	])('%s does not make a video of another file', (contentType, file) => {
		expect(judgeFile(file, contentType)).toMatchObject({ again: 'never' });
	});

	test('is that of a video before the bytes are known', () => {
		expect(storedTypeOf('application/octet-stream')).toBe('video/mp4');
		expect(storedTypeOf(' Video/WebM ; x=y')).toBe('video/webm');
	});
});

describe('a file that is not all there', () => {
	test('is tried again when it is empty', () => {
		const empty = { head: Buffer.alloc(0), bytes: 0 };
		expect(judgeFile(empty, 'video/mp4')).toMatchObject({ again: 'later' });
	});

	test('is seen wherever it is cut', () => {
		fc.assert(
			fc.property(fc.integer({ min: 40, max: sampleMp4.length - 1 }), (bytes) => {
				const head = sampleMp4.subarray(0, Math.min(bytes, VIDEO_HEAD_BYTES));
				const judged = judgeFile({ head, bytes }, 'video/mp4');
				// Cut exactly where a box ends, or within the head of one, nothing tells.
				const told = 'again' in judged ? judged.again : judged.type;
				const isBetweenBoxes = [32, 1056, 1064].some((end) => bytes >= end && bytes < end + 16);
				expect(isBetweenBoxes ? ['later', 'video/mp4'] : ['later']).toContain(told);
			}),
		);
	});

	test('is none when its last box goes on to the end', () => {
		const head = Buffer.concat([box(16, 'ftyp'), Buffer.alloc(8), box(0, 'mdat'), Buffer.alloc(8)]);
		expect(judgeFile({ head, bytes: 5_000 }, 'video/mp4')).toEqual({ type: 'video/mp4' });
	});

	test('is seen in boxes of more than 4 GB', () => {
		const size = Buffer.alloc(8);
		size.writeBigUInt64BE(5_000_000_000n);
		const head = Buffer.concat([box(16, 'ftyp'), Buffer.alloc(8), box(1, 'mdat'), size]);
		const at = (bytes: number) => judgeFile({ head, bytes }, 'video/mp4');
		expect(at(5_000_000_000)).toMatchObject({ again: 'later' });
		expect(at(5_000_000_016)).toEqual({ type: 'video/mp4' });
	});

	test('nothing throws, whatever the bytes', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(), (head, bytes) => {
				judgeFile({ head: Buffer.from(head), bytes }, 'video/mp4');
				const ftyp = Buffer.concat([box(8, 'ftyp'), Buffer.from(head)]);
				judgeFile({ head: ftyp, bytes }, undefined);
			}),
		);
	});
});

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
