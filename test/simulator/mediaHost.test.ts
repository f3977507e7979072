/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type JobPlan, generatedVideoSha256, sampleMp4 } from './simulator.ts';
import {
	NO_SUCH_ID,
	simulator,
	media,
	start,
	planned,
	submit,
	statusOf,
	useSimulator,
} from './simulatorUnderTest.ts';

useSimulator();

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('video files', () => {
	it('serves the real MP4, with its length, again and again', async () => {
		await planned({});
		const requestId = await submit();
		const first = await media.get(`/videos/${requestId}.mp4`);
		const second = await media.get(`/videos/${requestId}.mp4`);

		expect(first.status).toBe(200);
		expect(first.headers['content-type']).toBe('video/mp4');
		expect(first.headers['content-length']).toBe(String(sampleMp4.length));
		expect(first.data.equals(sampleMp4)).toBe(true);
		expect(second.data.equals(sampleMp4)).toBe(true);
		expect(sampleMp4.toString('latin1', 4, 8)).toBe('ftyp');
		// faststart: the index comes before the data.
		expect(sampleMp4.indexOf('moov')).toBeLessThan(sampleMp4.indexOf('mdat'));
		expect(sampleMp4.length).toBeLessThan(40_000);
	});

	it.each([5_000_000, 32, 10, 0])('makes a video of %d bytes from the id', async (bytes) => {
		await planned({ video: { bytes } });
		const [requestId, other] = [await submit(), await submit()];
		const { data, headers } = await media.get(`/videos/${requestId}.mp4`);

		expect(headers['content-length']).toBe(String(bytes));
		expect(data).toHaveLength(bytes);
		expect(sha256(data)).toBe(generatedVideoSha256(requestId, bytes));
		if (bytes > 32) expect(sha256(data)).not.toBe(generatedVideoSha256(other, bytes));
	});

	it('redirects when planned so', async () => {
		await planned({ videoUrl: 'redirect', shape: 'xai' });
		const requestId = await submit();
		const { url } = (await statusOf(requestId)).data.video;
		const redirected = await media.get(url);
		const followed = await media.get(url, { maxRedirects: 1 });

		expect(redirected.status).toBe(302);
		expect(redirected.headers.location).toBe(`/videos/${requestId}.mp4`);
		expect(followed.data.equals(sampleMp4)).toBe(true);
		expect(simulator.requestsTo('redirect')).toHaveLength(2);
		expect(simulator.requestsTo('video')).toHaveLength(1);
	});

	it('has nothing for a running, failed or unknown job, and 403 once the link expired', async () => {
		const plans: JobPlan[] = [
			{ seconds: 60 },
			{ seconds: 0, outcome: 'failed' },
			{ seconds: 0, linkSeconds: 0 },
		];
		await start({ plan: ({ index }) => plans[index] ?? {} });
		const ids = [await submit(), await submit(), await submit(), NO_SUCH_ID];
		const answers = await Promise.all(ids.map((id) => media.get(`/videos/${id}.mp4`)));

		expect(answers.map(({ status }) => status)).toEqual([404, 404, 403, 404]);
	});
});
