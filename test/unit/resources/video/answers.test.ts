/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { videoApi } from '../../../../nodes/CometApiVideo/resources/video/api';

const { readStatus, contentReason: readContentReason = () => undefined } = videoApi;
const URL = 'https://media.example/a.mp4';

describe('a status answer', () => {
	test.each([
		['queued', 'pending', true],
		['SUBMITTED', 'pending', true],
		['IN_PROGRESS', 'pending', true],
		['dreaming', 'pending', false],
		['completed', 'done', true],
		['succeeded', 'done', true],
		['SUCCESS', 'done', true],
		['FAILED', 'failed', true],
		['ERROR', 'failed', true],
		['cancelled', 'failed', true],
		['expired', 'expired', true],
	] as const)('%s is %s', (word, status, statusIsKnown) => {
		expect(readStatus({ id: 'task_1', status: word })).toMatchObject({
			...{ status, statusIsKnown, providerStatus: word },
		});
	});

	test.each([
		['video_url', { status: 'completed', video_url: URL }],
		['url', { status: 'completed', url: URL }],
		['output', { status: 'succeeded', output: [URL, 'https://media.example/b.mp4'] }],
		['a wrapped one', { code: 'success', data: { status: 'SUCCESS', video_url: URL } }],
		['two wrappers', { data: { status: 'SUCCESS', data: { video_url: URL } } }],
		['no status at all', { id: 'task_1', video_url: URL }],
	])('has its URL in %s', (_case, body) => {
		expect(readStatus(body)).toMatchObject({ status: 'done', video: { url: URL } });
	});

	test('that is done without a URL is done all the same', () => {
		for (const url of [undefined, null, '', 'soon', 'ftp://media.example/a.mp4']) {
			expect(readStatus({ id: 'task_1', status: 'completed', video_url: url })).toMatchObject({
				status: 'done',
				video: {},
			});
		}
	});

	test('has no video before it is done', () => {
		expect(readStatus({ status: 'in_progress', url: URL })).not.toHaveProperty('video');
	});

	test.each([
		[5, 5],
		['5', 5],
		['', undefined],
		[0, undefined],
	])('tells the length %j', (seconds, duration) => {
		const { video } = readStatus({ status: 'completed', seconds, url: URL }) ?? {};
		expect(video).toEqual({ url: URL, ...(duration !== undefined && { duration }) });
	});

	test.each([
		['50%', 50],
		[150, 100],
		['soon', undefined],
	])('tells the progress %j', (progress, percent) => {
		expect(readStatus({ status: 'queued', progress })?.progress).toBe(percent);
	});

	test.each([
		[{ error: { code: 'bad', message: 'No' } }, { code: 'bad', message: 'No' }],
		[{ error: { type: 'comet_api_error', message: 'No', code: '' } }, 'comet_api_error'],
		[{ error: 'No' }, { code: 'unknown', message: 'No' }],
		[{ fail_reason: 'No' }, { code: 'unknown', message: 'No' }],
		[{ error: null }, { code: 'unknown', message: 'The provider gave no reason' }],
		[{ error: { detail: 'x' } }, { code: 'unknown', message: 'x' }],
		[{ error: { reason: 'x' } }, { code: 'unknown', message: '{"reason":"x"}' }],
	])('tells the failure of %j', (fields, failure) => {
		const told = readStatus({ id: 'task_1', status: 'failed', ...fields })?.failure;
		expect(typeof failure === 'string' ? told?.code : told).toEqual(failure);
	});

	test('takes the word violation for moderation', () => {
		expect(readStatus({ id: 'task_1', status: 'VIOLATION' })).toMatchObject({
			status: 'failed',
			failure: { code: 'moderation' },
		});
	});

	test('may be an error envelope alone: the job failed', () => {
		const error = { message: 'Refused', type: 'comet_api_error', code: 'content_policy_violation' };
		expect(readStatus({ error })).toMatchObject({
			status: 'failed',
			failure: { code: 'content_policy_violation', message: 'Refused' },
		});
	});

	test.each([
		undefined,
		null,
		'<html>',
		'',
		[],
		{},
		{ ok: true },
		{ code: 'success', message: '', data: null },
		{ error: { message: 'x', code: 'task_not_exist' } },
		{ error: 'task_not_exist' },
	])('says nothing of a job when it is %j', (body) => {
		expect(readStatus(body)).toBeUndefined();
	});
});

describe('the answer to a submit', () => {
	test.each([
		[{ id: 'task_1' }, 'task_1'],
		[{ id: 'task_1', task_id: 'task_2' }, 'task_1'],
		[{ task_id: 'task_2' }, 'task_2'],
		[{ id: '', task_id: 42 }, '42'],
		[{ code: 'success', data: { task_id: 'task_3' } }, 'task_3'],
		['{"id":"task_4","object":"vid', 'task_4'],
		// new-api's own row has a number of its own.
		[{ code: 'success', data: { id: 4711, task_id: 'task_5' } }, 'task_5'],
		[{ id: 0, data: { task_id: 'task_6' } }, 'task_6'],
		[{ id: 4711 }, '4711'],
		[{ data: { taskId: 'task_7' } }, 'task_7'],
		[{ code: 'success', message: '', data: 'task_8' }, 'task_8'],
	])('%j names the job', (body, requestId) => {
		expect(videoApi.readAccepted(body, '/v1/videos')).toEqual({
			requestId,
			statusPath: `/v1/videos/${requestId}`,
		});
	});

	test.each([undefined, 'ok', [], {}, { id: {} }, { id: 'a b' }, { request_id: 'x' }])(
		'%j names none',
		(body) => {
			expect(videoApi.readAccepted(body, '/v1/videos')).toBeUndefined();
		},
	);
});

describe('the reason under /content', () => {
	const says = (state: string) => `Task is not completed yet, current status: ${state}`;

	test.each([
		['VIOLATION', 'moderation'],
		['FAILURE', 'FAILURE'],
	])('%s has the code %s', (state, code) => {
		const failure = { code, message: says(state) };
		expect(readContentReason({ error: { message: says(state) } })).toEqual(failure);
		expect(readContentReason(says(state))).toEqual(failure);
	});

	test.each([
		...['NOT_START', 'SUBMITTED', 'QUEUED', 'IN_PROGRESS', 'SUCCESS'].map((state) => ({
			error: { message: says(state) },
		})),
		undefined,
		{},
		'ftypisom',
		{ error: { message: 'out of order' } },
	])('is not told by %j', (body) => {
		expect(readContentReason(body)).toBeUndefined();
	});
});

test('the file and the reason are below the status path, whatever the id', () => {
	const job = videoApi.readAccepted({ id: 'a/../b?c' }, '/v1/videos');
	expect(job && videoApi.contentPath?.(job)).toBe('/v1/videos/a%2F..%2Fb%3Fc/content');
});
