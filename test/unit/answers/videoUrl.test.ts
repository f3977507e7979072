/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { findVideoUrl } from '../../../nodes/CometApiVideo/answers/videoUrl';

const URL_OF_VIDEO = 'https://media.example/v/1.mp4?sig=a%2Fb';
const url = URL_OF_VIDEO;

/** Answers in the forms that providers and gateways are known to give, by name. */
const PLACES: Record<string, unknown> = {
	'video_url as text': { video_url: url },
	'video_url as object': { video_url: { url } },
	'video_url as list': { video_url: [url] },
	url: { id: 'task_1', status: 'completed', url },
	'video.url': { status: 'done', video: { url, duration: 8 } },
	'videos[].url': { task: { id: 'task_1', videos: [{ id: 'v', url }] } },
	result_url: { code: 'success', data: { task_id: 't', status: 'SUCCESS', result_url: url } },
	download_url: { download_url: url },
	output_video: { output_video: url },
	'output as text': { output: url },
	'output as list': { output: [url] },
	'output as list of objects': { output: [{ url }] },
	'output.video_url': { output: { task_status: 'SUCCEEDED', video_url: url } },
	'content.url': { content: { url } },
	'content.video_url': { content: { video_url: url, last_frame_url: 'https://x.example/1.png' } },
	'metadata.url': { id: 'v', object: 'video', metadata: { url } },
	'result.video_url': { result: { video_url: url } },
	'data[].url': { data: [{ url }] },
	'task_result.videos[].url': { code: 0, data: { task_result: { videos: [{ url }] } } },
	'the task within the row': { data: { data: { task_result: { videos: [{ url }] } } } },
	'the row as JSON text': { code: 'success', data: JSON.stringify({ data: { video: { url } } }) },
	'an answer as JSON text': JSON.stringify({ video_url: url }),
	'a URL alone': `  ${url}\n`,
	'an escaped answer that was cut off': `{"status":"done","url":"${url.replaceAll('/', '\\/')}","echo":"aaa`,
};

describe('the URL of a video', () => {
	test.each(Object.entries(PLACES))('%s', (_name, body) => {
		expect(findVideoUrl(body)).toBe(URL_OF_VIDEO);
	});

	test('the wrapped task beats the gateway row around it', () => {
		const row = {
			result_url: 'https://gateway.example/v1/videos/t/content',
			data: { video: { url } },
		};
		expect(findVideoUrl({ code: 'success', data: row })).toBe(URL_OF_VIDEO);
	});

	test('a data URL is passed over for a URL beside it', () => {
		const film = 'data:video/mp4;base64,AAAA';
		expect(findVideoUrl({ video_url: film, videos: [{ url: film }, { url }] })).toBe(URL_OF_VIDEO);
	});

	test.each([
		['data:video/mp4;base64,AAAA'],
		['ftp://media.example/1.mp4'],
		['file:///etc/passwd'],
		['javascript:alert(1)'],
		['//media.example/1.mp4'],
		['/v1/videos/1/content'],
		['https://'],
		[''],
		[null],
		[7],
	])('%j is none', (value) => {
		expect(findVideoUrl({ video_url: value, video: { url: value }, data: value })).toBeUndefined();
	});

	test.each([
		[{ fail_reason: url }],
		[{ status: 'failed', error: { message: url } }],
		[{ input: { image: url }, image: { url }, first_frame_url: url }],
		[{ message: `See ${url}` }],
		[undefined],
	])('%j has none', (body) => {
		expect(findVideoUrl(body)).toBeUndefined();
	});

	test('nesting has a bound, in objects as in text', () => {
		const deep = (levels: number): unknown => (levels === 0 ? url : { data: deep(levels - 1) });
		expect(findVideoUrl(deep(1_000))).toBeUndefined();
		let json = JSON.stringify({ url });
		for (let level = 0; level < 12; level++) json = JSON.stringify({ data: json });
		expect(findVideoUrl(json)).toBeUndefined();
	});
});
