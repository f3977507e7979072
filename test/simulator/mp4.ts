/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, type Content, whole } from './answers.ts';
import type { Job } from './jobs.ts';

const CHUNK_BYTES = 64 * 1024;

/** An ftyp box, then an mdat box up to the end: any length is a well-formed file. */
const MP4_HEAD = Buffer.from(
	'00000018' + '66747970' + '69736f6d' + '00000200' + '69736f6d' + '6d703431' + '000000006d646174',
	'hex',
);

export const sampleMp4 = readFileSync(join(import.meta.dirname, 'media', 'sample.mp4'));

const sampleVideo: Content = whole(sampleMp4);

/** The same bytes for the same id, never whole in memory. */
function generatedVideo(requestId: string, bytes: number): Content {
	return {
		bytes,
		*chunks() {
			const key = createHash('sha256').update(requestId).digest();
			const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
			yield MP4_HEAD.subarray(0, bytes);
			for (let left = bytes - MP4_HEAD.length; left > 0; left -= CHUNK_BYTES) {
				yield stream.update(Buffer.alloc(Math.min(left, CHUNK_BYTES)));
			}
		},
	};
}

export const fileAnswer = ({ requestId, plan: { video } }: Job): Answer => ({
	status: 200,
	headers: { 'Content-Type': 'video/mp4' },
	content: video === 'sample' ? sampleVideo : generatedVideo(requestId, video.bytes),
});

/** Hex digest of what generatedVideo serves. */
export function generatedVideoSha256(requestId: string, bytes: number): string {
	const hash = createHash('sha256');
	for (const chunk of generatedVideo(requestId, bytes).chunks()) hash.update(chunk);
	return hash.digest('hex');
}
