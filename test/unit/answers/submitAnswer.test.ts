/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { bareCode } from '../../../nodes/CometApiVideo/answers/codes';
import type { ApiProblem } from '../../../nodes/CometApiVideo/answers/problem';
import {
	readRetryAfter,
	type Exchange,
	type RequestPhase,
} from '../../../nodes/CometApiVideo/http/exchange';
import * as submits from '../../../nodes/CometApiVideo/answers/submitAnswer';
import * as polls from '../../../nodes/CometApiVideo/answers/statusAnswer';

const NOW = Date.UTC(2026, 2, 12, 8, 0, 0);
const ID = '4b2c0000-0000-4000-8000-000000000000';
const HTML = '<!doctype html><html><head><title>CometAPI</title></head></html>';
const XHTML = '\n<?xml version="1.0"?><html></html>';

const readSubmitAnswer = (exchange: Exchange, nowMs: number) =>
	submits.readSubmitAnswer(exchange, ['request_id', 'id'], nowMs);

const readStatusAnswer = (exchange: Exchange, nowMs: number) =>
	polls.readStatusAnswer(exchange, ID, nowMs);

const answered = (statusCode: number, body: unknown, headers = {}): Exchange => ({
	answer: { statusCode, headers, body },
});

const unanswered = (phase: RequestPhase, code?: string): Exchange => ({
	unanswered: { phase, message: `connect ${code}` },
});

/** CometAPI's documented envelope. */
const envelope = (message: string, code = '') => ({
	error: { message: `${message} (request id: 2026)`, type: 'comet_api_error', param: '', code },
});

interface Flat {
	code: string;
	error: string;
}

const NO_CHANNEL = 'There is no available channel for model grok-x under the current group';
const unclearFate = [500, 502, 503, 504, 524];

/** What stands between n8n and CometAPI answers in its place. */
const strangers = [401, 402, 403, 404, 407, 451].flatMap((status) =>
	[
		{ form: 'a page', body: HTML },
		{ form: 'a plain text', body: `${status} page not found\n` },
		{ form: 'nothing', body: '' },
		{ form: "an ingress' JSON", body: { status, error: 'no route matched', path: '/' } },
		{ form: 'a bare error', body: { error: 'access denied' } },
		{ form: 'a bare message', body: { message: 'Forbidden' } },
		{ form: 'a code that is the status', body: { code: status, message: 'denied' } },
		{ form: "a cloud's JSON", body: { error: { code: status, message: 'x', status: 'DENIED' } } },
	].map(({ form, body }) => ({ name: `${status} as ${form}`, exchange: answered(status, body) })),
);

describe('the answer to a submit', () => {
	test.each([
		{ body: { request_id: ID } },
		{ body: { id: ID } },
		{ body: { code: 'success', message: '', data: { task_id: ID } } },
	])('with an id is accepted: $body', ({ body }) => {
		const accepted = { kind: 'accepted', ids: [ID], raw: body };
		expect(readSubmitAnswer(answered(200, body), NOW)).toEqual(accepted);
		expect(readSubmitAnswer(answered(202, body), NOW)).toEqual(accepted);
	});

	test.each([
		{ name: '400', exchange: answered(400, envelope('bad prompt')), reason: 'badInput' },
		{ name: '401', exchange: answered(401, envelope('no key')), reason: 'unauthorized' },
		{
			name: '403 quota_not_enough',
			exchange: answered(403, envelope('user quota is not enough', 'quota_not_enough')),
			reason: 'noBalance',
		},
		{ name: '403', exchange: answered(403, envelope('not yours')), reason: 'forbidden' },
		{ name: '404 as JSON', exchange: answered(404, envelope('no route')), reason: 'notTheApi' },
		{ name: '404 as a page', exchange: answered(404, HTML), reason: 'notTheApi' },
		{ name: '301', exchange: answered(301, ''), reason: 'notTheApi' },
		{ name: '301 as a page', exchange: answered(301, HTML), reason: 'notTheApi' },
		{ name: '413', exchange: answered(413, ''), reason: 'tooLarge' },
		{ name: '413 as a page', exchange: answered(413, HTML), reason: 'tooLarge' },
		{
			name: '503 model_not_found',
			exchange: answered(503, envelope(NO_CHANNEL, 'model_not_found')),
			reason: 'modelUnavailable',
		},
		{
			name: '503 no available channel, without a code',
			exchange: answered(503, envelope(NO_CHANNEL)),
			reason: 'modelUnavailable',
		},
		{
			name: '500 invalid_request',
			exchange: answered(500, envelope('duration', 'invalid_request')),
			reason: 'badInput',
		},
		{ name: 'DNS', exchange: unanswered('connecting', 'ENOTFOUND'), reason: 'notReached' },
		{
			name: 'no listener',
			exchange: unanswered('connecting', 'ECONNREFUSED'),
			reason: 'notReached',
		},
		{ name: 'blocked by n8n', exchange: unanswered('blocked'), reason: 'blocked' },
	])('$name: refused, $reason', ({ exchange, reason }) => {
		expect(readSubmitAnswer(exchange, NOW)).toMatchObject({
			kind: 'rejected',
			problem: { reason },
		});
	});

	test('429: busy, safe to send again, as late as the server says', () => {
		const body = envelope('slow down');
		expect(readSubmitAnswer(answered(429, body), NOW)).toMatchObject({
			kind: 'rateLimited',
			problem: { reason: 'rateLimited', httpStatus: 429 },
			retryAfterMs: undefined,
		});
		expect(readSubmitAnswer(answered(429, body, { 'retry-after': '7' }), NOW)).toMatchObject({
			kind: 'rateLimited',
			retryAfterMs: 7_000,
		});
	});

	test.each([
		{ said: 'the credits of this key are used up', code: 'insufficient_quota' },
		{ said: 'You exceeded your current quota', code: 'insufficient_user_quota' },
		{ said: 'no words', code: 'insufficient-quota' },
		{ said: 'Your team has used all available credits', code: '' },
		{ said: 'or reached its monthly spending limit', code: 'some-code' },
		{ said: 'Insufficient balance', code: '' },
		{ said: 'the user quota is not enough', code: '' },
		{ said: 'You do not have enough credits to run this task', code: '' },
		{ said: "Your team doesn't have any credits yet", code: '' },
		{ said: 'The account is out of credits', code: '' },
	])('429 for want of credit is told at once: $said, $code', ({ said, code }) => {
		expect(readSubmitAnswer(answered(429, envelope(said, code)), NOW)).toMatchObject({
			kind: 'rejected',
			problem: { reason: 'noBalance', httpStatus: 429 },
		});
	});

	test.each([
		{ said: 'rate limit reached for requests per minute', code: 'insufficient_quota' },
		{ said: 'Rate-limit: 5 requests per minute', code: 'insufficient_user_quota' },
		{ said: 'too many requests', code: 'insufficient_quota' },
		{ said: 'limit of 3 RPM reached', code: 'insufficient_quota' },
		{ said: 'the upstream load is saturated', code: '' },
		{ said: 'parallel task over resource pack limit', code: '1303' },
	])('429 of the rate is sent again: $said, $code', ({ said, code }) => {
		expect(readSubmitAnswer(answered(429, envelope(said, code)), NOW).kind).toBe('rateLimited');
	});

	test.each(strangers)('$name: refused, since it was not CometAPI', ({ exchange }) => {
		expect(readSubmitAnswer(exchange, NOW)).toMatchObject({
			kind: 'rejected',
			problem: { reason: 'notTheApi' },
		});
	});

	const bodies = [
		{ form: 'an envelope', body: envelope('upstream') },
		{ form: 'a page', body: HTML },
		{ form: 'nothing', body: '' },
		{ form: 'a cut text', body: '{"request_id":"4b' },
		{ form: 'task_not_exist', body: { code: 'task_not_exist', message: 'no', data: null } },
		{ form: 'an id', body: { request_id: ID } },
	];
	test.each(unclearFate.flatMap((status) => bodies.map((body) => ({ status, ...body }))))(
		'$status with $form: nobody knows',
		({ status, body }) => {
			expect(readSubmitAnswer(answered(status, body), NOW)).toMatchObject({
				kind: 'outcomeUnknown',
				problem: { httpStatus: status },
			});
		},
	);

	test.each(unclearFate)('%i: server error', (status) => {
		expect(readSubmitAnswer(answered(status, HTML), NOW)).toMatchObject({
			problem: { reason: 'serverError', httpStatus: status },
		});
	});

	test.each([
		{ name: '408, a time-out in words of HTTP', exchange: answered(408, '') },
		{ name: '303, which may lead to the job', exchange: answered(303, '') },
		{ name: '409', exchange: answered(409, envelope('a job is there already', 'conflict')) },
		{
			name: '504 of type invalid_request',
			exchange: answered(504, { error: { message: 'late', type: 'invalid_request' } }),
		},
		{
			name: '503 of code invalid_request',
			exchange: answered(503, envelope('late', 'invalid_request')),
		},
		{ name: '500 no available channel', exchange: answered(500, envelope(NO_CHANNEL)) },
		{
			name: '502 model_not_found',
			exchange: answered(502, envelope(NO_CHANNEL, 'model_not_found')),
		},
		{ name: "503, an ingress' words", exchange: answered(503, NO_CHANNEL) },
	])('$name: nobody knows', ({ exchange }) => {
		const answer = readSubmitAnswer(exchange, NOW);
		expect(answer.kind).toBe('outcomeUnknown');
		expect(answer).not.toMatchObject({ problem: { reason: 'badInput' } });
	});

	test.each(['ECONNRESET', 'ETIMEDOUT', 'ECONNABORTED', 'EPIPE', undefined])(
		'sent, then %s: nobody knows',
		(code) => {
			expect(readSubmitAnswer(unanswered('sent', code), NOW)).toMatchObject({
				kind: 'outcomeUnknown',
				problem: { reason: 'connectionLost', message: `connect ${code}` },
			});
		},
	);

	test.each([
		{ name: 'a page', body: HTML, reason: 'notTheApi' },
		{ name: 'an XHTML page', body: XHTML, reason: 'notTheApi' },
		{ name: 'nothing', body: '', reason: 'unreadable' },
		{ name: 'a cut text', body: '{"request_id":"4b', reason: 'unreadable' },
		{ name: 'no id', body: { request_id: '' }, reason: 'unreadable' },
		{ name: 'an envelope', body: envelope('odd'), reason: 'unreadable' },
	])('200 with $name: nobody knows, $reason', ({ body, reason }) => {
		expect(readSubmitAnswer(answered(200, body), NOW)).toMatchObject({
			kind: 'outcomeUnknown',
			problem: { reason },
		});
	});

	describe('whatever comes', () => {
		const code = fc.oneof(
			fc.constantFrom('', 'quota_not_enough', 'task_not_exist', 'rate_limit_exceeded'),
			fc.constantFrom('do_request_failed', 'bad_response_status_code', 'permission_denied'),
			fc.string(),
		);
		const said = fc.oneof(fc.constantFrom('rate limited', 'task_not_exist', HTML), fc.string());
		const body = fc.oneof(
			fc.record({ error: fc.record({ message: said, type: code, code }) }),
			fc.record({ error: said }),
			fc.record({ code, message: said, data: fc.constant(null) }),
			fc.record({ code, error: said }),
			fc.constantFrom('', HTML, undefined, { request_id: ID }),
			fc.string(),
			fc.jsonValue(),
		);

		test('a 5xx that does not say why it was not accepted leaves the fate open', () => {
			fc.assert(
				fc.property(fc.integer({ min: 500, max: 599 }), body, (status, any) => {
					const told = JSON.stringify(any) ?? '';
					fc.pre(!/model_not_found|invalid_request|no available channel/i.test(told));
					expect(readSubmitAnswer(answered(status, any), NOW).kind).toBe('outcomeUnknown');
				}),
				{ numRuns: 1_000 },
			);
		});

		test('a request that was sent and not answered leaves the fate open', () => {
			fc.assert(
				fc.property(said, (message) => {
					const exchange = { unanswered: { phase: 'sent' as const, message } };
					expect(readSubmitAnswer(exchange, NOW).kind).toBe('outcomeUnknown');
				}),
			);
		});

		test('only a success is accepted, and nothing throws', () => {
			fc.assert(
				fc.property(fc.integer({ min: 100, max: 599 }), body, (status, any) => {
					const { kind } = readSubmitAnswer(answered(status, any), NOW);
					readStatusAnswer(answered(status, any), NOW);
					if (status < 200 || status > 299) expect(kind).not.toBe('accepted');
					if (status > 199 && status < 300)
						expect(['accepted', 'outcomeUnknown', 'rejected']).toContain(kind);
				}),
				{ numRuns: 1_000 },
			);
		});
	});
});

describe('the answer to a status request', () => {
	test('a job comes with the answer as it was', () => {
		const body = { status: 'pending', progress: 24 };
		for (const status of [200, 202]) {
			expect(readStatusAnswer(answered(status, body), NOW)).toMatchObject({
				kind: 'job',
				job: { status: 'pending', progress: 24 },
				raw: body,
			});
		}
	});

	test.each(['', undefined, null])('202 with %j is a pending job', (body) => {
		expect(readStatusAnswer(answered(202, body), NOW)).toMatchObject({
			kind: 'job',
			job: { status: 'pending', statusIsKnown: true },
		});
	});

	test('a failed job is a job, too', () => {
		const body = { status: 'failed', error: { code: 'internal_error', message: 'no' } };
		expect(readStatusAnswer(answered(200, body), NOW)).toMatchObject({
			kind: 'job',
			job: { status: 'failed' },
		});
	});

	test.each([
		{ name: '401', exchange: answered(401, envelope('no key')), reason: 'unauthorized' },
		{
			name: '403 quota_not_enough',
			exchange: answered(403, envelope('quota', 'quota_not_enough')),
			reason: 'noBalance',
		},
		{ name: '403', exchange: answered(403, envelope('not yours')), reason: 'forbidden' },
		{ name: '400', exchange: answered(400, envelope('odd')), reason: 'badInput' },
		{ name: '200, an envelope', exchange: answered(200, envelope('x')), reason: 'unreadable' },
	])('$name: a verdict when it lasts, $reason', ({ exchange, reason }) => {
		expect(readStatusAnswer(exchange, NOW)).toMatchObject({ kind: 'verdict', problem: { reason } });
	});

	test('what n8n blocks, it blocks again', () => {
		const problem = { reason: 'blocked' };
		expect(readStatusAnswer(unanswered('blocked'), NOW)).toMatchObject({
			kind: 'blocked',
			problem,
		});
	});

	test.each([
		{
			name: '400 task_not_exist in an envelope',
			exchange: answered(400, envelope('nothing there', 'task_not_exist')),
		},
		{
			name: '400 task_not_exist as a flat code',
			exchange: answered(400, { code: 'task_not_exist', message: 'no', data: null }),
		},
		{
			name: '400 task_not_exist as the text',
			exchange: answered(400, { error: 'task_not_exist' }),
		},
		{ name: '404 as JSON', exchange: answered(404, envelope('no such id')) },
	])('$name: unknown id', ({ exchange }) => {
		expect(readStatusAnswer(exchange, NOW)).toMatchObject({
			kind: 'unknownId',
			problem: { reason: 'unknownId' },
		});
	});

	test.each([
		{ name: '301', exchange: answered(301, ''), reason: 'notTheApi' },
		{ name: '404 as a page', exchange: answered(404, HTML), reason: 'notTheApi' },
		{ name: '200 as a page', exchange: answered(200, HTML), reason: 'notTheApi' },
		{ name: '200 with nothing', exchange: answered(200, ''), reason: 'unreadable' },
		{ name: '200, cut', exchange: answered(200, '{"status":"do'), reason: 'unreadable' },
		{ name: '413', exchange: answered(413, ''), reason: 'tooLarge' },
		{ name: '429', exchange: answered(429, envelope('slow')), reason: 'rateLimited' },
		{ name: '500', exchange: answered(500, envelope('oops')), reason: 'serverError' },
		{ name: '502 as a page', exchange: answered(502, HTML), reason: 'serverError' },
		{ name: '503 with nothing', exchange: answered(503, ''), reason: 'serverError' },
		{ name: '504', exchange: answered(504, HTML), reason: 'serverError' },
		{ name: '524', exchange: answered(524, HTML), reason: 'serverError' },
		{ name: 'a reset', exchange: unanswered('sent', 'ECONNRESET'), reason: 'connectionLost' },
		{ name: 'a time-out', exchange: unanswered('sent', 'ETIMEDOUT'), reason: 'connectionLost' },
		{ name: 'DNS', exchange: unanswered('connecting', 'EAI_AGAIN'), reason: 'notReached' },
	])('$name says nothing about the job: $reason', ({ exchange, reason }) => {
		expect(readStatusAnswer(exchange, NOW)).toMatchObject({ kind: 'unclear', problem: { reason } });
	});

	test.each(strangers)('$name is an outage', ({ exchange }) => {
		expect(readStatusAnswer(exchange, NOW)).toMatchObject({
			kind: 'unclear',
			problem: { reason: 'notTheApi' },
		});
	});

	test('a bare error counts with the mark of CometAPI', () => {
		const headers = { 'x-cometapi-request-id': 'abc' };
		const body = { error: 'access denied' };
		expect(readStatusAnswer(answered(403, body, headers), NOW).kind).toBe('verdict');
		expect(readStatusAnswer(answered(403, HTML, headers), NOW).kind).toBe('unclear');
	});

	test('429 for want of credit is a verdict when it lasts', () => {
		const exchange = answered(429, envelope('used up', 'insufficient_quota'));
		expect(readStatusAnswer(exchange, NOW).kind).toBe('verdict');
	});

	describe.each([400, 410, 422])('moderation told as HTTP %i', (status) => {
		const usage = { cost_in_usd_ticks: 500_000_000 };
		test.each([
			{ code: 'imagine:content-moderated', message: 'no', body: (f: Flat) => ({ ...f, usage }) },
			{
				code: 'content_policy_violation',
				message: 'no',
				body: ({ code, error }: Flat) => ({ error: { code, message: error, type: 'x' }, usage }),
			},
		])('$code is a failed job with reason, usage and cost', ({ code, message, body }) => {
			const raw = body({ code, error: message });
			expect(readStatusAnswer(answered(status, raw), NOW)).toEqual({
				kind: 'job',
				raw,
				job: expect.objectContaining({
					status: 'failed',
					statusIsKnown: true,
					providerStatus: undefined,
					failure: { code, message },
					usage,
					providerCostUsd: 0.05,
				}),
			});
		});

		test.each([
			{ name: 'task_not_exist', body: { code: 'task_not_exist', message: 'no', data: null } },
			{ name: 'no code', body: envelope('odd') },
			{ name: 'no text', body: { code: 'odd' } },
			{ name: 'a page', body: HTML },
			{ name: 'a plain text', body: 'imagine:content-moderated' },
			{ name: 'a code that is the status', body: { code: status, message: 'Bad Request' } },
		])('is none with $name', ({ body }) => {
			expect(readStatusAnswer(answered(status, body), NOW).kind).not.toBe('job');
		});
	});

	test.each([429, 503])('%i with Retry-After says when to ask again', (status) => {
		const exchange = answered(status, '', { 'retry-after': '20' });
		expect(readStatusAnswer(exchange, NOW)).toMatchObject({
			kind: 'unclear',
			retryAfterMs: 20_000,
		});
	});
});

describe("the server's own words are kept", () => {
	test.each([
		{
			form: '{error:{message}}',
			body: envelope('bad prompt'),
			message: 'bad prompt (request id: 2026)',
		},
		{ form: '{error}', body: { error: 'bad prompt' }, message: 'bad prompt' },
		{
			form: '{code,message,data}',
			body: { code: 'x', message: 'bad prompt', data: null },
			message: 'bad prompt',
		},
		{ form: '{code,error}', body: { code: 'x', error: 'bad prompt' }, message: 'bad prompt' },
		{ form: '{msg}', body: { code: 'x', msg: 'bad prompt' }, message: 'bad prompt' },
		{ form: '{error:{msg}}', body: { error: { msg: 'bad prompt' } }, message: 'bad prompt' },
		{ form: '{detail}', body: { detail: 'bad prompt' }, message: 'bad prompt' },
		{
			form: '{detail:[]}',
			body: { detail: [{ loc: ['body'], msg: 'bad prompt' }, { msg: 'bad size' }, 7] },
			message: 'bad prompt; bad size',
		},
		{ form: '{errors:[]}', body: { errors: ['bad prompt'] }, message: 'bad prompt' },
		{
			form: '{errors:[{message}]}',
			body: { errors: [{ message: 'bad prompt' }] },
			message: 'bad prompt',
		},
		{ form: 'a plain text', body: ' bad prompt\n', message: 'bad prompt' },
		{ form: 'nothing', body: '', message: undefined },
	])('$form', ({ body, message }) => {
		const problem = { reason: 'badInput', httpStatus: 400, message };
		expect(readSubmitAnswer(answered(400, body), NOW)).toMatchObject({ kind: 'rejected', problem });
	});

	test('of a page nothing is shown', () => {
		expect(readSubmitAnswer(answered(400, HTML), NOW)).toEqual({
			kind: 'rejected',
			problem: { reason: 'notTheApi', httpStatus: 400, message: undefined },
		});
	});

	test.each(['x', '😀'])('but no more than 500 characters of them: %s', (character) => {
		const words = `${character === 'x' ? '' : 'y'}${character.repeat(10_000)}`;
		for (const body of [words, envelope(words), { detail: [{ msg: words }] }]) {
			const { problem } = readSubmitAnswer(answered(200, body), NOW) as { problem: ApiProblem };
			expect(problem.message?.length).toBeLessThanOrEqual(500);
			expect(problem.message?.length).toBeGreaterThan(450);
			expect(problem.message).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
		}
	});

	test('of an answer without words, a piece of it', () => {
		for (const body of [{ odd: [1, 2] }, '{"request_id":"4b2c']) {
			expect(readSubmitAnswer(answered(200, body), NOW)).toMatchObject({
				problem: { reason: 'unreadable', message: expect.stringMatching(/odd|4b2c/) },
			});
		}
	});

	test("with the number that CometAPI's support asks for", () => {
		const headers = { 'x-cometapi-request-id': 'abc' };
		expect(readSubmitAnswer(answered(500, '', headers), NOW)).toMatchObject({
			problem: { supportId: 'abc' },
		});
	});

	test('and a problem can be kept with the execution', () => {
		const { problem } = readSubmitAnswer(
			answered(500, envelope('x'), { 'x-cometapi-request-id': 'abc' }),
			NOW,
		) as { problem: ApiProblem };
		expect(JSON.parse(JSON.stringify(problem))).toEqual(problem);
	});
});

describe('Retry-After', () => {
	test.each([
		{ value: '0', ms: 0 },
		{ value: '7', ms: 7_000 },
		{ value: ' 40 ', ms: 40_000 },
		{ value: '3600', ms: 60_000 },
		{ value: '9'.repeat(400), ms: 60_000 },
		{ value: 'Thu, 12 Mar 2026 09:00:00 GMT', ms: 60_000 },
		{ value: 'Thu, 12 Mar 2026 08:00:30 GMT', ms: 30_000 },
		{ value: 'Thursday, 12-Mar-26 08:00:30 GMT', ms: 30_000 },
		{ value: 'Thu, 12 Mar 2026 07:59:30 GMT', ms: 0 },
		{ value: 'Wed, 21 Oct 2015 07:28:00 GMT', ms: 0 },
		{ value: '', ms: undefined },
		{ value: 'soon', ms: undefined },
		{ value: '10s', ms: undefined },
		{ value: 'NaN', ms: undefined },
		{ value: '-5', ms: undefined },
		{ value: 'retry 1', ms: undefined },
		{ value: undefined, ms: undefined },
		{ value: null, ms: undefined },
		{ value: {}, ms: undefined },
	])('$value is $ms ms', ({ value, ms }) => {
		expect(readRetryAfter({ 'retry-after': value }, NOW)).toBe(ms);
	});

	test('absent', () => {
		expect(readRetryAfter({}, NOW)).toBeUndefined();
	});

	test('is never negative, NaN or longer than a minute', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.date().map(String)), (value) => {
				const ms = readRetryAfter({ 'retry-after': value }, NOW);
				expect(ms ?? 0).toBeGreaterThanOrEqual(0);
				expect(ms ?? 0).toBeLessThanOrEqual(60_000);
			}),
		);
	});
});

test.each([
	['permission-denied', 'permission_denied'],
	['imagine:content-moderated', 'content_moderated'],
	['Service-Unavailable', 'service_unavailable'],
	['internal_error', 'internal_error'],
	['', ''],
])('the code %s is compared as %s', (code, bare) => {
	expect(bareCode(code)).toBe(bare);
});
