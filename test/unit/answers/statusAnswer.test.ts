/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { causeOf, mayBeRemade } from '../../../nodes/CometApiVideo/answers/failures';
import {
	readStatusAnswer,
	type StatusAnswer,
} from '../../../nodes/CometApiVideo/answers/statusAnswer';
import { readTask } from '../../../nodes/CometApiVideo/answers/task';

const URL_OF_VIDEO = 'https://vid.example/a.mp4';
const OURS = { 'x-cometapi-request-id': 'exchange-1' };

/** Fields by which every family takes an answer for one about a job. */
const JOB = { id: 'a', task_id: 'a', request_id: 'a' };
const FAILED = { ...JOB, status: 'failed', task_status: 'failed' };

const jobIn = (answer: StatusAnswer) => (answer.kind === 'job' ? answer.job : undefined);

describe('a status answer', () => {
	const read = (statusCode: number, body: unknown, headers = {}) =>
		readStatusAnswer({ answer: { statusCode, headers, body } }, 'a', 0);

	describe('tells that moderation ended the job', () => {
		test.each([
			[400, { code: 1301, message: 'Failure to pass the risk control system' }],
			[400, { error: { message: 'content violates our policy', type: 'x', code: '' } }],
			[403, { code: 'permission-denied', error: 'Content violates usage guidelines' }],
			[403, { code: 'imagine:content-moderated', error: 'No' }],
			[409, { code: 'content_policy_violation', message: 'No' }],
			[451, { code: 'content-moderated', message: 'No' }],
			[200, { code: 'imagine:content-moderated', error: 'No' }],
			[200, { error: { message: 'No', type: 'x', code: 'content_policy_violation' } }],
		])('when HTTP %i says in our envelope that moderation stopped it: %j', (status, body) => {
			const job = jobIn(read(status, body));
			expect(job?.status).toBe('failed');
			expect(causeOf(job ?? { status: 'pending' })).toBe('moderation');
		});

		test.each([
			[403, { code: 'access_denied', message: 'This key may not use the model' }],
			[409, { code: 'conflict_of_something', message: 'Try again' }],
			[500, { code: 'content-moderated', error: 'No' }],
			[429, { code: 'content-moderated', error: 'No' }],
			[400, { error: { message: 'upstream is busy', type: 'comet_api_error', code: '' } }],
			[400, { message: 'Content was moderated', request_id: 'of-a-gateway' }],
			[400, 'Content was moderated'],
		])('and none when it may be about something else: HTTP %i %j', (status, body) => {
			expect(jobIn(read(status, body))).toBeUndefined();
		});

		test("that keeps the number which CometAPI's support asks for", () => {
			const answer = read(422, { code: 'content-moderated', error: 'No' }, OURS);
			expect(answer).toMatchObject({ kind: 'job', supportId: 'exchange-1' });
		});
	});

	test.each([
		['Video edit failed, please try again later', 'unclear'],
		['Failed to edit the video, please try again', 'unclear'],
		['Please adjust your request rate and try again in 20 seconds', 'unclear'],
		['Please try again with exponential backoff', 'unclear'],
		['状态修改失败，请稍后重试', 'unclear'],
		['请更换渠道后重试', 'unclear'],
		['Please modify the prompt and try again', 'verdict'],
		['Please try again with a different image', 'verdict'],
		['Please submit a new task and try again', 'verdict'],
		['请修改提示词后重试', 'verdict'],
		['This error is non-retryable', 'verdict'],
		['Retry is not allowed', 'verdict'],
		['内容审核不通过，请勿重试', 'verdict'],
	])('asks again, or not, as it is told: %s', (message, kind) => {
		expect(read(400, { code: 'some_code', message }).kind).toBe(kind);
	});

	test.each([
		[{ id: 'a', status: 'failed', error: { code: 'internal_error', message: 'No' } }, true],
		[{ data: { id: 'a', status: 'FAILURE', error: { code: 'internal_error' } } }, true],
		[
			{
				...{ status: 'failed', error: { code: 'internal_error', message: 'not refreshed' } },
				data: { task_id: 'a', status: 'processing' },
			},
			false,
		],
	])('lets a retry pay anew only for an end that the job tells itself: %j', (body, isRemade) => {
		const job = jobIn(read(200, body));
		expect(job && [job.status, mayBeRemade(job)]).toEqual(['failed', isRemade]);
	});

	test('is no end of a finished job when an envelope tells trouble with it', () => {
		const error = { code: 'internal_error', message: 'no file yet' };
		const body = { status: 'failed', error, data: { task_id: 'a', status: 'succeeded' } };
		for (const status of [200, 500]) {
			expect(jobIn(read(status, body))).toMatchObject({ status: 'done', video: {} });
		}
	});

	describe("is a gateway's", () => {
		test.each([
			[401, { code: 'unauthorized', message: 'no' }],
			[403, { code: 'Forbidden', message: 'Forbidden' }],
			[404, { code: 'NOT_FOUND', message: 'The page could not be found' }],
			[404, { error: { code: 'NOT_FOUND', message: 'The page could not be found' } }],
			[404, { error: { type: 'not_found', message: 'no' } }],
			[403, { error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } }],
			[404, { message: 'no Route matched with those values', request_id: 'of-kong' }],
			[403, { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'no' }],
			[401, { fault: { faultstring: 'no', detail: { errorcode: 'x' } } }],
			[401, ['no']],
			[403, null],
			[403, 'RBAC: access denied'],
		])('when HTTP %i has nothing of ours: %j', (status, body) => {
			expect(read(status, body)).toMatchObject({
				kind: 'unclear',
				problem: { reason: 'notTheApi' },
			});
		});

		test('unless it has the header that CometAPI adds', () => {
			expect(read(401, { code: 'unauthorized', message: 'no' }, OURS).kind).toBe('verdict');
		});

		test("when new-api doesn't have the path, so that the base URL is wrong", () => {
			const body = { error: { message: 'Invalid URL (GET /x)', type: 'invalid_request_error' } };
			expect(read(404, body, OURS)).toMatchObject({ problem: { reason: 'notTheApi' } });
		});
	});

	describe('tells the reason of a failure', () => {
		test.each([
			[{ error: ['No'] }, { code: 'unknown', message: 'No' }],
			[{ error: [{ code: 'x', message: 'No' }] }, { code: 'x', message: 'No' }],
			[{ error: { code: 1301, message: 'No' } }, { code: '1301', message: 'No' }],
			[{ error: { error: { code: 'x', message: 'No' } } }, { code: 'x', message: 'No' }],
			[{ error: { code: 'x', msg: 'No' } }, { code: 'x', message: 'No' }],
			[
				{ code: 'x', error: 'No' },
				{ code: 'x', message: 'No' },
			],
			[
				{ code: 'success', error: 'No' },
				{ code: 'unknown', message: 'No' },
			],
		])('that stands in %j', (fields, failure) => {
			expect(jobIn(read(200, { ...FAILED, ...fields }))?.failure).toEqual(failure);
		});

		const nothing = [null, {}, [], '', [{}], { message: '', type: '', code: '', param: null }];

		test.each(nothing)('and none for an empty one: %j', (error) => {
			const failure = { code: 'unknown', message: 'The provider gave no reason' };
			expect(jobIn(read(200, { ...FAILED, error }))?.failure).toEqual(failure);
			expect(jobIn(read(200, { ...JOB, error }))).toMatchObject({ status: 'pending' });
		});

		test('in 500 characters, with the code and the status word in 100', () => {
			const error = { code: 'c'.repeat(9_000), message: '😀'.repeat(9_000) };
			const failure = jobIn(read(200, { ...FAILED, error }))?.failure;
			expect([failure?.code.length, failure?.message.length]).toEqual([100, 499]);
			const word = 'w'.repeat(9_000);
			expect(
				jobIn(read(200, { ...JOB, status: word, task_status: word }))?.providerStatus,
			).toHaveLength(100);
		});

		test('also when it is nested so deeply that JSON has no text for it', () => {
			const error: unknown = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`);
			expect(jobIn(read(200, { ...FAILED, error }))?.failure?.message).toBe(
				'a deeply nested answer',
			);
		});
	});

	test.each(['', ' \n', null, undefined, {}])(
		'with nothing in it is pending at 202: %j',
		(body) => {
			expect(jobIn(read(202, body))).toMatchObject({ status: 'pending' });
			expect(jobIn(read(200, body))).toBeUndefined();
		},
	);

	test.each([
		{ fail_reason: URL_OF_VIDEO },
		{ result_url: URL_OF_VIDEO },
		{ fail_reason: URL_OF_VIDEO, data: { status: 'done', video: { url: URL_OF_VIDEO } } },
	])("of the gateway's row has the video's URL in %j", (fields) => {
		const row = { code: 'success', data: { task_id: 'a', status: 'SUCCESS', ...fields } };
		expect(jobIn(read(200, row))).toMatchObject({ status: 'done', video: { url: URL_OF_VIDEO } });
	});

	test('takes no URL for the reason of a failure', () => {
		const row = { task_id: 'a', status: 'FAILURE', fail_reason: URL_OF_VIDEO };
		expect(jobIn(read(200, { code: 'success', data: row }))?.failure?.message).toBe(
			'The provider gave no reason',
		);
	});
});

test('numbers and switches may come as text, also the ID of an echo', () => {
	expect(readTask({ request_id: 12_345 }, '12345')).toMatchObject({ status: 'pending' });
	const usage = { cost_in_usd_ticks: '500000000' };
	const video = { url: URL_OF_VIDEO, duration: '8', respect_moderation: 'true' };
	expect(readTask({ status: 'done', video, usage }, 'a')).toMatchObject({
		status: 'done',
		video: { url: URL_OF_VIDEO, duration: 8, respect_moderation: true },
		providerCostUsd: 0.05,
	});
	const withheld = { ...video, respect_moderation: 'False' };
	expect(readTask({ status: 'done', video: withheld }, 'a')).toMatchObject({ status: 'failed' });
});

test('of several videos the first with a URL counts', () => {
	const videos = [{ id: 1 }, null, { url: URL_OF_VIDEO, duration: '5' }];
	const data = { task_id: 1, task_status: ' Succeed ', task_result: { videos } };
	expect(readTask({ code: 0, data }, '1')).toMatchObject({
		status: 'done',
		video: { url: URL_OF_VIDEO, duration: 5 },
	});
});
