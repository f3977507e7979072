/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import type { INode, INodeProperties } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { CometApiVideoApi } from '../../credentials/CometApiVideoApi.credentials';
import { countWords, MOST_WORDS } from '../harness/words';
import { CometApiVideo } from '../../nodes/CometApiVideo/CometApiVideo.node';
import {
	InputError,
	downloadFailed,
	outcomeUnknown,
	noPlaceFree,
	notAccepted,
	notAllStarted,
	notFinishedInTime,
	statusRefused,
	stopped,
	stoppedWhileSubmitting,
	toFields,
	tooManyVideos,
	toNodeError,
	unexpected,
	VideoError,
	StoppedError,
	videoFailed as videoFailedFor,
	videoNotLocated,
} from '../../nodes/CometApiVideo/errors';
import { klingApi } from '../../nodes/CometApiVideo/resources/kling/fields';
import { videoApi } from '../../nodes/CometApiVideo/resources/video/models';
import {
	blocked,
	brokenOff,
	cutOff,
	judgeAnswer,
	notStored,
	tooLarge,
} from '../../nodes/CometApiVideo/files/videoFile';
import type { ApiProblem, ProblemReason } from '../../nodes/CometApiVideo/answers/problem';
import { causeOf, mayBeRemade } from '../../nodes/CometApiVideo/answers/failures';
import {
	EXPIRED,
	NO_REASON,
	NO_VIDEO,
	WITHHELD,
	type JobStatus,
	type VideoJob,
	type WaitFacts,
} from '../../nodes/CometApiVideo/video';

const ID = '4b2c0000-0000-4000-8000-000000000000';
const SAID = 'Das Modell ist heute müde';

/** Every reason, and where its advice must lead. */
const REASONS: Record<ProblemReason, { leadsTo: RegExp; httpStatus?: number }> = {
	badInput: { leadsTo: /parameter/i, httpStatus: 400 },
	unauthorized: { leadsTo: /credential/, httpStatus: 401 },
	noBalance: { leadsTo: /top up/i, httpStatus: 403 },
	forbidden: { leadsTo: /console/, httpStatus: 403 },
	notTheApi: { leadsTo: /'Base URL' in the credential/, httpStatus: 301 },
	tooLarge: { leadsTo: /smaller/, httpStatus: 413 },
	rateLimited: { leadsTo: /later/, httpStatus: 429 },
	modelUnavailable: { leadsTo: /'Model'/, httpStatus: 503 },
	unknownId: { leadsTo: /'Resource'/, httpStatus: 404 },
	serverError: { leadsTo: /later/, httpStatus: 502 },
	unreadable: { leadsTo: /later/, httpStatus: 200 },
	notReached: { leadsTo: /network/ },
	credentialUnread: { leadsTo: /later/ },
	blocked: { leadsTo: /^.*Ask whoever runs your n8n.*allowed domains/ },
	connectionLost: { leadsTo: /later/ },
};

const problems = Object.entries(REASONS).map(([name, { leadsTo, httpStatus }]) => {
	const reason = name as ProblemReason;
	const problem: ApiProblem = { reason, httpStatus, message: SAID };
	return { reason, leadsTo, httpStatus, problem };
});

const job = (status: JobStatus, code?: string): VideoJob => ({
	status,
	providerStatus: 'FAILURE',
	statusIsKnown: true,
	isNamed: true,
	...(code !== undefined && { failure: { code, message: SAID } }),
});

const videoFailed = (given: { requestId: string; job: VideoJob; wait?: WaitFacts }) =>
	videoFailedFor(given, causeOf(given.job));

const TROUBLESHOOTING = readFileSync('docs/troubleshooting.md', 'utf8');
const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as { homepage: string };

function withoutNumbers(text: string): string {
	return text.replaceAll(/\d+/g, '0');
}

const facts = { requestId: ID };
const PENDING = { ...job('pending'), providerStatus: 'IN_PROGRESS' };
const MODERATED = job('failed', 'moderation');
const CODES = [
	'moderation',
	'invalid_argument',
	'permission_denied',
	'failed_precondition',
	'service_unavailable',
	'internal_error',
	'no_video',
	'unknown',
];

const withId = [
	...problems.map(({ reason, problem }) => ({
		name: `statusRefused, ${reason}`,
		error: statusRefused(problem, facts),
	})),
	...problems.map(({ reason, problem }) => ({
		name: `notFinishedInTime, ${reason}`,
		error: notFinishedInTime(problem, 900, facts),
	})),
	{ name: 'notFinishedInTime', error: notFinishedInTime(undefined, 900, facts) },
	{
		name: 'notFinishedInTime, IN_PROGRESS',
		error: notFinishedInTime(undefined, 900, { ...facts, job: PENDING }),
	},
	...CODES.map((code) => ({
		name: `videoFailed, ${code}`,
		error: videoFailed({ ...facts, job: job('failed', code) }),
	})),
	{
		name: 'videoFailed, expired',
		error: videoFailed({ ...facts, job: job('expired', 'expired') }),
	},
	{ name: 'stopped', error: stopped({ requestId: ID }) },
	{ name: 'unexpected', error: unexpected(new Error(SAID), { requestId: ID }) },
];

const withoutId = [
	...problems.map(({ reason, problem }) => ({
		name: `notAccepted, ${reason}`,
		error: notAccepted(problem, 1_000),
	})),
	...problems.map(({ reason, problem }) => ({
		name: `outcomeUnknown, ${reason}`,
		error: outcomeUnknown(problem),
	})),
	{ name: 'outcomeUnknown', error: outcomeUnknown() },
	{ name: 'noPlaceFree', error: noPlaceFree({ reason: 'rateLimited', message: SAID }, 900) },
	{ name: 'stopped before anything was sent', error: stopped() },
	{ name: 'tooManyVideos', error: tooManyVideos(3, 2, 2) },
	{ name: 'notAllStarted', error: notAllStarted(2, 3) },
	{ name: 'stoppedWhileSubmitting', error: stoppedWhileSubmitting() },
	{ name: 'unexpected before anything was sent', error: unexpected(new Error(SAID)) },
];

/** Advice that others than errors.ts give. */
const FILE = { ...facts, url: 'https://example.com/video.mp4' };
const PAGE = { statusCode: 200, headers: {}, body: 'Hi', head: Buffer.from('Hi') };
const GONE = { ...PAGE, statusCode: 410 };
const ofOthers = [
	...[tooLarge, brokenOff('x'), blocked('x'), notStored('x'), cutOff(1)],
	...[judgeAnswer(PAGE, false), judgeAnswer(PAGE, true), judgeAnswer(GONE, false)],
].map((problem) => downloadFailed(problem, FILE));
const said = (message: string): ApiProblem => ({ reason: 'badInput', message });
const UNKNOWN: ApiProblem = { reason: 'unknownId' };
const ofFamilies = [
	notAccepted(said('x'), 1, videoApi.adviceFor?.(said('unsupported relay mode'))),
	notAccepted(said('x'), 1, videoApi.adviceFor?.(said('field required: reference_urls'))),
	statusRefused(UNKNOWN, { ...facts, isSubmitter: false }, klingApi.adviceFor?.(UNKNOWN)),
];

test.each([...ofOthers, ...ofFamilies])('advice of others is short, too: $advice', (error) => {
	expect(countWords(`${error.message} ${error.advice}`)).toBeLessThanOrEqual(MOST_WORDS);
});

/** The name of every parameter, as the user sees it. */
function namesOf(properties: INodeProperties[]): string[] {
	return properties.flatMap(({ displayName, options = [] }) => [
		displayName,
		...namesOf(options.filter((option) => 'displayName' in option && 'type' in option)),
	]);
}

const PARAMETERS = [
	...new Set([
		...namesOf(new CometApiVideo().description.properties),
		...namesOf(new CometApiVideoApi().properties),
	]),
];

describe.each([...withId, ...withoutId])('$name', ({ error }) => {
	const own = (text: string) => text.replaceAll(SAID, '');

	test('says what happened and what to do', () => {
		expect(error).toBeInstanceOf(VideoError);
		expect(error.message).toMatch(/^\p{Alphabetic}.{10}/u);
		expect(error.description).toMatch(/^\p{Alphabetic}.{10}.*[.!?]$/su);
		expect(`${error.message} ${error.description}`).not.toMatch(/undefined|null|NaN|\[object/);
	});

	test('is short: what happened, the money, what to do', () => {
		expect(countWords(`${error.message} ${error.advice}`)).toBeLessThanOrEqual(MOST_WORDS);
	});

	test("has the advice before others' words, IDs and addresses", () => {
		expect(error.advice).not.toMatch(new RegExp(`${SAID}|${ID}`));
	});

	test("avoids the words that n8n's reviewers avoid", () => {
		// A defect of the node is called what it is.
		const text = own(`${error.message} ${error.description}`).replace('Unexpected error in', '');
		expect(text).not.toMatch(/\b(error|problem|failure|mistake)s?\b/i);
	});

	test('has parameter names in single quotes', () => {
		const text = own(`${error.message} ${error.description}`).replace(/(?<!\w)'[^']+'/g, '');
		const bare = PARAMETERS.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
		expect(bare).toEqual([]);
	});
});

test('the names of parameters are found in the descriptions of node and credential', () => {
	expect(PARAMETERS).toEqual(expect.arrayContaining(['Prompt', 'Max Wait', 'API Key']));
});

test.each(withId)('$name: the request id is in the message and in the facts', ({ error }) => {
	expect(error.message).toContain(ID);
	expect(error.facts.requestId).toBe(ID);
});

describe.each(problems)('$reason', ({ problem, leadsTo, httpStatus }) => {
	const errors = {
		notAccepted: notAccepted(problem, 1_000),
		statusRefused: statusRefused(problem, facts),
	};

	test('of a submit and of a status request leads to the way out', () => {
		expect(errors.notAccepted.description).toMatch(leadsTo);
		// What a status check sends is nothing that the user could change.
		const isOfSubmit = ['badInput', 'tooLarge', 'modelUnavailable'].includes(problem.reason);
		expect(errors.statusRefused.description).toMatch(isOfSubmit ? /later/ : leadsTo);
	});

	test("keeps the server's words and its HTTP status", () => {
		const all = [
			...Object.values(errors),
			outcomeUnknown(problem),
			notFinishedInTime(problem, 900, facts),
		];
		for (const error of all) {
			expect(error.description).toContain(SAID);
			expect(error.facts.httpStatus).toBe(httpStatus);
		}
	});

	test("keeps the number that CometAPI's support asks for, and shows the video's ID alone", () => {
		const known = { ...problem, supportId: 'abc-123' };
		for (const error of [
			notAccepted(known, 1_000),
			statusRefused(known, facts),
			outcomeUnknown(known),
			notFinishedInTime(known, 900, facts),
		]) {
			expect(error.facts.supportId).toBe('abc-123');
			expect(`${error.message} ${error.description}`).not.toContain('abc-123');
		}
	});

	test('needs no words of a server', () => {
		const silent = { reason: problem.reason };
		expect(notAccepted(silent, 1_000).details).toBe('');
		expect(statusRefused(silent, facts).details).toBe('');
	});
});

describe('money', () => {
	test.each(problems)('a submit that was not accepted owes nothing: $reason', ({ problem }) => {
		expect(notAccepted(problem, 1_000).description).toMatch(/You were not charged/);
	});

	test('a submit of unknown fate says where to look and that it is not sent again', () => {
		for (const error of [outcomeUnknown(), outcomeUnknown({ reason: 'connectionLost' })]) {
			expect(error.message).toMatch(/unclear whether/);
			expect(error.description).toMatch(/not sent again/);
			expect(error.description).toContain("CometAPI's usage log");
			expect(error.description).toContain('Get Status');
		}
	});

	test('a page in answer to a submit points to the base URL', () => {
		expect(outcomeUnknown({ reason: 'notTheApi' }).description).toContain("'Base URL'");
	});

	test.each([
		{ name: 'the deadline', error: notFinishedInTime(undefined, 900, facts) },
		{ name: 'Stop', error: stopped({ requestId: ID }) },
		{ name: 'no access', error: statusRefused({ reason: 'unauthorized' }, facts) },
		{ name: 'a defect', error: unexpected(new Error('odd'), { requestId: ID }) },
	])('after $name the way to go on without paying again is told', ({ error }) => {
		expect(error.description).toContain('Get Status with this ID');
	});

	test('Stop says whether the video is still being made', () => {
		const finished = stopped({ ...facts, job: job('done') });
		expect(finished.description).toContain('The video is finished.');
		expect(toFields(finished)).toMatchObject({ status: 'done' });
		expect(stopped(facts).description).toContain('goes on making');
		expect(toFields(stopped(facts))).toMatchObject({ status: 'pending' });
	});

	test('an id that is not known has no way to go on', () => {
		const { description } = statusRefused({ reason: 'unknownId' }, facts);
		expect(description).not.toContain('Get Status');
	});

	test('an ID that this node was given is paid for, and no field is to be checked', () => {
		const problem: ApiProblem = { reason: 'unknownId' };
		const way = { isSubmitter: true, toFind: 'Look under From an Image.' };
		const { description } = statusRefused(problem, { ...facts, ...way }, 'Check a field.');
		expect(description).toContain('is paid for');
		expect(description).toContain('Get Status');
		expect(description).toContain('Look under From an Image.');
		expect(description).not.toMatch(/'Request ID'|Check a field/);
	});

	describe('Get Status, which only asks,', () => {
		const asked = { ...facts, isSubmitter: false };

		test.each(['expired', 'internal_error', 'unknown'])('makes no new video: %s', (code) => {
			const failed = { ...job(code === 'expired' ? 'expired' : 'failed', code) };
			const { description } = videoFailed({ ...asked, job: failed });
			expect(description).toContain('run the node that submitted it, which pays again');
			expect(description).not.toMatch(/Executions > Retry/i);
		});

		test.each([
			['Stop', stopped(asked)],
			['a defect', unexpected(new Error('odd'), asked)],
		])('says after %s that nothing is known, and that asking is free', (_name, error) => {
			expect(toFields(error)).toEqual({ request_id: ID, status: 'unknown' });
			expect(error.description).toContain('free');
			expect(error.description).not.toMatch(/is paid for|goes on making/);
		});

		test('says that a video is generated only when an answer has told it', () => {
			const unseen = notFinishedInTime({ reason: 'serverError' }, 900, asked);
			expect(unseen.description).not.toContain('is paid for');
			const seen = notFinishedInTime(undefined, 900, { ...asked, job: PENDING });
			expect(seen.description).toContain('is paid for');
			for (const { description } of [unseen, seen]) {
				expect(description).not.toContain('Execute step');
			}
		});
	});
});

describe('numbers and words that belong to the case', () => {
	test('the size of a request that was too large', () => {
		const { description } = notAccepted({ reason: 'tooLarge', httpStatus: 413 }, 12_345_678);
		expect(description).toContain('12.3 MB');
	});

	test('the seconds of a wait', () => {
		expect(notFinishedInTime(undefined, 42, facts).message).toContain('42 seconds');
		expect(noPlaceFree({ reason: 'rateLimited' }, 42).message).toContain('42 seconds');
	});

	test('the last status before the deadline, or the problem since', () => {
		const known = { ...facts, job: PENDING };
		expect(notFinishedInTime(undefined, 900, known).description).toContain('IN_PROGRESS');
		const lost = notFinishedInTime({ reason: 'connectionLost', message: SAID }, 900, known);
		expect(lost.description).toContain('connection');
		expect(lost.description).toContain(SAID);
	});

	test("the provider's code and words of a video that could not be made", () => {
		for (const code of CODES) {
			const { description } = videoFailed({ ...facts, job: job('failed', code) });
			expect(description).toContain(SAID);
			expect(description.includes(`(${code})`)).toBe(!['unknown', 'moderation'].includes(code));
		}
	});

	test('what went wrong unexpectedly', () => {
		expect(unexpected('x').advice).toContain(`Please report it: ${PACKAGE.homepage}`);
		expect(unexpected(new Error('x is not a function')).description).toContain('not a function');
		expect(unexpected('just a text').description).toContain('just a text');
	});

	test('the facts go along for the item that continues', () => {
		const wait = { seconds: 12.3, polls: 4, timed_out: false };
		const given = { requestId: ID, job: MODERATED, wait };
		expect(videoFailed(given).facts).toEqual(given);
		const problem: ApiProblem = { reason: 'unauthorized', httpStatus: 401 };
		expect(statusRefused(problem, { ...facts, wait }).facts).toMatchObject({ ...facts, wait });
	});
});

describe("CometAPI's words", () => {
	const IN_WORDS = `${SAID} (request id: 2026)`;

	test("lose the ID in them, which is kept for the support, as it is not the video's", () => {
		const failed = { ...job('failed'), failure: { code: 'odd', message: IN_WORDS } };
		const problem: ApiProblem = { reason: 'badInput', httpStatus: 400, message: IN_WORDS };
		for (const error of [
			notAccepted(problem, 1_000),
			statusRefused(problem, facts),
			videoFailed({ ...facts, job: failed }),
		]) {
			expect(error.description).toContain(`: ${SAID}.`);
			expect(error.description).not.toMatch(/request id:|2026/i);
			expect(error.facts.supportId).toBe('2026');
		}
	});

	test.each([NO_REASON, NO_VIDEO, WITHHELD, EXPIRED])(
		'are not what this node says for itself: $message',
		(failure) => {
			const status = failure === EXPIRED ? 'expired' : 'failed';
			const { description } = videoFailed({ ...facts, job: { ...job(status), failure } });
			expect(description).not.toContain('CometAPI:');
		},
	);
});

describe('the cause of a failure', () => {
	test.each([
		{ status: 'failed', code: 'service_unavailable', own: true },
		{ status: 'failed', code: 'internal_error', own: true },
		{ status: 'expired', code: 'expired', own: true },
		{ status: 'expired', code: 'unknown', own: true },
		{ status: 'failed', code: 'invalid_argument', own: false },
		{ status: 'failed', code: 'moderation', own: false },
		{ status: 'failed', code: 'permission_denied', own: false },
		{ status: 'failed', code: 'unknown', own: false },
		{ status: 'failed', code: 'service-unavailable', own: true },
		{ status: 'failed', code: 'imagine:internal-error', own: true },
		{ status: 'failed', code: 'permission-denied', own: false },
		{ status: 'done', code: undefined, own: false },
		{ status: 'pending', code: undefined, own: false },
	] as const)("$status, $code: the provider's is $own", ({ status, code, own }) => {
		expect(mayBeRemade(job(status, code))).toBe(own);
		// Such an answer may be about another job, or about the exchange.
		expect(mayBeRemade({ ...job(status, code), isNamed: false })).toBe(false);
	});

	test.each(['service_unavailable', 'internal_error'])(
		'%s: a retry makes a new video, and that is said',
		(code) => {
			const { description } = videoFailed({ ...facts, job: job('failed', code) });
			expect(description).toMatch(/Executions > Retry makes a new video/);
		},
	);

	test.each([
		['unknown', 'the prompt was rejected by moderation', 'moderation'],
		['unknown', 'this violates our content policy', 'moderation'],
		['http_error', 'blocked by the safety system', 'moderation'],
		['internal_error', 'the moderation service is down', 'provider'],
		['unknown', 'the disk is full', 'other'],
	])('of a failure %s, "%s": %s', (code, message, cause) => {
		const failure = { code, message };
		expect(causeOf({ status: 'failed', providerStatus: 'failed', isNamed: true, failure })).toBe(
			cause,
		);
	});

	test('a video that is done is not made anew, and nobody is told to', () => {
		const { message, description } = videoNotLocated({ ...facts, job: job('pending') });
		expect(message).toContain('The video is finished');
		expect(description).toContain('Get Status');
		expect(description).not.toMatch(/another video|new (video|execution)/);
	});

	test.each([
		'moderation',
		'invalid_argument',
		'permission_denied',
		'permission-denied',
		'failed-precondition',
		'imagine:content-moderated',
		'content_policy_violation',
	])('%s: the video was refused, and the prompt is to be changed', (code) => {
		const { message, description } = videoFailed({ ...facts, job: job('failed', code) });
		expect(message).toContain('refused');
		expect(description).toMatch(/may have been charged. Change the prompt/);
	});
});

describe('the error as n8n shows it', () => {
	const node: INode = {
		id: '1',
		name: 'Video',
		type: 'n8n-nodes-cometapi-video.cometApiVideo',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const place = { itemIndex: 2, runIndex: 1 };
	const OTHERS = [
		{ itemIndex: 3, requestId: 'second' },
		{ itemIndex: 5, requestId: 'third' },
	];

	test.each([...withId, ...withoutId])('keeps message and description: $name', ({ error }) => {
		const shown = toNodeError(node, error, place, 1, []);
		expect(shown).toBeInstanceOf(NodeApiError);
		expect(shown.message).toBe(error.message);
		expect(shown.description).toBe(error.description);
		expect(shown.context).toMatchObject(place);
	});

	test.each([400, 401, 403, 404, 413, 429, 500, 502, 503, 504])(
		'keeps message and description for HTTP %i',
		(httpStatus) => {
			const message = 'connect ECONNREFUSED 127.0.0.1:80';
			const error = notAccepted({ reason: 'badInput', httpStatus, message }, 1_000);
			const shown = toNodeError(node, error, place, 1, []);
			expect(shown.message).toBe(error.message);
			expect(shown.description).toBe(error.description);
			expect(shown.httpCode).toBe(String(httpStatus));
		},
	);

	test.each([...withId, ...withoutId])('is explained in the documents: $name', ({ error }) => {
		const [happened = ''] = error.message.split(' [request ID');
		expect(withoutNumbers(TROUBLESHOOTING)).toContain(withoutNumbers(happened));
	});

	test("is one line of n8n's log, whatever a value has in it", () => {
		const value = 'a\nCometAPI accepted a video: b\r\nc\u2028d\u2029e\u0085f\u001b[2J';
		const shown = toNodeError(
			node,
			new InputError(`'Model' ${value} is unknown`, ''),
			place,
			1,
			[],
		);
		expect(shown.message).toBe("'Model' a CometAPI accepted a video: b c d e f [2J is unknown");
	});

	test('says which of several items it is about', () => {
		const shown = toNodeError(node, stopped({ requestId: ID }), place, 9, []);
		expect(shown.message).toBe(
			`${stopped({ requestId: ID }).message} [item ${place.itemIndex + 1} of 9]`,
		);
	});

	test('names the other videos of the run, whose items n8n drops', () => {
		const error = notFinishedInTime(undefined, 900, facts);
		const shown = toNodeError(node, error, place, 9, OTHERS);
		expect(shown.description).toMatch(/IDs of the other videos: item 4: second, item 6: third\.$/);
		expect(shown.description).toContain(
			'Your other 2 videos are safe: Executions > Retry gets them.',
		);
		expect(shown.description).toContain('Retry with currently saved workflow');
		expect(shown.description).toContain(error.advice);
		const [, added = ''] = shown.description?.split(error.advice) ?? [];
		expect(countWords(added.split('IDs of')[0] ?? '')).toBeLessThanOrEqual(MOST_WORDS);
	});

	test('names at most twenty other videos', () => {
		const many = Array.from({ length: 49 }, (_, itemIndex) => ({
			itemIndex,
			requestId: `id-${itemIndex}`,
		}));
		const { description } = toNodeError(
			node,
			notFinishedInTime(undefined, 900, facts),
			place,
			50,
			many,
		);
		expect(description?.match(/item \d+: id-/g)).toHaveLength(20);
		expect(description).toContain("and 29 more, which are in n8n's log");
	});

	test('lists what is known under its details', () => {
		const problem: ApiProblem = { reason: 'unauthorized', httpStatus: 401, supportId: 'abc' };
		const refused = toNodeError(node, statusRefused(problem, facts), place, 9, []);
		expect(refused.httpCode).toBe('401');
		expect(refused.context.data).toEqual({
			request_id: ID,
			status: 'pending',
			http_status: 401,
			support_id: 'abc',
		});
		const failed = toNodeError(node, videoFailed({ ...facts, job: MODERATED }), place, 9, []);
		expect(failed.context.data).toEqual({
			request_id: ID,
			status: 'failed',
			failure: { code: 'moderation', message: SAID },
		});
		expect(toNodeError(node, stopped(), place, 9, []).context.data).toBeUndefined();
	});

	test.each([stopped({ requestId: ID }), stopped(), stoppedWhileSubmitting()])(
		'promises no retry after Stop, since n8n offers none: $message',
		(error) => {
			expect(error).toBeInstanceOf(StoppedError);
			const shown = toNodeError(node, error, place, 9, OTHERS);
			expect(shown.description).toContain('item 4: second, item 6: third.');
			expect(shown.description).not.toMatch(/retry/i);
		},
	);
});
