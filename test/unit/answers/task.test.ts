/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { readJobIds } from '../../../nodes/CometApiVideo/answers/jobIds';
import { readTask } from '../../../nodes/CometApiVideo/answers/task';
import type { JobStatus } from '../../../nodes/CometApiVideo/video';

const readStatus = (body: unknown) => readTask(body, ID);
const readRequestId = (body: unknown) => readJobIds(body, ['request_id', 'id']).ids[0];

const VIDEO_URL = 'https://vid.example/a.mp4';
const ID = '4b2c0000-0000-4000-8000-000000000000';

/** CometAPI's envelope of 2026-03-12, as a row that is neither finished nor failed. */
function envelope(data: object): object {
	const row = {
		task_id: ID,
		action: 'VIDEO_GENERATION',
		status: 'IN_PROGRESS',
		fail_reason: '',
		submit_time: 1773297002,
		start_time: 0,
		finish_time: 0,
		progress: '0%',
		data: null,
	};
	return { code: 'success', message: '', data: { ...row, ...data } };
}

const video = { url: VIDEO_URL, duration: 1, respect_moderation: true };

describe('the documented shapes', () => {
	test('a: wrapped and done, the URL in fail_reason as well', () => {
		const body = envelope({
			status: 'SUCCESS',
			fail_reason: VIDEO_URL,
			finish_time: 1773297014,
			progress: '100%',
			data: {
				status: 'done',
				model: 'grok-imagine-video',
				usage: { cost_in_usd_ticks: 500000000 },
				video,
			},
		});
		expect(readStatus(body)).toEqual({
			status: 'done',
			providerStatus: 'done',
			statusIsKnown: true,
			isNamed: true,
			progress: 100,
			model: 'grok-imagine-video',
			video,
			usage: { cost_in_usd_ticks: 500000000 },
			providerCostUsd: 0.05,
		});
	});

	test.each([
		{ word: 'queued', status: 'pending' },
		{ word: 'processing', status: 'pending' },
		{ word: 'done', status: 'done' },
		{ word: 'failed', status: 'failed' },
		{ word: 'expired', status: 'expired' },
	])('b: flat and $word', ({ word, status }) => {
		const body = {
			request_id: ID,
			status: word,
			progress: 40,
			model: 'grok-imagine-video-1.5',
			usage: { cost_in_usd_ticks: 1 },
			...(word === 'done' && { video }),
		};
		expect(readStatus(body)).toMatchObject({
			status,
			providerStatus: word,
			statusIsKnown: true,
			progress: 40,
			model: 'grok-imagine-video-1.5',
		});
	});

	test('b: flat and done with an empty error', () => {
		const body = { request_id: ID, status: 'done', progress: 100, video, error: null };
		expect(readStatus(body)).toMatchObject({ status: 'done', video });
		expect(readStatus(body)?.failure).toBeUndefined();
	});

	test('c: an echo of the request id is pending, without a word of the provider', () => {
		expect(readStatus({ request_id: ID })).toEqual({
			status: 'pending',
			statusIsKnown: true,
			isNamed: true,
		});
	});

	test.each([
		{
			name: 'QUEUED, inner PENDING',
			outer: 'QUEUED',
			inner: { status: 'PENDING' },
			told: 'PENDING',
		},
		{ name: 'IN_PROGRESS, inner null', outer: 'IN_PROGRESS', inner: null, told: 'IN_PROGRESS' },
		{ name: 'NOT_START, inner null', outer: 'NOT_START', inner: null, told: 'NOT_START' },
	])('d: wrapped and $name', ({ outer, inner, told }) => {
		expect(readStatus(envelope({ status: outer, data: inner }))).toEqual({
			status: 'pending',
			providerStatus: told,
			statusIsKnown: true,
			isNamed: true,
			progress: 0,
		});
	});

	test('e: wrapped failure with inner null tells fail_reason', () => {
		const body = envelope({ status: 'FAILURE', fail_reason: 'upstream said no', data: null });
		expect(readStatus(body)).toMatchObject({
			status: 'failed',
			providerStatus: 'FAILURE',
			failure: { code: 'unknown', message: 'upstream said no' },
		});
	});

	test("e: wrapped failure with the provider's payload tells the provider's code", () => {
		const error = { code: 'invalid_argument', message: 'The prompt is too long' };
		const data = { status: 'failed', error };
		const body = envelope({ status: 'FAILURE', fail_reason: 'task failed', data });
		expect(readStatus(body)).toMatchObject({ status: 'failed', failure: error });
	});

	test('f: pending with progress', () => {
		expect(readStatus({ status: 'pending', progress: 24 })).toEqual({
			status: 'pending',
			providerStatus: 'pending',
			statusIsKnown: true,
			isNamed: false,
			progress: 24,
		});
	});

	test.each([
		'invalid_argument',
		'permission_denied',
		'failed_precondition',
		'service_unavailable',
		'internal_error',
	])('g: failed with %s', (code) => {
		const body = { status: 'failed', error: { code, message: 'in its own words' } };
		expect(readStatus(body)).toMatchObject({
			status: 'failed',
			failure: { code, message: 'in its own words' },
		});
	});

	test('g: failed with a plain text', () => {
		expect(readStatus({ status: 'failed', error: 'in its own words' })).toMatchObject({
			status: 'failed',
			failure: { message: 'in its own words' },
		});
	});

	test('g: failed without any reason still has a failure to show', () => {
		expect(readStatus({ status: 'failed' })?.failure).toEqual({
			code: expect.any(String),
			message: expect.stringMatching(/\w/),
		});
	});

	test.each(['', ' ', [], 0, false])('g: failed with the error %j tells why elsewhere', (error) => {
		const told = { code: 'invalid_argument', message: 'in its own words' };
		const data = { status: 'failed', error };
		expect(readStatus({ data, error: told })?.failure).toEqual(told);
		expect(readStatus({ ...data, block_reason: 'nsfw' })?.failure).toEqual({
			code: 'moderation',
			message: 'nsfw',
		});
	});

	test.each([
		{ name: 'empty', url: { url: '' } },
		{ name: 'null', url: { url: null } },
		{ name: 'absent', url: {} },
	])('h: moderated, its url $name', ({ url }) => {
		const withheld = { ...url, duration: 8, respect_moderation: false };
		const bodies = [
			{ status: 'done', video: withheld },
			envelope({ status: 'SUCCESS', data: { status: 'done', video: withheld } }),
		];
		for (const body of bodies) {
			const job = readStatus(body);
			expect(job).toMatchObject({ status: 'failed', failure: { code: 'moderation' } });
			expect(job?.video).toBeUndefined();
		}
	});

	test('h: moderated although a URL is told', () => {
		const job = readStatus({ status: 'done', video: { ...video, respect_moderation: false } });
		expect(job).toMatchObject({ status: 'failed', failure: { code: 'moderation' } });
		expect(job?.video).toBeUndefined();
	});

	test('h: moderated in an old row, whose fail_reason is a URL and no failure text', () => {
		const body = envelope({
			status: 'SUCCESS',
			fail_reason: VIDEO_URL,
			data: { status: 'done', video: { url: '', duration: 8, respect_moderation: false } },
		});
		const job = readStatus(body);
		expect(job).toMatchObject({ status: 'failed', failure: { code: 'moderation' } });
		expect(job?.failure?.message).not.toContain(VIDEO_URL);
	});

	test('i: expired', () => {
		expect(readStatus({ status: 'expired' })).toMatchObject({
			status: 'expired',
			providerStatus: 'expired',
			statusIsKnown: true,
			failure: { code: 'expired' },
		});
	});

	test('i: expired inside a failed envelope', () => {
		const body = envelope({ status: 'FAILURE', data: { status: 'expired' } });
		expect(readStatus(body)).toMatchObject({ status: 'expired', providerStatus: 'expired' });
	});

	test.each([{ video: { url: VIDEO_URL } }, { request_id: ID, video: { url: VIDEO_URL } }])(
		'j: no status but a URL is done: %j',
		(body) => {
			expect(readStatus(body)).toMatchObject({ status: 'done', video: { url: VIDEO_URL } });
		},
	);

	test('j: an error without a state is no state, unless it may pass: then the job waits', () => {
		const busy = { code: 'internal_error', message: 'gone' };
		expect(readStatus({ request_id: ID, error: busy })).toMatchObject({ status: 'pending' });
		const error = { code: 'bad_media', message: 'gone' };
		expect(readStatus({ request_id: ID, error })).toBeUndefined();
	});
});

describe('status words', () => {
	const words: Array<[JobStatus, string[]]> = [
		[
			'pending',
			'pending queued processing in_progress running not_start submitted unknown'.split(' '),
		],
		['done', ['done', 'success', 'completed', 'succeeded']],
		['failed', ['failed', 'failure', 'error', 'cancelled']],
		['expired', ['expired']],
	];
	const cases = words.flatMap(([status, list]) =>
		list.flatMap((word) =>
			[word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)].map((spelling) => ({
				status,
				spelling,
			})),
		),
	);

	test.each(cases)('$spelling is $status, flat and wrapped', ({ status, spelling }) => {
		const found = status === 'done' ? { video } : {};
		const bodies = [
			{ id: ID, status: spelling, ...found },
			envelope({ status: spelling, data: status === 'done' ? { video } : null }),
		];
		for (const body of bodies) {
			expect(readStatus(body)).toMatchObject({
				status,
				providerStatus: spelling,
				statusIsKnown: true,
			});
		}
	});

	test.each(['rendering', 'doneish', 'not failed', '进行中'])(
		'%s is not known and taken as pending',
		(word) => {
			for (const body of [{ status: word }, envelope({ status: word }), { status: word, video }]) {
				expect(readStatus(body)).toMatchObject({
					status: 'pending',
					providerStatus: word,
					statusIsKnown: false,
				});
			}
		},
	);

	test.each([null, '', '  ', 3, true, {}, []])('%j in place of a word is no word', (status) => {
		const job = readStatus({ request_id: ID, status });
		expect(job).toEqual({ status: 'pending', statusIsKnown: true, isNamed: true });
	});

	test.each(['done', 'success', 'completed', 'succeeded'])('%s may have no URL yet', (word) => {
		const job = readStatus({ id: ID, status: word, video: { duration: 8 } });
		expect(job).toMatchObject({ status: 'done', video: { duration: 8 } });
		expect(job?.video?.url).toBeUndefined();
	});

	test.each([
		'ftp://vid.example/a.mp4',
		'vid.example/a.mp4',
		'data:video/mp4;base64,AA',
		'https://',
	])('done with %s has no URL', (url) => {
		expect(readStatus({ status: 'done', video: { url } })?.video?.url).toBeUndefined();
	});
});

describe('envelope and inner answer disagree', () => {
	const error = { code: 'invalid_argument', message: 'refused' };

	test.each([
		{ outer: 'IN_PROGRESS', inner: { status: 'done', video }, status: 'done', told: 'done' },
		{ outer: 'QUEUED', inner: { status: 'failed', error }, status: 'failed', told: 'failed' },
		{ outer: 'IN_PROGRESS', inner: { status: 'expired' }, status: 'expired', told: 'expired' },
		{ outer: 'FAILURE', inner: { status: 'done', video }, status: 'done', told: 'done' },
		{ outer: 'SUCCESS', inner: { status: 'failed', error }, status: 'failed', told: 'failed' },
		{ outer: 'SUCCESS', inner: { status: 'expired' }, status: 'expired', told: 'expired' },
		{ outer: 'FAILURE', inner: { status: 'PENDING' }, status: 'failed', told: 'FAILURE' },
		{ outer: 'FAILURE', inner: { status: 'rendering' }, status: 'failed', told: 'FAILURE' },
	])('$outer over $inner.status is $status', ({ outer, inner, status, told }) => {
		expect(readStatus(envelope({ status: outer, data: inner }))).toMatchObject({
			status,
			providerStatus: told,
		});
	});

	test('SUCCESS over a pending inner one without any URL goes on being asked for', () => {
		const body = envelope({ status: 'SUCCESS', data: { status: 'PENDING' } });
		expect(readStatus(body)?.status).toBe('pending');
	});

	test('SUCCESS over a pending inner one, the URL in fail_reason, is done', () => {
		const data = { status: 'PENDING' };
		const body = envelope({ status: 'SUCCESS', fail_reason: VIDEO_URL, data });
		expect(readStatus(body)).toMatchObject({ status: 'done', video: { url: VIDEO_URL } });
	});
});

describe('where the URL is', () => {
	test.each([
		{ place: 'data.data.video.url', body: envelope({ status: 'SUCCESS', data: { video } }) },
		{ place: 'video.url', body: { status: 'done', video } },
		{ place: 'data.result_url', body: envelope({ status: 'SUCCESS', result_url: VIDEO_URL }) },
		{ place: 'data.fail_reason', body: envelope({ status: 'SUCCESS', fail_reason: VIDEO_URL }) },
	])('$place', ({ body }) => {
		expect(readStatus(body)).toMatchObject({ status: 'done', video: { url: VIDEO_URL } });
	});

	test('plain http is a URL too', () => {
		const url = 'http://127.0.0.1:8080/videos/a.mp4';
		expect(readStatus({ status: 'done', video: { url } })).toMatchObject({
			status: 'done',
			video: { url },
		});
	});

	test.each(['QUEUED', 'IN_PROGRESS', 'NOT_START'])(
		'a URL in fail_reason of a row that is %s is none',
		(status) => {
			const job = readStatus(envelope({ status, fail_reason: VIDEO_URL }));
			expect(job?.status).toBe('pending');
			expect(job?.video).toBeUndefined();
		},
	);

	test('a URL in fail_reason of a row without a status is none', () => {
		const job = readStatus(envelope({ status: undefined, fail_reason: VIDEO_URL }));
		expect(job).toMatchObject({ status: 'pending', statusIsKnown: true });
		expect(job?.video).toBeUndefined();
	});

	test('fail_reason of a failed row makes no video, even when it is a URL', () => {
		const job = readStatus(envelope({ status: 'FAILURE', fail_reason: VIDEO_URL }));
		expect(job?.status).toBe('failed');
		expect(job?.video).toBeUndefined();
	});

	test('fail_reason of a finished row is none when it is a text', () => {
		const job = readStatus(envelope({ status: 'SUCCESS', fail_reason: 'see the log' }));
		expect(job).toMatchObject({ status: 'done', video: {} });
		expect(job?.video?.url).toBeUndefined();
	});
});

describe('progress', () => {
	test.each([
		[24, 24],
		['24', 24],
		['24%', 24],
		[' 24 % ', 24],
		['0%', 0],
		[0, 0],
		['100%', 100],
		[130, 100],
		[-1, 0],
		[undefined, undefined],
		[null, undefined],
		['', undefined],
		['soon', undefined],
		[true, undefined],
		[{}, undefined],
	])('%j is %j', (progress, expected) => {
		expect(readStatus({ status: 'pending', progress })?.progress).toBe(expected);
		expect(readStatus(envelope({ status: 'QUEUED', progress }))?.progress).toBe(expected);
	});
});

describe('cost', () => {
	test.each([
		[500_000_000, 0.05],
		[10_000_000_000, 1],
		[0, 0],
		[undefined, undefined],
		[null, undefined],
	])('%j ticks are %j USD', (cost_in_usd_ticks, usd) => {
		const job = readStatus({ status: 'done', video, usage: { cost_in_usd_ticks, seconds: 8 } });
		expect(job?.providerCostUsd).toBe(usd);
		expect(job?.usage).toEqual({ cost_in_usd_ticks, seconds: 8 });
	});

	test('without usage no cost is told', () => {
		const job = readStatus({ status: 'done', video });
		expect(job?.providerCostUsd).toBeUndefined();
		expect(job?.usage).toBeUndefined();
	});
});

describe('what is no answer about a job', () => {
	test.each([
		undefined,
		null,
		'',
		'<!doctype html><html></html>',
		'{"status":"pen',
		42,
		[],
		{},
		{ error: { message: 'no', type: 'comet_api_error', param: '', code: '' } },
		{ error: 'no' },
		{ code: 'internal', message: 'no', data: null },
		{ code: 'internal', error: 'no' },
	])('%j', (body) => {
		expect(readStatus(body)).toBeUndefined();
	});
});

describe('the request id in the answer to a submit', () => {
	test.each([
		{ body: { request_id: ID }, id: ID },
		{ body: { id: ID }, id: ID },
		{ body: { request_id: ID, id: 'another' }, id: ID },
		{ body: { code: 'success', message: '', data: { task_id: ID } }, id: ID },
		{ body: { request_id: '' }, id: undefined },
		{ body: { request_id: null }, id: undefined },
		{ body: {}, id: undefined },
		{ body: ID, id: undefined },
		{ body: undefined, id: undefined },
	])('$body', ({ body, id }) => {
		expect(readRequestId(body)).toBe(id);
	});
});

describe('whatever comes', () => {
	const word = fc.constantFrom(
		...['pending', 'QUEUED', 'IN_PROGRESS', 'done', 'SUCCESS', 'failed', 'FAILURE', 'expired'],
	);
	const url = fc.oneof(fc.webUrl(), fc.constantFrom('', 'no url', 'ftp://a/b', null), fc.string());
	const videoLike = fc.record(
		{ url, duration: fc.jsonValue(), respect_moderation: fc.oneof(fc.boolean(), fc.jsonValue()) },
		{ requiredKeys: [] },
	);
	const layer = {
		status: fc.oneof(word, word, fc.jsonValue()),
		progress: fc.jsonValue(),
		request_id: fc.oneof(fc.uuid(), fc.jsonValue()),
		video: fc.oneof(videoLike, fc.jsonValue()),
		usage: fc.oneof(fc.record({ cost_in_usd_ticks: fc.jsonValue() }), fc.jsonValue()),
		error: fc.oneof(fc.record({ code: fc.string(), message: fc.string() }), fc.jsonValue()),
		fail_reason: url,
		result_url: url,
	};
	const options = { requiredKeys: [] };
	const inner = fc.record(layer, options);
	const row = fc.record({ ...layer, data: fc.oneof(inner, fc.jsonValue()) }, options);
	const answer = fc.record({ ...layer, data: fc.oneof(row, fc.jsonValue()) }, options);
	const anyJson = fc.oneof(
		{ arbitrary: answer, weight: 4 },
		{ arbitrary: fc.jsonValue(), weight: 1 },
	);

	test('never throws', () => {
		fc.assert(
			fc.property(anyJson, (body) => {
				readStatus(body);
				readRequestId(body);
			}),
			{ numRuns: 1_000 },
		);
	});

	test("is 'done' only with an http(s) URL of that very answer which moderation let through", () => {
		fc.assert(
			fc.property(anyJson, (body) => {
				const job = readStatus(body);
				if (job?.status !== 'done' || job.video?.url === undefined) return;
				const told = job.video.url;
				expect(['http:', 'https:']).toContain(new URL(told).protocol);
				expect(JSON.stringify(body)).toContain(JSON.stringify(told).slice(1, -1));
				expect(job.video?.respect_moderation).not.toBe(false);
			}),
			{ numRuns: 1_000 },
		);
	});

	test("is never 'done' when the video's respect_moderation is false", () => {
		const told = fc.record(
			{ status: word, fail_reason: fc.webUrl(), result_url: fc.webUrl() },
			options,
		);
		const withheld = fc.record({ url, respect_moderation: fc.constant(false) });
		const wraps = fc.constantFrom(
			(layers: object[]) => ({ ...layers[0] }),
			(layers: object[]) => ({ data: { ...layers[1], data: layers[0] } }),
			(layers: object[]) => ({ data: layers[0] }),
		);
		fc.assert(
			fc.property(told, told, withheld, wraps, (first, second, withheldVideo, wrap) => {
				const job = readStatus(wrap([{ ...first, video: withheldVideo }, second]));
				expect(job?.status).not.toBe('done');
				expect(job?.video).toBeUndefined();
			}),
			{ numRuns: 1_000 },
		);
	});

	test('a job that ended without a video says why, and progress is 0-100 or not told', () => {
		fc.assert(
			fc.property(anyJson, (body) => {
				const job = readStatus(body);
				if (!job) return;
				const ended = job.status === 'failed' || job.status === 'expired';
				expect(job.failure?.message !== undefined).toBe(ended);
				expect(job.video !== undefined).toBe(job.status === 'done');
				expect(job.progress ?? 0).toBeGreaterThanOrEqual(0);
				expect(job.progress ?? 0).toBeLessThanOrEqual(100);
			}),
			{ numRuns: 1_000 },
		);
	});
});
