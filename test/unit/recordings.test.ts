/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

import { differences, type Recording } from '../simulator/recordedAnswer.ts';

const FOLDER = join('test', 'recordings');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const recordings = files.map(
	(file) => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Recording] as const,
);
const videos = recordings.filter(([, { shape }]) => shape);

describe('recordings of the live service', () => {
	if (videos.length === 0) {
		test('there are none: nobody has run npm run live with a key', () => {
			expect(files).toEqual([]);
		});
		return;
	}
	test.each(videos)(
		'%s is read as it was, and is as the simulator plays it',
		(_file, recording) => {
			expect(differences(recording)).toEqual([]);
		},
	);
});

test('a changed shape is found', () => {
	const video = { address: 'https://a.example/a.mp4', duration: 1, respect_moderation: true };
	const body = { request_id: 'job-1', status: 'done', model: 'm', progress: 100, usage: {}, video };
	const message = { headers: {}, body };
	const exchange = { method: 'GET', path: '/grok/v1/videos/job-1', status: 200, request: message };
	const found = differences({
		...{ family: 'grok', requestId: 'job-1', status: 'done', shape: 'flat' },
		exchanges: [{ ...exchange, answer: message }],
	});
	expect(found).toContain('+ .video.address: string');
	expect(found).toContain('- .video.url: string');
});
