/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, it } from '@jest/globals';
import { type JobPlan, SHAPES, SHAPE_NAMES, type Shape } from '../simulator.ts';
import {
	GENERATIONS,
	BODY,
	NO_SUCH_ID,
	simulator,
	api,
	planned,
	plannedInStoppedTime,
	submit,
	statusOf,
	videoUrl,
	useSimulator,
} from '../simulatorUnderTest.ts';

useSimulator();

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
		const { passSeconds } = await plannedInStoppedTime({ seconds: 30 });
		const requestId = await submit();
		passSeconds(3);

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
		const { passSeconds } = await plannedInStoppedTime({ seconds: 30, shape: 'xai' });
		const requestId = await submit();
		passSeconds(29.9);
		expect((await statusOf(requestId)).data.status).toBe('pending');
		passSeconds(0.1);
		expect((await statusOf(requestId)).data.status).toBe('done');
		expect(simulator.runningJobs()).toBe(0);

		await planned({ seconds: Infinity, shape: 'xai' });
		const endless = await submit();
		simulator.finishJob(endless, 'expired');
		expect((await statusOf(endless)).data.status).toBe('expired');
		expect(() => simulator.finishJob(NO_SUCH_ID)).toThrow(NO_SUCH_ID);
	});

	it.each([
		['linear', [0, 30, 90, 100]],
		['coarse', [0, 0, 50, 100]],
		['stuck', [99, 99, 99, 100]],
		['backwards', [99, 69, 9, 100]],
	] as const)('progress %s', async (progress, told) => {
		const { passSeconds } = await plannedInStoppedTime({ seconds: 10, shape: 'flat', progress });
		const requestId = await submit();
		const seen: unknown[] = [];
		for (const seconds of [0, 3, 6, 1]) {
			passSeconds(seconds);
			seen.push((await statusOf(requestId)).data.progress);
		}

		expect(seen).toEqual(told);
	});

	it('tells that a job is done before its URL is there', async () => {
		await planned({ shape: 'xai', urlAfterPolls: 2 });
		const requestId = await submit();
		const urls: unknown[] = [];
		for (let poll = 0; poll < 3; poll += 1) {
			const { data } = await statusOf(requestId);
			expect(data.status).toBe('done');
			urls.push(data.video.url);
		}

		expect(urls).toEqual(['', '', videoUrl(requestId)]);
	});

	it('progress none is absent', async () => {
		await planned({ seconds: 60, shape: 'xai' });

		expect((await statusOf(await submit())).data).toEqual({ status: 'pending' });
	});
});
