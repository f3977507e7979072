/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { klingApi, PATHS } from '../../../../nodes/CometApiVideo/resources/kling/api';

const { readStatus } = klingApi;
const URL = 'https://media.example/a.mp4';
const RESULT = { videos: [{ id: '1', url: URL, duration: '5.1' }] };

const envelope = (task: object) => ({ code: 0, message: 'SUCCEED', request_id: 'r', data: task });
const row = (status: string, data: object, more = {}) => ({
	...{ code: 'success', message: '' },
	data: { task_id: '7', status, ...more, data },
});

describe("a task's answer", () => {
	test.each([
		['submitted', 'pending', true],
		['processing', 'pending', true],
		['dreaming', 'pending', false],
		['succeed', 'done', true],
		['failed', 'failed', true],
	] as const)('%s is %s', (word, status, statusIsKnown) => {
		const task = { task_id: '7', task_status: word, task_result: RESULT };
		expect(readStatus(envelope(task))).toMatchObject({
			...{ status, statusIsKnown, providerStatus: word },
		});
	});

	const done = { task_id: '7', task_status: 'succeed', task_result: RESULT };

	test.each([
		['in its envelope', envelope(done)],
		['without one', { request_id: 'r', ...done }],
		['in a row of the gateway', row('SUCCESS', envelope(done))],
	])('has the video and its length: %s', (_case, body) => {
		expect(readStatus(body)).toMatchObject({
			status: 'done',
			video: { url: URL, duration: 5.1 },
		});
	});

	test.each([[undefined], [{ videos: [] }], [{ videos: [{ url: 'soon' }] }], [{ videos: 'none' }]])(
		'that is done without a URL has no video: %j',
		(task_result) => {
			expect(readStatus(envelope({ ...done, task_result }))).toMatchObject({
				status: 'failed',
				failure: { code: 'no_video' },
			});
		},
	);

	test.each([
		['a message', { task_status_msg: 'No' }, { code: 'unknown', message: 'No' }],
		[
			"Kling's words for moderation",
			{ task_status_msg: 'Failure to pass the risk control system' },
			{ code: 'moderation', message: 'Failure to pass the risk control system' },
		],
		['nothing', {}, { code: 'unknown', message: 'The provider gave no reason' }],
	])('tells why it failed: %s', (_case, fields, failure) => {
		const task = { task_id: '7', task_status: 'failed', ...fields };
		expect(readStatus(envelope(task))?.failure).toEqual(failure);
	});

	test('fails with its row, whatever stale word is inside', () => {
		const stale = envelope({ task_id: '7', task_status: 'processing' });
		expect(readStatus(row('FAILURE', stale, { fail_reason: 'Lost' }))).toMatchObject({
			status: 'failed',
			failure: { code: 'unknown', message: 'Lost' },
		});
		expect(readStatus(row('SUCCESS', stale))).toMatchObject({ status: 'pending' });
	});

	test.each([
		undefined,
		'',
		'<html>',
		[],
		{},
		{ code: 1203, message: 'no such task', request_id: 'r' },
		{ error: { message: 'x', code: 'task_not_exist' } },
	])('says nothing of a task when it is %j', (body) => {
		expect(readStatus(body)).toBeUndefined();
	});
});

describe('the answer to a submit', () => {
	test.each([
		[envelope({ task_id: '81', task_status: 'submitted' }), '81'],
		[{ request_id: 'r', task_id: 82 }, '82'],
		['{"code":0,"request_id":"r","data":{"task_id":"83","ta', '83'],
		[{ code: 0, request_id: 'r', data: { taskId: '84' } }, '84'],
		[{ code: 0, message: 'SUCCEED', request_id: 'r', data: '85' }, '85'],
	])('%j names the task, at the path that it was sent to', (body, requestId) => {
		for (const path of [PATHS.text, PATHS.image]) {
			expect(klingApi.readAccepted(body, path)).toEqual({
				requestId,
				statusPath: `${path}/${requestId}`,
			});
		}
	});

	test.each([
		undefined,
		{},
		{ request_id: 'r' },
		{ code: 1303, message: 'busy', request_id: 'r', data: null },
		'{"request_id":"r","da',
	])('%j names none', (body) => {
		expect(klingApi.readAccepted(body, PATHS.text)).toBeUndefined();
	});
});
