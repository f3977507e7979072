/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import {
	type Fault,
	type JobPlan,
	SHAPES,
	SHAPE_NAMES,
	type Shape,
	type Simulator,
	type SimulatorOptions,
	generatedVideoSha256,
	sampleMp4,
	startSimulator,
} from '../simulator/simulator.ts';

const GENERATIONS = '/grok/v1/videos/generations';
const EDITS = '/grok/v1/videos/edits';
const BODY = { model: 'grok-imagine-video', prompt: 'a lighthouse', duration: 2 };
const EDIT_BODY = { prompt: 'make it night', video: { url: 'https://media.example/in.mp4' } };
const NO_SUCH_ID = '11111111-2222-3333-4444-555555555555';

let simulator: Simulator;
let api: AxiosInstance;
let media: AxiosInstance;

async function start(options: SimulatorOptions = {}) {
	await simulator?.close();
	simulator = await startSimulator(options);
	const settings = { validateStatus: () => true, maxRedirects: 0, maxBodyLength: Infinity };
	api = axios.create({
		...settings,
		baseURL: simulator.url,
		headers: { Authorization: `Bearer ${simulator.apiKey}` },
	});
	media = axios.create({
		...settings,
		baseURL: simulator.mediaUrl,
		responseType: 'arraybuffer',
	});
}

const planned = (plan: JobPlan) => start({ plan: () => ({ seconds: 0, ...plan }) });

async function submit(body: object = BODY): Promise<string> {
	const { status, data } = await api.post(GENERATIONS, body);
	expect(status).toBe(200);
	return data.request_id ?? data.id;
}

const statusOf = (requestId: string) => api.get(`/grok/v1/videos/${requestId}`);

const videoUrl = (requestId: string) => `${simulator.mediaUrl}/videos/${requestId}.mp4`;

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The end of a request is seen by the server a moment after the client. */
async function eventually(assertion: () => void, triesLeft = 100): Promise<void> {
	try {
		assertion();
	} catch (error) {
		if (triesLeft === 0) expect(error).toBeUndefined();
		await sleep(5);
		await eventually(assertion, triesLeft - 1);
	}
}

beforeEach(() => start());

afterEach(() => simulator.close());

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
	});

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
	const envelope = (message: RegExp, code = '') => ({
		error: {
			message: expect.stringMatching(message),
			type: 'comet_api_error',
			param: '',
			code,
		},
	});

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
		await planned({ visibleAfterSeconds: 0.15 });
		const requestId = await submit();

		expect((await statusOf(requestId)).data.code).toBe('task_not_exist');
		await sleep(160);
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

describe('status shapes', () => {
	const FAILED = { code: 'invalid_argument', message: 'the prompt was refused' };

	async function answersOf(shape: Shape, outcome: JobPlan['outcome'] = 'done') {
		await planned({ seconds: 60, shape, outcome, error: FAILED, progress: 'stuck' });
		const requestId = await submit();
		const pending = await statusOf(requestId);
		simulator.finishJob(requestId);
		const terminal = await statusOf(requestId);
		return { requestId, pending, terminal, url: videoUrl(requestId) };
	}

	const doneVideo = (url: string) => ({ url, duration: 2, respect_moderation: true });
	const provider = (url: string) => ({
		status: 'done',
		model: 'grok-imagine-video',
		usage: { cost_in_usd_ticks: 1_000_000_000 },
		video: doneVideo(url),
	});
	const enveloped = (data: object) => ({
		code: 'success',
		message: '',
		data: expect.objectContaining(data),
	});

	it('says of each shape where it is from', () => {
		for (const name of SHAPE_NAMES) {
			expect(SHAPES[name].standing).toBe(SHAPES[name].mark === 'C' ? 'documented' : 'assumed');
		}
	});

	it('wrapped: as in the live call', async () => {
		const { requestId, pending, terminal, url } = await answersOf('wrapped');

		expect(pending.data).toEqual(
			enveloped({ status: 'QUEUED', progress: '99%', data: { status: 'PENDING' } }),
		);
		expect(terminal.data).toEqual({
			code: 'success',
			message: '',
			data: {
				task_id: requestId,
				action: 'VIDEO_GENERATION',
				status: 'SUCCESS',
				fail_reason: url,
				submit_time: expect.any(Number),
				start_time: 0,
				finish_time: expect.any(Number),
				progress: '100%',
				data: provider(url),
			},
		});
	});

	it('wrapped: is IN_PROGRESS after a while', async () => {
		await planned({ seconds: 0.3 });
		const requestId = await submit();
		await sleep(60);

		expect((await statusOf(requestId)).data.data.status).toBe('IN_PROGRESS');
	});

	it('flat', async () => {
		const { requestId, pending, terminal, url } = await answersOf('flat');

		expect(pending.data).toEqual({ request_id: requestId, status: 'queued', progress: 99 });
		expect(terminal.data).toEqual({ request_id: requestId, progress: 100, ...provider(url) });
	});

	it('echo', async () => {
		const { requestId, pending, terminal } = await answersOf('echo');

		expect(pending.data).toEqual({ request_id: requestId });
		expect(terminal.data.status).toBe('done');
	});

	it.each([
		['xai', 202, { status: 'pending', progress: 99 }],
		['xai200', 200, { status: 'pending', progress: 99 }],
		['xaiEmpty', 202, ''],
	] as const)('%s', async (shape, httpStatus, body) => {
		const { pending, terminal, url } = await answersOf(shape);

		expect(pending.status).toBe(httpStatus);
		expect(pending.data).toEqual(body);
		expect(terminal.status).toBe(200);
		expect(terminal.data).toEqual(provider(url));
	});

	it('gatewayOld: the URL only in fail_reason, the inner answer null', async () => {
		const { pending, terminal, url } = await answersOf('gatewayOld');

		expect(pending.data).toEqual(enveloped({ status: 'QUEUED', fail_reason: '', data: null }));
		expect(terminal.data).toEqual(enveloped({ status: 'SUCCESS', fail_reason: url, data: null }));
		expect(terminal.data.data).not.toHaveProperty('result_url');
	});

	it('gatewayResultUrl: the URL only in result_url', async () => {
		const { terminal, url } = await answersOf('gatewayResultUrl');

		expect(terminal.data).toEqual(
			enveloped({ status: 'SUCCESS', fail_reason: '', result_url: url, data: null }),
		);
	});

	it('gatewayId: id instead of request_id, progress as text', async () => {
		await planned({ seconds: 60, shape: 'gatewayId', progress: 'stuck' });
		const { data } = await api.post(GENERATIONS, BODY);

		expect(data).toEqual({ id: simulator.jobs[0]?.requestId });
		expect((await statusOf(data.id)).data).toEqual({
			id: data.id,
			status: 'queued',
			progress: '99',
		});
	});

	it('wrappedLagging: the envelope is behind', async () => {
		const { terminal, url } = await answersOf('wrappedLagging');

		expect(terminal.data).toEqual(
			enveloped({ status: 'IN_PROGRESS', fail_reason: '', data: provider(url) }),
		);
	});

	it('wrappedStale: a FAILURE over an inner PENDING', async () => {
		const { terminal } = await answersOf('wrappedStale', 'failed');

		expect(terminal.data).toEqual(
			enveloped({
				status: 'FAILURE',
				fail_reason: FAILED.message,
				data: { status: 'PENDING' },
			}),
		);
	});

	it('bareUrl: never a status', async () => {
		const { requestId, pending, terminal, url } = await answersOf('bareUrl');

		expect(pending.data).toEqual({ request_id: requestId, progress: 99 });
		expect(terminal.data).not.toHaveProperty('status');
		expect(terminal.data.video).toEqual(doneVideo(url));
	});

	it.each([
		['wrapped', enveloped({ status: 'FAILURE', data: { status: 'failed', error: FAILED } })],
		['gatewayOld', enveloped({ status: 'FAILURE', fail_reason: FAILED.message, data: null })],
		['xai', { status: 'failed', error: FAILED }],
		['flat', expect.objectContaining({ status: 'failed', error: FAILED })],
		['bareUrl', { request_id: expect.any(String), error: FAILED }],
	] as const)('%s tells a failure', async (shape, body) => {
		expect((await answersOf(shape, 'failed')).terminal.data).toEqual(body);
	});

	it.each([
		['wrapped', enveloped({ status: 'FAILURE', data: { status: 'expired' } })],
		['gatewayOld', enveloped({ status: 'FAILURE', data: null })],
		['xai', { status: 'expired' }],
		['flat', expect.objectContaining({ status: 'expired' })],
		['bareUrl', expect.objectContaining({ error: 'the task expired' })],
	] as const)('%s tells an expiry', async (shape, body) => {
		expect((await answersOf(shape, 'expired')).terminal.data).toEqual(body);
	});

	it.each([
		['empty', { url: '', duration: 2, respect_moderation: false }],
		['null', { url: null, duration: 2, respect_moderation: false }],
		['absent', { duration: 2, respect_moderation: false }],
	] as const)('moderated: the url is %s', async (moderatedUrl, video) => {
		await planned({ outcome: 'moderated', shape: 'xai', moderatedUrl });

		expect((await statusOf(await submit())).data).toMatchObject({ status: 'done', video });
	});

	it.each(SHAPE_NAMES)('%s tells no video URL of a moderated job', async (shape) => {
		const { terminal, requestId } = await answersOf(shape, 'moderated');

		expect(terminal.status).toBe(200);
		expect(JSON.stringify(terminal.data)).not.toContain(`${requestId}.mp4`);
	});

	it('gives an error as a string, other words and another cost', async () => {
		const words = { pending: 'rendering', done: 'completed', failed: 'cancelled' };
		await planned({ shape: 'flat', outcome: 'failed', error: 'no luck', words });
		expect((await statusOf(await submit())).data).toMatchObject({
			status: 'cancelled',
			error: 'no luck',
		});

		await planned({ seconds: 60, shape: 'flat', words, usd: 0.5 });
		const requestId = await submit();
		expect((await statusOf(requestId)).data.status).toBe('rendering');
		simulator.finishJob(requestId);
		expect((await statusOf(requestId)).data).toMatchObject({
			status: 'completed',
			usage: { cost_in_usd_ticks: 5_000_000_000 },
		});
	});

	it('ends a job by itself, or at once with another outcome', async () => {
		await planned({ seconds: 0.15, shape: 'xai' });
		const requestId = await submit();
		expect((await statusOf(requestId)).data.status).toBe('pending');
		await sleep(160);
		expect((await statusOf(requestId)).data.status).toBe('done');
		expect(simulator.runningJobs()).toBe(0);

		await planned({ seconds: Infinity, shape: 'xai' });
		const endless = await submit();
		simulator.finishJob(endless, 'expired');
		expect((await statusOf(endless)).data.status).toBe('expired');
		expect(() => simulator.finishJob(NO_SUCH_ID)).toThrow(NO_SUCH_ID);
	});

	it.each([
		['linear', (seen: number[]) => seen[0] !== seen[1] && Math.max(...seen) < 100],
		['coarse', (seen: number[]) => seen.join() === '0,50'],
		['stuck', (seen: number[]) => seen.join() === '99,99'],
		['backwards', ([first = 0, second = 0]: number[]) => first > second],
	] as const)('progress %s', async (progress, holds) => {
		await planned({ seconds: 0.5, shape: 'xai', progress });
		const requestId = await submit();
		const early = await statusOf(requestId);
		await sleep(300);
		const late = await statusOf(requestId);

		expect(holds([early.data.progress, late.data.progress])).toBe(true);
	});

	it('progress none is absent', async () => {
		await planned({ seconds: 60, shape: 'xai' });

		expect((await statusOf(await submit())).data).toEqual({ status: 'pending' });
	});
});

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

describe('records', () => {
	it('keeps the headers of both hosts, in order', async () => {
		const logged: unknown[] = [];
		await start({ plan: () => ({ seconds: 0 }), log: ({ path }) => logged.push(path) });
		const requestId = await submit();
		await media.get(`/videos/${requestId}.mp4?part=1`, { headers: { Authorization: 'Bearer x' } });

		expect(simulator.requests).toMatchObject([
			{
				host: 'api',
				route: 'submit',
				method: 'POST',
				path: GENERATIONS,
				headers: { authorization: 'Bearer test-key' },
				body: BODY,
				status: 200,
			},
			{
				host: 'media',
				route: 'video',
				method: 'GET',
				path: `/videos/${requestId}.mp4?part=1`,
				headers: { authorization: 'Bearer x' },
				body: undefined,
				status: 200,
			},
		]);
		await eventually(() => expect(logged).toEqual(simulator.requests.map(({ path }) => path)));
		expect(simulator.requests.every(({ at, endedAt = 0 }) => endedAt >= at)).toBe(true);
		expect(simulator.requests.some(({ abortedByClient }) => abortedByClient)).toBe(false);
	});
});

describe('a client that breaks off', () => {
	it('is neither answered nor billed while its body is on its way', async () => {
		const upload = request(`${simulator.url}${GENERATIONS}`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', 'Content-Length': 1000 },
		});
		const broken = new Promise((resolve) => upload.once('error', resolve));
		upload.write('{"prompt": "half');
		await eventually(() => expect(simulator.requests).toHaveLength(1));
		upload.destroy();
		await broken;

		await eventually(() => expect(simulator.requests[0]?.abortedByClient).toBe(true));
		expect(simulator.requests[0]).not.toHaveProperty('status');
		expect(simulator.requests[0]).not.toHaveProperty('body');
		expect(simulator.jobs).toHaveLength(0);
	});
});

describe('faults', () => {
	const post = () => api.post(GENERATIONS, BODY);
	const billed = () => simulator.jobs.length;

	it.each<[string, Fault, Partial<AxiosResponse>]>([
		['status', { kind: 'status', status: 502 }, { status: 502 }],
		[
			'status with body',
			{ kind: 'status', status: 500, body: { error: 'text' } },
			{ status: 500, data: { error: 'text' } },
		],
		[
			'status with headers',
			{ kind: 'status', status: 429, body: 'slow down', headers: { 'Retry-After': '1' } },
			{ status: 429, data: 'slow down', headers: { 'retry-after': '1' } },
		],
		[
			'status with a content type',
			{ kind: 'status', status: 500, body: '<p>', contentType: 'text/html' },
			{ headers: { 'content-type': 'text/html' } },
		],
		['html', { kind: 'html', status: 504 }, { status: 504, data: expect.stringMatching('<html>') }],
		['empty', { kind: 'empty', status: 500 }, { status: 500, data: '' }],
		[
			'redirect',
			{ kind: 'redirect', status: 307, location: 'https://elsewhere.example/' },
			{ status: 307, headers: { location: 'https://elsewhere.example/' } },
		],
	])(
		'%s replaces the answer; with afterHandler the job is billed',
		async (_name, fault, answer) => {
			simulator.inject({ route: 'submit', fault });
			expect(await post()).toMatchObject(answer);
			expect(billed()).toBe(0);

			simulator.inject({ route: 'submit', fault: { ...fault, afterHandler: true } as Fault });
			expect(await post()).toMatchObject(answer);
			expect(billed()).toBe(1);
			expect(simulator.requests.at(-1)?.status).toBe(answer.status ?? 500);

			expect((await post()).status).toBe(200);
		},
	);

	it('resets the connection, before or after accepting', async () => {
		simulator.inject({ fault: { kind: 'reset' } });
		await expect(post()).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(billed()).toBe(0);

		simulator.inject({ fault: { kind: 'reset', afterHandler: true } });
		await expect(post()).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(billed()).toBe(1);

		await eventually(() => expect(simulator.requests[1]?.endedAt).toBeDefined());
		expect(simulator.requests[1]).not.toHaveProperty('status');
		expect(simulator.requests[1]).not.toHaveProperty('abortedByClient');
	});

	it.each([
		[false, 0],
		[true, 1],
	])('hangs; afterHandler %s bills %d', async (afterHandler, bill) => {
		simulator.inject({ route: 'submit', fault: { kind: 'hang', afterHandler } });
		await expect(api.post(GENERATIONS, BODY, { timeout: 50 })).rejects.toMatchObject({
			code: 'ECONNABORTED',
		});

		expect(billed()).toBe(bill);
		await eventually(() => expect(simulator.requests[0]?.abortedByClient).toBe(true));
		expect(simulator.requests[0]).not.toHaveProperty('status');
	});

	it('hangs for a time and then accepts, also when the client has left', async () => {
		simulator.inject({ fault: { kind: 'hang', ms: 200 } });
		await expect(api.post(GENERATIONS, BODY, { timeout: 50 })).rejects.toMatchObject({
			code: 'ECONNABORTED',
		});
		expect(billed()).toBe(0);

		await eventually(() => expect(billed()).toBe(1));
		expect(simulator.requests[0]).not.toHaveProperty('status');
	});

	it.each([
		[false, 0],
		[true, 1],
	])('delays; afterHandler %s has billed %d by then', async (afterHandler, bill) => {
		simulator.inject({ fault: { kind: 'delay', ms: 600, afterHandler } });
		const start = Date.now();
		const answer = post();
		while (simulator.requests.at(-1)?.body === undefined || billed() < bill) await sleep(5);
		expect(billed()).toBe(bill);

		expect((await answer).status).toBe(200);
		expect(Date.now() - start).toBeGreaterThanOrEqual(595);
		expect(billed()).toBe(1);
	});

	it('drips a body, headers at once', async () => {
		simulator.inject({ route: 'models', fault: { kind: 'slowBody', ms: 1_000 } });
		const start = Date.now();
		const response = await api.get('/v1/models', { responseType: 'stream' });
		const headersAfter = Date.now() - start;
		let [text, pieces] = ['', 0];
		for await (const chunk of response.data) {
			text += chunk;
			pieces += 1;
		}

		expect(headersAfter).toBeLessThan(800);
		expect(Date.now() - start).toBeGreaterThanOrEqual(995);
		expect(pieces).toBeGreaterThan(3);
		expect(JSON.parse(text).object).toBe('list');
	});

	it('cuts the JSON in half, with the right length or the whole one', async () => {
		simulator.inject({ route: 'submit', fault: { kind: 'truncatedJson' } });
		const { status, data, headers } = await post();
		expect(status).toBe(200);
		expect(headers['content-type']).toMatch('application/json');
		expect(headers['content-length']).toBe(String(data.length));
		expect(data).toMatch(/^{"request_id":/);
		expect(() => JSON.parse(data)).toThrow(SyntaxError);

		simulator.inject({ route: 'submit', fault: { kind: 'truncatedJson', closeEarly: true } });
		await expect(post()).rejects.toThrow('aborted');
		expect(billed()).toBe(2);
	});

	it('changes the content type', async () => {
		simulator.inject({ fault: { kind: 'contentType', value: 'text/plain' } });
		const { headers, data } = await post();

		expect(headers['content-type']).toBe('text/plain');
		expect(data.request_id).toBe(simulator.jobs[0]?.requestId);
	});

	it('breaks off a video, and serves it when asked again', async () => {
		await planned({ video: { bytes: 300_000 } });
		const path = `/videos/${await submit()}.mp4`;
		simulator.inject({ route: 'video', fault: { kind: 'shortRead', bytes: 100_000 } });
		const response = await media.get(path, { responseType: 'stream' });
		let received = 0;
		const reading = (async () => {
			for await (const chunk of response.data) received += chunk.length;
		})();

		await expect(reading).rejects.toThrow('aborted');
		expect(response.headers['content-length']).toBe('300000');
		expect(received).toBe(100_000);
		expect((await media.get(path)).data).toHaveLength(300_000);
	});

	it('obeys route, when, times and remove', async () => {
		const fault: Fault = { kind: 'status', status: 500 };
		const rule = simulator.inject({
			route: 'models',
			when: ({ path }) => path.endsWith('?x'),
			times: 2,
			fault,
		});
		const statuses = [];
		for (const path of ['/v1/models', '/v1/models?x', '/v1/models?x', '/v1/models?x']) {
			statuses.push((await api.get(path)).status);
		}
		expect(statuses).toEqual([200, 500, 500, 200]);
		expect(rule.hits).toBe(2);

		const lasting = simulator.inject({ times: Infinity, fault });
		expect((await post()).status).toBe(500);
		expect((await media.get('/')).status).toBe(500);
		lasting.remove();
		expect((await post()).status).toBe(200);
		expect(lasting.hits).toBe(2);
	});

	it('asks the hook when no rule matches', async () => {
		simulator.inject({ route: 'submit', fault: { kind: 'empty', status: 502 } });
		simulator.decideFault = ({ route }) =>
			route === 'submit' ? { kind: 'empty', status: 503 } : undefined;

		expect((await post()).status).toBe(502);
		expect((await post()).status).toBe(503);
		expect((await api.get('/v1/models')).status).toBe(200);
		simulator.decideFault = undefined;
		expect((await post()).status).toBe(200);
	});

	it('has an outage for a time', async () => {
		simulator.outage(1_000, { kind: 'empty', status: 502 }, 'submit');
		expect((await post()).status).toBe(502);
		expect((await post()).status).toBe(502);
		expect((await api.get('/v1/models')).status).toBe(200);
		await sleep(1_010);
		expect((await post()).status).toBe(200);
	});
});

describe('closing', () => {
	it('does not wait for requests that hang, drip or are delayed, nor accepts them', async () => {
		const faults: Fault[] = [
			{ kind: 'hang' },
			{ kind: 'delay', ms: 60_000 },
			{ kind: 'slowBody', ms: 60_000 },
		];
		for (const fault of faults) simulator.inject({ route: 'submit', fault });
		const open = faults.map(() => api.post(GENERATIONS, BODY));
		const ends = Promise.allSettled(open);
		await eventually(() =>
			expect(simulator.requests.map(({ body }) => body)).toEqual([BODY, BODY, BODY]),
		);
		const start = Date.now();
		await simulator.close();

		expect(Date.now() - start).toBeLessThan(500);
		expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
		expect(simulator.jobs).toHaveLength(1);
		expect(simulator.requests.some(({ abortedByClient }) => abortedByClient)).toBe(false);
		await expect(api.get('/v1/models')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
	});
});
