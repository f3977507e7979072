/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, it } from '@jest/globals';
import axios from 'axios';
import {
	GENERATIONS,
	EDITS,
	BODY,
	EDIT_BODY,
	NO_SUCH_ID,
	simulator,
	api,
	start,
	plannedInStoppedTime,
	submit,
	statusOf,
	envelope,
	useSimulator,
} from '../simulatorUnderTest.ts';

useSimulator();

describe('submitting', () => {
	it('accepts and bills a generation, with the defaults filled in', async () => {
		const before = Date.now();
		const { status, data } = await api.post(GENERATIONS, { prompt: 'a lighthouse', extra: 1 });

		expect(status).toBe(200);
		expect(data).toEqual({ request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
		expect(simulator.jobs).toEqual([
			expect.objectContaining({
				requestId: data.request_id,
				route: 'generations',
				body: {
					prompt: 'a lighthouse',
					model: 'grok-imagine-video',
					duration: 8,
					resolution: '480p',
					extra: 1,
				},
			}),
		]);
		expect(simulator.jobs[0]?.acceptedAt).toBeGreaterThanOrEqual(before);
		expect(simulator.runningJobs()).toBe(1);
	});

	it('accepts an edit', async () => {
		const { status } = await api.post(EDITS, { ...EDIT_BODY, output: {} });

		expect(status).toBe(200);
		expect(simulator.jobs.map(({ route, body }) => [route, body.video])).toEqual([
			['edits', EDIT_BODY.video],
		]);
	});

	it('asks the plan with the index, route and body', async () => {
		const asked: unknown[] = [];
		await start({
			plan: ({ index, route, body }) => {
				asked.push([index, route, body.prompt]);
				return { seconds: index };
			},
		});
		await submit();
		await api.post(EDITS, EDIT_BODY);

		expect(asked).toEqual([
			[0, 'generations', 'a lighthouse'],
			[1, 'edits', 'make it night'],
		]);
		expect(simulator.jobs.map(({ plan }) => plan.seconds)).toEqual([0, 1]);
	});

	it.each([
		['an image URL', { image: { url: 'https://media.example/a.png' } }],
		['a WebP data URL', { image: { url: 'data:image/webp;base64,AAAA' } }],
		['the deprecated size', { size: '1280x720' }],
		['1080p with 1.5', { model: 'grok-imagine-video-1.5', resolution: '1080p' }],
	])('accepts %s', async (_name, fields) => {
		await submit({ ...BODY, ...fields });

		expect(simulator.requests[0]?.body).toEqual({ ...BODY, ...fields });
		expect(simulator.jobs).toHaveLength(1);
	});

	it('takes a 20 MB image as base64 and answers 413 over 50 MB', async () => {
		const withImage = (bytes: number) => {
			const url = `data:image/png;base64,${Buffer.alloc(bytes).toString('base64')}`;
			return { ...BODY, image: { url } };
		};
		const accepted = await api.post(GENERATIONS, withImage(20_000_000));
		const refused = await api.post(GENERATIONS, withImage(40_000_000));

		expect([accepted.status, refused.status]).toEqual([200, 413]);
		expect(refused.headers['content-type']).toMatch('text/html');
		expect(simulator.jobs).toHaveLength(1);
		// A busy machine needs its time for 100 MB of JSON.
	}, 120_000);

	it('answers 429 over maxRunningJobs and accepts again once a job is over', async () => {
		await start({ maxRunningJobs: 1, plan: () => ({ seconds: 60 }) });
		const requestId = await submit();
		const refused = await api.post(GENERATIONS, BODY);

		expect(refused.status).toBe(429);
		expect(refused.data.error.type).toBe('comet_api_error');
		expect(simulator.jobs).toHaveLength(1);

		simulator.finishJob(requestId);
		await submit();
		expect(simulator.jobs).toHaveLength(2);
	});
});

describe('checks', () => {
	it.each([
		['prompt', { prompt: undefined }],
		['prompt', { prompt: '' }],
		['prompt', { prompt: 7 }],
		['duration', { duration: 0 }],
		['duration', { duration: 16 }],
		['duration', { duration: 1.5 }],
		['duration', { duration: '8' }],
		['resolution', { resolution: '4k' }],
		['resolution', { resolution: '1080p' }],
		['aspect_ratio', { aspect_ratio: 'auto' }],
		['image', { image: 'https://media.example/a.png' }],
		['image.url', { image: { url: 'ftp://media.example/a.png' } }],
		['image.url', { image: { url: 'data:image/gif;base64,AAAA' } }],
		['image.url', { image: { url: 'data:image/png;base64,' } }],
		['image.url', { image: { url: 'data:image/png;base64,a b=' } }],
		['user', { user: 1 }],
	])('names a bad %s: %j', async (field, fields) => {
		const { status, data } = await api.post(GENERATIONS, { ...BODY, ...fields });

		expect(status).toBe(400);
		expect(data).toEqual(envelope(new RegExp(`${field}: .*\\(request id: .+\\)`)));
		expect(simulator.jobs).toHaveLength(0);
	});

	it.each([
		['prompt', { prompt: undefined }],
		['video', { video: undefined }],
		['video.url', { video: { url: 'data:video/mp4;base64,AAAA' } }],
	])('names a bad %s of an edit', async (field, fields) => {
		const { status, data } = await api.post(EDITS, { ...EDIT_BODY, ...fields });

		expect(status).toBe(400);
		expect(data).toEqual(envelope(new RegExp(`${field}: `)));
		expect(simulator.jobs).toHaveLength(0);
	});

	it.each([
		['malformed JSON', '{"prompt": ', 'application/json', /not a JSON object/],
		['a form', 'prompt=x', 'application/x-www-form-urlencoded', /not application\/json/],
	])('refuses %s', async (_name, text, contentType, message) => {
		const { status, data } = await api.post(GENERATIONS, text, {
			headers: { 'Content-Type': contentType },
			transformRequest: (sent) => sent,
		});

		expect(status).toBe(400);
		expect(data).toEqual(envelope(message));
		expect(simulator.requests[0]?.body).toBe(text);
	});

	it.each([{}, { Authorization: 'Bearer wrong' }, { Authorization: 'test-key' }])(
		'answers 401 to %j on every API route',
		async (headers) => {
			const stranger = axios.create({ baseURL: simulator.url, validateStatus: () => true });
			const answers = [
				await stranger.post(GENERATIONS, BODY, { headers }),
				await stranger.post(EDITS, EDIT_BODY, { headers }),
				await stranger.get(`/grok/v1/videos/${NO_SUCH_ID}`, { headers }),
				await stranger.get('/v1/models', { headers }),
			];

			for (const { status, data } of answers) {
				expect(status).toBe(401);
				expect(data).toEqual(envelope(/\(request id: .+\)/));
			}
			expect(simulator.jobs).toHaveLength(0);
		},
	);

	it.each(['gpt-5', 'grok-imagine-video-9'])('has no video channel for %s', async (model) => {
		const { status, data } = await api.post(GENERATIONS, { ...BODY, model });

		expect(status).toBe(503);
		expect(data).toEqual(envelope(/no available channel/, 'model_not_found'));
	});

	it('does not know an id', async () => {
		const { status, data } = await statusOf(NO_SUCH_ID);

		expect(status).toBe(400);
		expect(data).toEqual({ code: 'task_not_exist', message: 'task_not_exist', data: null });
	});

	it('does not know a new id before it is visible', async () => {
		const { passSeconds } = await plannedInStoppedTime({ seconds: 0, visibleAfterSeconds: 2 });
		const requestId = await submit();

		expect((await statusOf(requestId)).data.code).toBe('task_not_exist');
		passSeconds(2);
		expect((await statusOf(requestId)).data.code).toBe('success');
	});

	it('answers a wrong path with HTML or a redirect', async () => {
		const got = await api.get('/v1/v1/models');
		const posted = await api.post(`/v1${GENERATIONS}`, BODY);

		expect([got.status, got.headers['content-type']]).toEqual([
			200,
			expect.stringMatching('text/html'),
		]);
		expect([posted.status, posted.headers.location]).toEqual([301, '/']);
		expect(simulator.requests.map(({ route }) => route)).toEqual([undefined, undefined]);
	});

	it('lists models', async () => {
		const { data } = await api.get('/v1/models');
		const ids = data.data.map(({ id }: { id: string }) => id);

		expect(data.object).toBe('list');
		expect(ids).toEqual(expect.arrayContaining(['grok-imagine-video', 'grok-imagine-video-1.5']));
		expect(ids.length).toBeGreaterThan(8);
		expect(data.data[0]).toEqual({
			id: expect.any(String),
			object: 'model',
			created: expect.any(Number),
			owned_by: expect.any(String),
		});
	});
});
