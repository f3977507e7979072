/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import axios from 'axios';
import {
	CATALOGUE_VIDEO_IDS,
	CONTENT_STATES,
	type JobPlan,
	VIDEO_SHAPES,
	VIDEO_SHAPE_NAMES,
	type VideoShape,
	sampleMp4,
} from '../simulator.ts';
import {
	BODY,
	GENERATIONS,
	NO_SUCH_ID,
	api,
	envelope,
	media,
	planned,
	plannedInStoppedTime,
	simulator,
	start,
	useSimulator,
	videoUrl,
} from '../simulatorUnderTest.ts';

useSimulator();

const VIDEOS = '/v1/videos';
const FIELDS = { model: 'seedance-2-5', prompt: 'a lighthouse', seconds: '5', size: '1280x720' };
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const FAILED = { code: 'invalid_argument', message: 'the prompt was refused' };

type Part = readonly [name: string, value: string | Blob, fileName?: string];

const image = (name = 'first.png'): Part => [
	'input_reference',
	new Blob([PNG], { type: 'image/png' }),
	name,
];

function formOf(fields: object, parts: readonly Part[] = []): FormData {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) {
		if (typeof value === 'string') form.append(name, value);
	}
	for (const [name, value, fileName] of parts) {
		if (typeof value === 'string') form.append(name, value);
		else form.append(name, value, fileName);
	}
	return form;
}

const post = (fields: object, parts?: readonly Part[]) => api.post(VIDEOS, formOf(fields, parts));

async function submit(fields: object = {}): Promise<string> {
	const { status, data } = await post({ ...FIELDS, ...fields });
	expect(status).toBe(200);
	return data.id ?? data.task_id;
}

const statusOf = (id: string) => api.get(`${VIDEOS}/${id}`);
const contentOf = (id: string) =>
	api.get(`${VIDEOS}/${id}/content`, { responseType: 'arraybuffer' });

describe('submitting', () => {
	it('takes a form, bills it and records its parts in order', async () => {
		const { status, data } = await post(FIELDS, [
			image('first.png'),
			image('second.png'),
			['camera_fixed', 'true'],
		]);
		const file = (name: string) => ({
			...{ name, type: 'image/png', bytes: PNG.length },
			sha256: createHash('sha256').update(PNG).digest('hex'),
		});

		expect(status).toBe(200);
		expect(data).toEqual({
			id: expect.stringMatching(/^task_\w+$/),
			object: 'video',
			model: 'seedance-2-5',
			status: 'queued',
			progress: 0,
			created_at: expect.any(Number),
			seconds: '5',
			size: '1280x720',
		});
		expect(simulator.jobs).toEqual([
			expect.objectContaining({
				...{ requestId: data.id, family: 'video', route: 'videos', model: 'seedance-2-5' },
				body: {
					...FIELDS,
					camera_fixed: 'true',
					input_reference: [file('first.png'), file('second.png')],
				},
			}),
		]);
		expect(simulator.requests).toMatchObject([
			{ family: 'video', route: 'submit', acceptedId: data.id },
		]);
		expect(simulator.requests[0]).not.toHaveProperty('body');
		expect(simulator.requests[0]?.form).toEqual([
			...Object.entries(FIELDS).map(([name, value]) => ({ name, value })),
			{ name: 'input_reference', value: file('first.png') },
			{ name: 'input_reference', value: file('second.png') },
			{ name: 'camera_fixed', value: 'true' },
		]);
	});

	it('takes JSON too', async () => {
		const body = { model: 'omni-fast-v2v', prompt: 'make it night', seconds: 4 };
		const { status } = await api.post(VIDEOS, body);

		expect(status).toBe(200);
		expect(simulator.jobs.map((job) => job.body)).toEqual([body]);
	});

	it('counts the submits of each family', async () => {
		await submit();
		await api.post(GENERATIONS, BODY);

		expect(simulator.requestsTo('submit', 'video')).toHaveLength(1);
		expect(simulator.requestsTo('submit', 'grok')).toHaveLength(1);
		expect(simulator.requestsTo('submit')).toHaveLength(2);
		expect(simulator.jobs.map(({ family }) => family)).toEqual(['video', 'grok']);
	});

	it('injects a fault into one family only', async () => {
		const fault = { kind: 'empty', status: 502 } as const;
		simulator.inject({ route: 'submit', family: 'video', fault });

		expect((await api.post(GENERATIONS, BODY)).status).toBe(200);
		expect((await post(FIELDS)).status).toBe(502);
	});

	it('refuses a shape of another family, which no bill shows', async () => {
		await start({ plan: () => ({ shape: 'wrappedStale' }) });

		expect((await post(FIELDS)).status).toBe(500);
		expect(simulator.jobs).toEqual([]);
	});
});

describe('frames and references', () => {
	const VIDEO: Part = ['reference_videos', new Blob([PNG], { type: 'video/mp4' }), 'a.mp4'];
	const last: Part = ['last_frame', new Blob([PNG], { type: 'image/png' }), 'b.png'];

	it.each<[string, Part[], number]>([
		['seedance-2-5', [image(), VIDEO], 200],
		['seedance-2-5', [last], 400],
		['minimax-h3', [last], 200],
		['minimax-h3', [image(), VIDEO], 200],
		['minimax-h3', [last, VIDEO], 400],
		['minimax-h3', [last, image()], 400],
		['veo3.1', [image(), image('last.png')], 200],
		['veo3.1', [image(), VIDEO], 400],
	])('%s', async (model, parts, status) => {
		expect((await post({ model, prompt: 'x' }, parts)).status).toBe(status);
	});
});

describe('checks', () => {
	it.each([
		['no model', { model: undefined }, 400, /^model is required/, 'invalid_request'],
		['no prompt', { prompt: undefined }, 400, /^prompt is required/, 'invalid_request'],
		['an unknown model', { model: 'viduq3-pro' }, 503, /no available channel/, 'model_not_found'],
		['no model of ours', { model: 'toString' }, 503, /no available channel/, 'model_not_found'],
		['Grok', { model: 'grok-imagine-video' }, 400, /^unsupported relay mode: 31/, ''],
		['too short', { seconds: '3' }, 400, /duration/, 'InvalidParameter'],
		['too long', { seconds: '31' }, 400, /duration/, 'InvalidParameter'],
		['parts of a second', { seconds: '5.5' }, 400, /duration/, 'InvalidParameter'],
		['no number', { seconds: '' }, 400, /duration/, 'InvalidParameter'],
		['a length between', { model: 'wan2.6', seconds: '7' }, 400, /duration/, 'InvalidParameter'],
		['an empty size', { size: '' }, 400, /size/, 'InvalidParameter'],
	])('refuses %s', async (_name, fields, status, message, code) => {
		const answer = await post({ ...FIELDS, ...fields });

		expect(answer.status).toBe(status);
		expect(answer.data).toEqual(envelope(message, code));
		expect(simulator.jobs).toEqual([]);
	});

	it.each([
		['wan2.6', /^please provide reference_video_urls or reference_urls/],
		['doubao-seedance-1-5-pro', /^Field required/],
		['doubao-seedance-2-0-fast', /^Field required/],
	])('%s takes images as URLs, not as files', async (model, message) => {
		const refused = await post({ ...FIELDS, model }, [image()]);
		const urls: Part[] = ['a', 'b'].map((name) => [
			'reference_urls',
			`https://media.example/${name}.png`,
		]);
		const accepted = await post({ ...FIELDS, model }, urls);

		expect(refused.status).toBe(400);
		expect(refused.data).toEqual(envelope(message));
		expect(accepted.status).toBe(200);
		expect(simulator.jobs.map(({ body }) => body.reference_urls)).toEqual([
			['https://media.example/a.png', 'https://media.example/b.png'],
		]);
	});

	it.each<Part>([image(), ['reference_urls', 'https://media.example/a.png']])(
		'a text-only model refuses an image in %s',
		async (...part) => {
			const { status, data } = await post({ ...FIELDS, model: 'doubao-seedance-1-0-pro' }, [part]);

			expect(status).toBe(400);
			expect(data).toEqual(
				envelope(/^the specified task_type r2v does not support model seedance-1-0-pro/),
			);
		},
	);

	it('refuses a form that is cut off, and other bodies', async () => {
		const cut = await api.post(VIDEOS, '--x\r\nContent-Disposition: form-data; name="mod', {
			headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
		});
		const encoded = await api.post(VIDEOS, new URLSearchParams(FIELDS));

		expect([cut.status, encoded.status]).toEqual([400, 400]);
		expect(cut.data).toEqual(envelope(/neither a form nor a JSON object/));
		expect(simulator.requests.some(({ form }) => form !== undefined)).toBe(false);
	});

	it('wants the key, except for the catalogue', async () => {
		const stranger = axios.create({ baseURL: simulator.url, validateStatus: () => true });
		const answers = [
			await stranger.post(VIDEOS, formOf(FIELDS)),
			await stranger.get(`${VIDEOS}/${NO_SUCH_ID}`),
			await stranger.get(`${VIDEOS}/${NO_SUCH_ID}/content`),
		];

		for (const { status, data } of answers) {
			expect(status).toBe(401);
			expect(data).toEqual(envelope(/^invalid token/));
		}
		expect((await stranger.get('/api/models')).status).toBe(200);
	});

	it('does not know an id, one of another family, or a path', async () => {
		const grokId = (await api.post(GENERATIONS, BODY)).data.request_id;
		for (const id of [NO_SUCH_ID, grokId]) {
			expect(await statusOf(id)).toMatchObject({ status: 400, data: { code: 'task_not_exist' } });
			expect((await contentOf(id)).status).toBe(400);
		}
		const listed = await api.get(VIDEOS);

		expect(listed.status).toBe(404);
		expect(listed.data).toEqual(envelope(/^Invalid URL \(GET \/v1\/videos\)/));
	});
});

describe('status shapes', () => {
	async function answersOf(shape: VideoShape, outcome: JobPlan['outcome'] = 'done') {
		const plan: JobPlan = { seconds: 100, shape, outcome, error: FAILED, progress: 'linear' };
		const { passSeconds } = await plannedInStoppedTime(plan);
		const submitted = await post(FIELDS);
		const id: string = submitted.data.id ?? submitted.data.task_id;
		passSeconds(50);
		const pending = await statusOf(id);
		passSeconds(50);
		const terminal = await statusOf(id);
		const bodies = { submitted: submitted.data, pending: pending.data, terminal: terminal.data };
		return { id, url: videoUrl(id), ...bodies };
	}

	const task = (id: string, status: string, progress: number) => ({
		...{ id, object: 'video', model: 'seedance-2-5', status, progress },
		created_at: expect.any(Number),
		seconds: '5',
		size: '1280x720',
	});

	it('plain', async () => {
		const { id, pending, terminal } = await answersOf('plain');

		expect(pending).toEqual(task(id, 'in_progress', 50));
		expect(terminal).toEqual({
			...task(id, 'completed', 100),
			completed_at: terminal.created_at + 100,
			video_url: videoUrl(id),
		});
	});

	it('taskId and taskIdOnly', async () => {
		const both = await answersOf('taskId');
		const only = await answersOf('taskIdOnly');

		for (const body of [both.submitted, both.pending, both.terminal]) {
			expect(body).toMatchObject({ id: both.id, task_id: both.id });
		}
		for (const body of [only.submitted, only.pending, only.terminal]) {
			expect(body.task_id).toBe(only.id);
			expect(body).not.toHaveProperty('id');
		}
	});

	it.each([
		['submitted', ['SUBMITTED', 'in_progress', 'completed']],
		['upperCase', ['SUBMITTED', 'IN_PROGRESS', 'SUCCESS']],
		['succeeded', ['queued', 'in_progress', 'succeeded']],
	] as const)('%s has other words', async (shape, words) => {
		const { submitted, pending, terminal } = await answersOf(shape);

		expect([submitted.status, pending.status, terminal.status]).toEqual(words);
	});

	it('upperCase fails with FAILED and ERROR', async () => {
		expect((await answersOf('upperCase', 'failed')).terminal.status).toBe('FAILED');
		expect((await answersOf('upperCase', 'expired')).terminal.status).toBe('ERROR');
	});

	it('wrapped', async () => {
		const { id, submitted, pending, terminal } = await answersOf('wrapped');

		expect(submitted.task_id).toBe(id);
		expect(pending).toMatchObject({ code: 'success', data: { status: 'IN_PROGRESS' } });
		expect(terminal).toEqual({
			code: 'success',
			message: '',
			data: expect.objectContaining({ task_id: id, status: 'SUCCESS', video_url: videoUrl(id) }),
		});
	});

	it('succeeded, url and contentOnly have the URL elsewhere or nowhere', async () => {
		const succeeded = await answersOf('succeeded');
		const url = await answersOf('url');
		const contentOnly = await answersOf('contentOnly');

		expect(succeeded.terminal.output).toEqual([succeeded.url]);
		expect(url.terminal.url).toBe(url.url);
		for (const { terminal } of [succeeded, url, contentOnly]) {
			expect(terminal).not.toHaveProperty('video_url');
		}
		expect(JSON.stringify(contentOnly.terminal)).not.toContain('http');
		expect(contentOnly.terminal.status).toBe('completed');
	});

	it.each([
		['failed', 0, 'FAILURE'],
		['moderated', 100, 'VIOLATION'],
	] as const)(
		'bareFailure: %s, the reason only under /content',
		async (outcome, progress, state) => {
			const { id, terminal } = await answersOf('bareFailure', outcome);
			const { status, data } = await contentOf(id);

			expect(terminal).toEqual({
				...{ id, object: 'video', model: 'seedance-2-5', status: 'failed', progress },
				created_at: expect.any(Number),
			});
			expect(status).toBe(400);
			expect(JSON.parse(data.toString())).toEqual({
				error: {
					message: `Task is not completed yet, current status: ${state}`,
					type: 'invalid_request_error',
				},
			});
		},
	);

	it('tells a failure as an object, as a text, or as an envelope alone', async () => {
		expect((await answersOf('plain', 'failed')).terminal).toMatchObject({
			status: 'failed',
			error: FAILED,
		});
		expect((await answersOf('errorText', 'failed')).terminal).toMatchObject({
			status: 'failed',
			error: FAILED.message,
		});
		expect((await answersOf('okError', 'failed')).terminal).toEqual({
			error: { message: FAILED.message, type: 'comet_api_error', param: '', code: '' },
		});
		expect((await answersOf('okError', 'moderated')).terminal.error.code).toBe(
			'content_policy_violation',
		);
	});

	it('providerModel', async () => {
		await planned({ shape: 'providerModel' });
		const id = await submit({ model: 'veo3.1', seconds: '8' });

		expect((await statusOf(id)).data).toMatchObject({ model: 'veo_3_1-4K', seconds: '' });
	});

	it('earlyCompletedAt', async () => {
		const { submitted, pending } = await answersOf('earlyCompletedAt');

		expect(submitted).not.toHaveProperty('completed_at');
		expect(pending).toMatchObject({ status: 'in_progress', completed_at: expect.any(Number) });
	});

	it('says of each shape where it is from', () => {
		for (const name of VIDEO_SHAPE_NAMES) {
			const { mark, standing } = VIDEO_SHAPES[name];
			expect(standing).toBe(mark === 'C' || mark === 'B' ? 'documented' : 'assumed');
		}
	});

	it.each(VIDEO_SHAPE_NAMES)('%s tells no URL of a job without a video', async (shape) => {
		for (const outcome of ['failed', 'moderated', 'expired'] as const) {
			const { terminal, id } = await answersOf(shape, outcome);
			expect(JSON.stringify(terminal)).not.toContain(`${id}.mp4`);
		}
	});

	it('has other words, other ids and a URL that comes late', async () => {
		await planned({ words: { done: 'finished' }, requestId: 'task_7', urlAfterPolls: 1 });
		const id = await submit();
		const first = await statusOf(id);
		const second = await statusOf(id);

		expect(id).toBe('task_7');
		expect(first.data.status).toBe('finished');
		expect(first.data).not.toHaveProperty('video_url');
		expect(second.data.video_url).toBe(videoUrl(id));
	});
});

describe('the file under /content', () => {
	it('is the MP4, for the key only', async () => {
		await planned({ shape: 'contentOnly' });
		const { status, headers, data } = await contentOf(await submit());

		expect(status).toBe(200);
		expect(headers['content-type']).toBe('video/mp4');
		expect(data.equals(sampleMp4)).toBe(true);
		expect(simulator.requests.at(-1)).toMatchObject({ family: 'video', route: 'content' });
	});

	it('is a redirect to the media host when planned so', async () => {
		await planned({ content: 'redirect' });
		const id = await submit();
		const { status, headers } = await contentOf(id);

		expect([status, headers.location]).toEqual([302, videoUrl(id)]);
		expect((await media.get(videoUrl(id))).data.equals(sampleMp4)).toBe(true);
	});

	const stateOf = async (id: string) =>
		JSON.parse((await contentOf(id)).data.toString()).error.message.split(': ')[1];

	it('is not there while the job runs, and its state is told', async () => {
		const { passSeconds } = await plannedInStoppedTime({ seconds: 100 });
		const id = await submit();
		const states: unknown[] = [];
		for (const seconds of [0, 3, 3, 60]) {
			passSeconds(seconds);
			states.push(await stateOf(id));
		}

		expect(states).toEqual(['NOT_START', 'SUBMITTED', 'QUEUED', 'IN_PROGRESS']);
	});

	it.each(CONTENT_STATES)('tells %s when planned so', async (contentState) => {
		await planned({ outcome: 'failed', contentState });

		expect(await stateOf(await submit())).toBe(contentState);
	});
});

describe('the catalogue', () => {
	it('has what the route takes, and what a list of it must leave out', async () => {
		const { data, headers } = await api.get('/api/models');
		const entries: Array<{
			id: string;
			features?: string[];
			endpoints: unknown;
			upcoming: boolean;
		}> = data.data;
		const offered = entries.filter(
			({ features, endpoints, upcoming }) =>
				!upcoming &&
				features?.some((feature) => /-to-video$|^video-editing$/.test(feature)) &&
				JSON.stringify(endpoints).replaceAll('\\"', '"').includes('"/v1/videos"'),
		);

		expect(headers['access-control-allow-origin']).toBe('*');
		expect(data).toMatchObject({ success: true, page: 1, total: entries.length });
		expect(offered.map(({ id }) => id).sort()).toEqual([...CATALOGUE_VIDEO_IDS].sort());
		expect(entries.filter(({ upcoming }) => upcoming).map(({ id }) => id)).toEqual(['veo4']);
		expect(entries.length).toBeGreaterThan(offered.length + 3);
		expect(simulator.requestsTo('catalogue')).toHaveLength(1);
	});
});
