/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { contentPathOf } from '../../../nodes/CometApiVideo/answers/contentAddress';
import { readStatusAnswer } from '../../../nodes/CometApiVideo/answers/statusAnswer';
import { Clock } from '../../../nodes/CometApiVideo/clock';
import { pollUntilDone, type PollDeps } from '../../../nodes/CometApiVideo/polling/pollUntilDone';
import {
	DONE,
	ENDED,
	LASTING,
	OWN_CONTENT,
	PASSING,
	PASSING_WITH_ID,
} from '../../engine/answerForms.ts';
import { virtualClock } from '../../bench/virtualTime.ts';
import type { JobView } from '../../simulator/jobView.ts';
import { klingStatusBody, KLING_SHAPE_NAMES } from '../../simulator/kling/klingShapes.ts';
import { makersStatusAnswer, MAKERS_SHAPE_NAMES } from '../../simulator/makersShapes.ts';
import { SHAPE_NAMES, statusAnswer } from '../../simulator/grok/grokShapes.ts';
import { videoStatusAnswer, VIDEO_SHAPE_NAMES } from '../../simulator/video/videoShapes.ts';

const ID = 'job-7';
const BASE = 'https://api.example';
const VIDEO_URL = 'https://media.example/job-7.mp4';

/** Shapes whose failure is an error without a word for the state. */
const WITHOUT_STATE = ['video okError', 'grok bareUrl'];

const VIEW: JobView = {
	...{ requestId: ID, model: 'm', state: 'pending', elapsed: 0.5, progress: 40 },
	...{ videoUrl: VIDEO_URL, videoSeconds: 5, moderatedUrl: 'empty', usd: 0.1 },
	error: { code: 'invalid_argument', message: 'The prompt is too rude' },
	...{ words: {}, submitTime: 1, finishTime: 0 },
};

type Answer = { httpStatus: number; body?: unknown };

/** Every shape that the simulator plays, of every family and of the makers behind CometAPI. */
const SHAPES: Array<[string, (view: JobView) => Answer]> = [
	...SHAPE_NAMES.map((shape): [string, (view: JobView) => Answer] => [
		`grok ${shape}`,
		(view) => statusAnswer(shape, view),
	]),
	...VIDEO_SHAPE_NAMES.map((shape): [string, (view: JobView) => Answer] => [
		`video ${shape}`,
		(view) => videoStatusAnswer(shape, view),
	]),
	...KLING_SHAPE_NAMES.map((shape): [string, (view: JobView) => Answer] => [
		`kling ${shape}`,
		(view) => ({ httpStatus: 200, body: klingStatusBody(shape, view) }),
	]),
	...MAKERS_SHAPE_NAMES.map((shape): [string, (view: JobView) => Answer] => [
		shape,
		(view) => makersStatusAnswer(shape, view),
	]),
];

const asSent = (body: unknown): unknown =>
	body === undefined ? undefined : JSON.parse(JSON.stringify(body));

const read = ({ httpStatus, body }: Answer) =>
	readStatusAnswer({ answer: { statusCode: httpStatus, headers: {}, body: asSent(body) } }, ID, 0);

describe.each(SHAPES)('the shape %s', (name, tell) => {
	test('tells a job that runs, whatever its progress', () => {
		for (const elapsed of [0, 0.05, 0.5, 0.99]) {
			const answer = read(tell({ ...VIEW, elapsed, progress: Math.round(elapsed * 100) }));
			expect(answer).toMatchObject({ kind: 'job', job: { status: 'pending' } });
		}
	});

	test('tells the video of a job that is done', () => {
		const done = { ...VIEW, state: 'done', elapsed: 1, progress: 100, finishTime: 2 } as const;
		const answer = read(tell(done));
		const hasUrl = name !== 'video contentOnly';
		expect(answer).toMatchObject({
			kind: 'job',
			job: { status: 'done', video: hasUrl ? { url: VIDEO_URL } : {} },
		});
	});

	test('tells a failed job and why', () => {
		const answer = read(tell({ ...VIEW, state: 'failed', elapsed: 1, finishTime: 2 }));
		if (WITHOUT_STATE.includes(name)) {
			// No word shows the job: it is believed when it lasts.
			expect(answer.kind).toBe('verdict');
			return;
		}
		const message = name === 'video bareFailure' ? 'gave no reason' : 'too rude';
		expect(answer).toMatchObject({
			kind: 'job',
			job: { status: 'failed', failure: { message: expect.stringContaining(message) } },
		});
	});
});

/** Plays these answers one after the other, the last one for ever, in virtual time. */
async function poll(answers: Answer[], pollIntervalS: number) {
	let polls = 0;
	const deps: PollDeps = {
		poll: async () => read(answers[Math.min(polls++, answers.length - 1)] ?? { httpStatus: 502 }),
		clock: virtualClock(Clock),
		isStopped: () => false,
		random: () => 0.5,
	};
	return await pollUntilDone(deps, {
		...{ ageMs: 0, maxWaitMs: 900_000, pollIntervalS },
		...{ pollAtOnce: false, untilFinished: true },
	});
}

const RUNNING: Answer = { httpStatus: 200, body: { id: ID, status: 'processing' } };
const FINISHED: Answer = {
	httpStatus: 200,
	body: { id: ID, status: 'completed', video_url: VIDEO_URL },
};

describe.each([0, 1, 60])('with a poll interval of %d s', (pollIntervalS) => {
	const passing = [
		...PASSING,
		...PASSING_WITH_ID.map(([name, status, body]) => [name, status, body(ID, BASE)] as const),
	];

	test.each(passing)('the wait goes on after %s', async (_name, httpStatus, body) => {
		const passing = { httpStatus, body };
		for (const answers of [
			[passing, FINISHED],
			[RUNNING, passing, passing, RUNNING, FINISHED],
			[passing, RUNNING, passing, RUNNING, passing, FINISHED],
		]) {
			expect(await poll(answers, pollIntervalS)).toMatchObject({
				kind: 'answered',
				job: { status: 'done', video: { url: VIDEO_URL } },
			});
		}
	});

	test.each(LASTING)('an error that lasts is told: %s', async (_name, httpStatus, body) => {
		const outcome = await poll([RUNNING, { httpStatus, body }], pollIntervalS);
		expect(outcome.kind).toBe('verdict');
		expect(outcome.waitedMs - 2 * 1000 * pollIntervalS).toBeLessThan(60_000);
		expect(outcome.polls).toBeGreaterThanOrEqual(4);
	});
});

test.each(ENDED)("the job's own end is told at once: %s", (_name, httpStatus, body, words) => {
	const answer = read({ httpStatus, body: body(ID, BASE) });
	expect(answer).toMatchObject({ kind: 'job', job: { status: 'failed' } });
	expect(JSON.stringify(answer).toLowerCase()).toContain(words.toLowerCase());
});

test.each(DONE)('the video is found: %s', (_name, body, url) => {
	expect(read({ httpStatus: 200, body: body(ID, BASE) })).toMatchObject({
		kind: 'job',
		job: { status: 'done', video: { url } },
	});
});

test.each(OWN_CONTENT)("the gateway's own address is asked with the key: %s", (_name, body) => {
	const answer = read({
		httpStatus: 200,
		body: { id: ID, status: 'completed', ...Object(body(ID, BASE)) },
	});
	const url = answer.kind === 'job' ? (answer.job.video?.url ?? '') : '';
	expect(contentPathOf(url, BASE)).toBe(`/v1/videos/${ID}/content`);
});

test.each([
	['https://media.example/v1/videos/a.mp4', 'https://api.example', undefined],
	['https://api.example/files/a.mp4?s=1', 'https://api.example', '/files/a.mp4?s=1'],
	['http://api.example/v1/videos/a/content', 'https://api.example', '/v1/videos/a/content'],
	[
		'https://g.example/comet/v1/videos/a/content',
		'https://g.example/comet/',
		'/v1/videos/a/content',
	],
	[
		'https://x.example/grok/v1/videos/a/content',
		'https://api.example',
		'/grok/v1/videos/a/content',
	],
	[
		'https://x.example/kling/v1/videos/text2video/a/content/',
		'https://api.example',
		'/kling/v1/videos/text2video/a/content/',
	],
])('%s below %s is %s', (url, base, path) => {
	expect(contentPathOf(url, base)).toBe(path);
});

describe('around every form', () => {
	const wraps = fc.constantFrom<(body: unknown) => unknown>(
		(body) => body,
		(body) => ({ code: 'success', message: '', data: body }),
		(body) => ({ status: 'success', data: body }),
		(body) => ({ data: JSON.stringify(body) }),
		(body) => ({ code: 0, data: [body] }),
		(body) => ({ detail: body }),
		(body) => ({ data: { task_id: ID, status: 'IN_PROGRESS', progress: '10%', data: body } }),
	);
	const noise = fc.record(
		{
			created_at: fc.integer(),
			size: fc.string(),
			trace: fc.uuid(),
			message: fc.constantFrom('', 'ok', 'SUCCESS'),
			usage: fc.record({ tokens: fc.integer() }),
			error: fc.constantFrom(null, '', {}, []),
		},
		{ requiredKeys: [] },
	);
	const shape = fc.constantFrom(...SHAPES.filter(([name]) => name !== 'grok xaiEmpty'));
	const around = (play: (body: unknown, more: object, wrap: (body: unknown) => unknown) => void) =>
		fc.assert(
			fc.property(
				shape,
				noise,
				wraps,
				fc.double({ min: 0, max: 0.99, noNaN: true }),
				([, tell], more, wrap, elapsed) => {
					play(tell({ ...VIEW, elapsed }).body, more, wrap);
				},
			),
			{ numRuns: 2_000 },
		);

	test('a job that runs is never told as ended', () => {
		around((body, more, wrap) => {
			const answer = read({ httpStatus: 200, body: wrap({ ...more, ...Object(body) }) });
			expect(answer.kind === 'job' ? answer.job.status : 'pending').toBe('pending');
		});
	});

	test('a finished one is found, and a failed one never done', () => {
		fc.assert(
			fc.property(shape, noise, wraps, fc.boolean(), ([name, tell], more, wrap, isDone) => {
				fc.pre(![...WITHOUT_STATE, 'video contentOnly'].includes(name));
				const state = isDone ? 'done' : 'failed';
				const { body } = tell({ ...VIEW, state, elapsed: 1, progress: 100, finishTime: 2 });
				const answer = read({ httpStatus: 200, body: wrap({ ...more, ...Object(body) }) });
				expect(answer).toMatchObject({ kind: 'job', job: { status: state } });
				if (isDone) expect(answer).toMatchObject({ job: { video: { url: VIDEO_URL } } });
			}),
			{ numRuns: 2_000 },
		);
	});
});
