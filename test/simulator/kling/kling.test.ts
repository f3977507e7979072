/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { type JobPlan, KLING_SHAPES, KLING_SHAPE_NAMES, type KlingShape } from '../simulator.ts';
import {
	NO_SUCH_ID,
	api,
	envelope,
	planned,
	plannedInStoppedTime,
	simulator,
	useSimulator,
	videoUrl,
} from '../simulatorUnderTest.ts';

useSimulator();

const TEXT = '/kling/v1/videos/text2video';
const IMAGE = '/kling/v1/videos/image2video';
const BODY = { model_name: 'kling-v3', prompt: 'a lighthouse', duration: '10' };
const IMAGE_BODY = { ...BODY, image: 'https://media.example/a.png' };
const FAILED = { code: 'invalid_argument', message: 'the prompt was refused' };

async function submit(body: object = BODY, path = TEXT): Promise<string> {
	const { status, data } = await api.post(path, body);
	expect(status).toBe(200);
	return data.data?.task_id ?? data.task_id;
}

const statusOf = (id: string, path = TEXT) => api.get(`${path}/${id}`);

describe('submitting', () => {
	it('accepts and bills a text2video with its defaults', async () => {
		const { status, data } = await api.post(TEXT, BODY);

		expect(status).toBe(200);
		expect(data).toEqual({
			code: 0,
			message: 'SUCCEED',
			request_id: expect.any(String),
			data: {
				task_id: expect.stringMatching(/^\d{18}$/),
				task_status: 'submitted',
				created_at: expect.any(Number),
				updated_at: expect.any(Number),
			},
		});
		expect(simulator.jobs).toEqual([
			expect.objectContaining({
				...{ requestId: data.data.task_id, family: 'kling', route: 'text2video' },
				model: 'kling-v3',
				body: { ...BODY, mode: 'std', sound: 'off' },
			}),
		]);
		expect(simulator.requestsTo('submit', 'kling')).toHaveLength(1);
	});

	it.each([
		['https://media.example/a.png', 200],
		['iVBORw0KGgo=', 200],
		['data:image/png;base64,iVBORw0KGgo=', 400],
		['', 400],
		[undefined, 400],
	])('image2video takes an image as URL or bare base64: %s', async (image, status) => {
		expect((await api.post(IMAGE, { ...BODY, image })).status).toBe(status);
		expect(simulator.jobs.map(({ route }) => route)).toEqual(status === 200 ? ['image2video'] : []);
	});
});

describe('other submissions', () => {
	const EXTEND = '/kling/v1/videos/video-extend';
	const OMNI = '/kling/v1/videos/omni-video';

	it('extends a finished video of an old model by both its IDs only', async () => {
		await planned({ seconds: 0 });
		const id = await submit({ ...BODY, model_name: 'kling-v1-6' });
		const ids = { task_id: id, video_id: `${id}-1` };
		const newer = await submit();
		const refused = [
			{ ...ids, video_id: id },
			{ ...ids, task_id: newer },
			{ ...ids, task_id: undefined },
			{ task_id: newer, video_id: `${newer}-1` },
		].map(async (body) => (await api.post(EXTEND, body)).data);
		const extended = await submit({ ...ids, prompt: 'go on' }, EXTEND);

		expect(await Promise.all(refused)).toEqual([
			envelope(/^video_id: /),
			envelope(/^video_id: /),
			envelope(/^task_id: /),
			envelope(/^videos of kling-v3 are not extension-compatible/),
		]);
		expect((await statusOf(extended, EXTEND)).data.data.task_result.videos).toMatchObject([
			{ duration: '15' },
		]);
	});

	const omni = { model_name: 'kling-video-o1', prompt: 'x', aspect_ratio: '16:9' };
	const images = (count: number) =>
		Array.from({ length: count }, () => ({ image_url: 'https://media.example/a.png' }));
	const video = { video_url: 'https://media.example/a.mp4' };

	it.each([
		['images', { image_list: images(7) }, 200],
		['too many', { image_list: images(8) }, 400],
		['too many beside a video', { image_list: images(5), video_list: [video] }, 400],
		['two videos', { video_list: [video, video] }, 400],
		['a video to change, without a ratio', { aspect_ratio: undefined, video_list: [video] }, 200],
		['no ratio', { aspect_ratio: undefined }, 400],
		['another model', { model_name: 'kling-v3' }, 400],
		['a length of 11', { duration: '11' }, 400],
	])('omni-video with %s', async (_case, fields, status) => {
		expect((await api.post(OMNI, { ...omni, ...fields })).status).toBe(status);
	});
});

describe('checks', () => {
	it.each([
		['prompt', { prompt: '' }],
		['prompt', { prompt: 'x'.repeat(501) }],
		['negative_prompt', { negative_prompt: 'x'.repeat(201) }],
		['duration', { duration: 5 }],
		['duration', { duration: '7' }],
		['mode', { mode: 'fast' }],
		['aspect_ratio', { aspect_ratio: '2:1' }],
		['cfg_scale', { cfg_scale: 1.1 }],
		['sound', { sound: true }],
	])('names a bad %s: %j', async (field, fields) => {
		const { status, data } = await api.post(TEXT, { ...BODY, ...fields });

		expect(status).toBe(400);
		expect(data).toEqual(envelope(new RegExp(`^${field}: `)));
		expect(simulator.jobs).toEqual([]);
	});

	it.each(['kling-3.0-turbo', 7])('has no model %s', async (model_name) => {
		const { status, data } = await api.post(IMAGE, { ...IMAGE_BODY, model_name });

		expect(status).toBe(400);
		expect(data).toEqual(envelope(/^invalid model name/));
	});

	it('refuses a form, a stranger and another path', async () => {
		const form = await api.post(TEXT, new URLSearchParams({ prompt: 'x' }));
		const stranger = await axios.post(`${simulator.url}${TEXT}`, BODY, {
			validateStatus: () => true,
		});
		const elsewhere = await api.post('/kling/v1/videos/advanced-lip-sync', BODY);

		expect([form.status, stranger.status, elsewhere.status]).toEqual([400, 401, 404]);
		expect(elsewhere.data).toEqual(envelope(/^Invalid URL/));
	});
});

describe('asking', () => {
	it('knows a task under its own path only', async () => {
		const text = await submit();
		const image = await submit(IMAGE_BODY, IMAGE);

		expect((await statusOf(text)).status).toBe(200);
		expect((await statusOf(image, IMAGE)).status).toBe(200);
		for (const answer of [
			await statusOf(text, IMAGE),
			await statusOf(image),
			await statusOf(NO_SUCH_ID),
		]) {
			expect(answer).toMatchObject({ status: 400, data: { code: 'task_not_exist' } });
		}
	});

	it('answers with the newest task of an external_task_id', async () => {
		const named = { ...BODY, external_task_id: 'ours-1' };
		await submit(named);
		const newest = await submit(named);
		const { data } = await statusOf('ours-1');

		expect(data.data).toMatchObject({
			task_id: newest,
			task_info: { external_task_id: 'ours-1' },
		});
		expect((await statusOf('ours-1', IMAGE)).data.code).toBe('task_not_exist');
		expect(simulator.jobs).toHaveLength(2);
	});

	it('does not know a new task before it is visible', async () => {
		const { passSeconds } = await plannedInStoppedTime({ visibleAfterSeconds: 2 });
		const id = await submit({ ...BODY, external_task_id: 'ours-1' });

		expect((await statusOf(id)).data.code).toBe('task_not_exist');
		expect((await statusOf('ours-1')).data.code).toBe('task_not_exist');
		passSeconds(2);
		expect((await statusOf(id)).status).toBe(200);
		expect((await statusOf('ours-1')).status).toBe(200);
	});
});

describe('status shapes', () => {
	async function answersOf(shape: KlingShape, outcome: JobPlan['outcome'] = 'done') {
		const plan: JobPlan = { seconds: 100, shape, outcome, error: FAILED };
		const { passSeconds } = await plannedInStoppedTime(plan);
		const submitted = await api.post(TEXT, BODY);
		const id: string = submitted.data.data?.task_id ?? submitted.data.task_id;
		passSeconds(50);
		const pending = await statusOf(id);
		passSeconds(50);
		const terminal = await statusOf(id);
		return { id, submitted: submitted.data, pending: pending.data, terminal: terminal.data };
	}

	const result = (id: string) => ({
		videos: [{ id: `${id}-1`, url: videoUrl(id), duration: '10' }],
	});

	it('envelope, with another request_id in every answer', async () => {
		const { id, submitted, pending, terminal } = await answersOf('envelope');

		expect(pending.data).toMatchObject({ task_id: id, task_status: 'processing' });
		expect(terminal.data).toEqual({
			task_id: id,
			task_status: 'succeed',
			created_at: expect.any(Number),
			updated_at: terminal.data.created_at + 100_000,
			task_result: result(id),
		});
		const requestIds = [submitted, pending, terminal].map((body) => body.request_id);
		expect(new Set([...requestIds, id]).size).toBe(4);
	});

	it('bare', async () => {
		const { id, submitted, pending, terminal } = await answersOf('bare');

		expect(submitted).toMatchObject({ task_id: id, task_status: 'submitted' });
		expect(pending).toMatchObject({ task_id: id, task_status: 'processing' });
		expect(terminal).toMatchObject({ task_status: 'succeed', task_result: result(id) });
		expect(terminal).not.toHaveProperty('data');
	});

	it('wrapped', async () => {
		const { id, submitted, pending, terminal } = await answersOf('wrapped');

		expect(submitted.data).toMatchObject({ task_id: id, task_status: 'submitted' });
		expect(pending.data).toMatchObject({ task_id: id, status: 'IN_PROGRESS' });
		expect(terminal).toMatchObject({
			code: 'success',
			data: {
				...{ task_id: id, status: 'SUCCESS' },
				data: { data: { task_status: 'succeed', task_result: result(id) } },
			},
		});
	});

	it.each([
		['failed', FAILED.message],
		['moderated', 'Failure to pass the risk control system'],
		['expired', 'the task expired'],
	] as const)('tells why a job is %s', async (outcome, task_status_msg) => {
		expect((await answersOf('envelope', outcome)).terminal.data).toMatchObject({
			task_status: 'failed',
			task_status_msg,
		});
		expect((await answersOf('wrapped', outcome)).terminal.data).toMatchObject({
			status: 'FAILURE',
			fail_reason: task_status_msg,
		});
	});

	it.each(KLING_SHAPE_NAMES)('%s: where it is from, and no URL without a video', async (shape) => {
		const { mark, standing } = KLING_SHAPES[shape];
		expect(standing).toBe(mark === '?' ? 'assumed' : 'documented');

		const { terminal, id } = await answersOf(shape, 'failed');
		expect(JSON.stringify(terminal)).not.toContain(`${id}.mp4`);
	});

	it('has other words, and a URL that comes late', async () => {
		await planned({ words: { done: 'completed' }, urlAfterPolls: 1 });
		const id = await submit();
		const first = await statusOf(id);
		const second = await statusOf(id);

		expect(first.data.data).toMatchObject({
			task_status: 'completed',
			task_result: { videos: [] },
		});
		expect(second.data.data.task_result).toMatchObject({ videos: [{ url: videoUrl(id) }] });
	});
});
