/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, jest, test } from '@jest/globals';
import { sleep, type INode, type INodeExecutionData, type INodeParameters } from 'n8n-workflow';

import { verdict, type Fault, type JobPlan } from '../simulator/simulator.ts';
import { NODE_TYPE, type Finished, type Graph } from './engine.ts';
import { speedUpClock } from './fastClock.ts';
import { createKlingNode, createVideoNode, FAMILIES } from './families.ts';
import {
	createNode,
	getStatusNode,
	itemsOf,
	jsonOf,
	until,
	withScene,
	type Scene,
} from './scene.ts';

speedUpClock(30);
jest.setTimeout(180_000);

const OVERLOADED = { code: 'service_unavailable', message: 'Overloaded' };
const REFUSED = { code: 'invalid_argument', message: 'Too rude' };

/** Seconds of each item's job, which its prompt tells. */
const plan = ({ body }: { body: { prompt: string } }): JobPlan => {
	const seconds = Number(/\d+/.exec(body.prompt)?.[0]);
	const outcome = /fails|refused/.test(body.prompt) ? 'failed' : 'done';
	return { seconds, outcome, error: body.prompt.includes('refused') ? REFUSED : OVERLOADED };
};

/** What n8n says when its database is busy. */
const UNREADABLE = {
	readMs: (): number => {
		throw new Error('timeout exceeded when trying to connect');
	},
};

const itemsWith = (...prompts: string[]) => itemsOf(...prompts.map((prompt) => ({ prompt })));

/** What becomes of the submits of these prompts. */
function injectFaults({ simulator }: Scene): void {
	const faults = {
		'not accepted': { kind: 'status', status: 400, body: { error: REFUSED } },
		unknown: { kind: 'reset', afterHandler: true },
	} as const;
	for (const [prompt, fault] of Object.entries(faults)) {
		const when = ({ body }: { body?: unknown }) => Object(body).prompt === prompt;
		simulator.inject({ route: 'submit', when, times: Infinity, fault });
	}
}

const video = (asleep: boolean, parameters: INodeParameters = {}, settings: Partial<INode> = {}) =>
	createNode(
		{
			prompt: '={{ $json.prompt }}',
			...parameters,
			options: {
				pollInterval: 5,
				sleepWhileWaiting: asleep,
				...(parameters.options as object | undefined),
			},
		},
		settings,
	);

/** When its time has come. */
async function wakeUp(scene: Scene, graph: Graph | INode, asleep: Finished): Promise<Finished> {
	await sleep(Number(asleep.run.waitTill) - Date.now());
	return await (
		await scene.wake(graph, asleep)
	).finished;
}

/** To its end, through as many sleeps as it takes. */
async function play(
	scene: Scene,
	graph: Graph | INode,
	items: INodeExecutionData[],
): Promise<{ finished: Finished; sleeps: number }> {
	return await goOn(scene, graph, await scene.execute(graph, items));
}

async function goOn(
	scene: Scene,
	graph: Graph | INode,
	started: Finished,
): Promise<{ finished: Finished; sleeps: number }> {
	let finished = started;
	let sleeps = 0;
	for (; finished.status === 'waiting'; sleeps++) {
		finished = await wakeUp(scene, graph, finished);
	}
	return { finished, sleeps };
}

interface Played {
	told: unknown;
	finished: Finished;
	sleeps: number;
	status: string;
	message: string;
	jobs: number;
	items: Array<INodeExecutionData['json']>;
	/** The paths of the jobs, without their IDs. */
	asked: string[];
}

function withoutIds({ simulator }: Scene, text: string): string {
	return simulator.jobs.reduce((told, { requestId }) => told.replaceAll(requestId, 'ID'), text);
}

/** What comes out, without the ids and times that differ between any two executions. */
function told(scene: Scene, { status, outputs, error }: Finished): unknown {
	const { message, description, context } = Object(error) as Record<string, unknown>;
	// A node that failed after a sleep keeps the empty output of its first part.
	const items = outputs.every(({ length }) => length === 0) ? [] : outputs;
	const text = JSON.stringify({ status, items, message, description, context });
	return JSON.parse(
		withoutIds(scene, text)
			.replace(/"data":"[^"]{100,}"/g, '"data":"FILE"')
			.replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID')
			.replace(/"(seconds|polls|id|timestamp)":("[^"]*"|[\d.]+)/g, '"$1":0')
			.replace(/"(\w+_time)":\d+/g, '"$1":0')
			.replace(/127\.0\.0\.1:\d+/g, 'HOST'),
	) as unknown;
}

const CASES: Array<[string, string[], INodeParameters, Partial<INode>]> = [
	['finished videos', ['1 s', '70 s', '100 s'], {}, {}],
	[
		'a file with a name of its own, and the raw response',
		['1 s', '100 s'],
		{
			downloadVideo: true,
			outputDataFieldName: 'film',
			options: { fileName: 'a.mp4', includeRawResponse: true },
		},
		{},
	],
	['a failure that stops the workflow', ['1 s', '100 s fails', '100 s'], {}, {}],
	['a failure before the sleep', ['1 s fails', '100 s'], {}, {}],
	['On Error > Continue', ['1 s', '100 s fails'], {}, { onError: 'continueRegularOutput' }],
	[
		'On Error > Continue, when the first item failed, and Retry On Fail',
		['1 s refused', '100 s'],
		{},
		{ onError: 'continueRegularOutput', retryOnFail: true, maxTries: 2, waitBetweenTries: 10 },
	],
	[
		'the error output',
		['1 s fails', '100 s refused', '100 s'],
		{},
		{ onError: 'continueErrorOutput' },
	],
	['a time-out as an error', ['1 s', '999 s'], { options: { maxWait: 150 } }, {}],
	[
		'a time-out as a pending item',
		['1 s', '999 s'],
		{ options: { maxWait: 150, onTimeout: 'return' } },
		{},
	],
	['Always Output Data', ['100 s'], {}, { alwaysOutputData: true }],
	[
		'an item that was not accepted',
		['not accepted', '100 s'],
		{},
		{ onError: 'continueRegularOutput' },
	],
	[
		'an item that nobody knows to be accepted',
		['unknown', '100 s'],
		{},
		{ onError: 'continueRegularOutput' },
	],
	['an item that cannot be sent', ['', '100 s'], {}, { onError: 'continueRegularOutput' }],
	[
		'an item whose expression n8n cannot evaluate',
		['throws', '1 s', '100 s'],
		{ duration: "={{ $json.prompt === 'throws' ? $('Nowhere').first() : 1 }}" },
		{ onError: 'continueRegularOutput' },
	],
	['Max Videos', ['1 s', '100 s'], { options: { maxVideos: 2 } }, {}],
	['references', ['1 s', '100 s refused'], { options: { reference: '={{ $itemIndex }}' } }, {}],
];

describe('What comes out is the same, awake or asleep', () => {
	test.concurrent.each(CASES)('%s', async (_name, prompts, parameters, settings) => {
		await withScene({ plan }, async (scene) => {
			injectFaults(scene);
			const [awake, asleep] = await Promise.all(
				[false, true].map(
					async (sleeps) =>
						await play(scene, video(sleeps, parameters, settings), itemsWith(...prompts)),
				),
			);
			expect(awake?.sleeps).toBe(0);
			expect(asleep?.sleeps).toBeGreaterThan(0);
			if (!awake || !asleep) return;
			expect(told(scene, asleep.finished)).toEqual(told(scene, awake.finished));
			expect(asleep.finished.runs).toBe(awake.finished.runs);
			const sent = scene.simulator.requestsTo('submit').map(({ body }) => body);
			for (const prompt of prompts.filter((text) => text !== '' && text !== 'throws')) {
				expect(sent.filter((body) => Object(body).prompt === prompt)).toHaveLength(2);
			}
		});
	});

	test.concurrent.each(FAMILIES)('$resource', async ({ create }) => {
		await withScene({ plan }, async (scene) => {
			const node = (sleepWhileWaiting: boolean) =>
				create({
					...{ prompt: '={{ $json.prompt }}', downloadVideo: true },
					options: { pollInterval: 5, sleepWhileWaiting },
				});
			const [awake, asleep] = await Promise.all(
				[false, true].map(async (sleeps) => await play(scene, node(sleeps), itemsWith('100 s'))),
			);
			expect(asleep?.sleeps).toBeGreaterThan(0);
			expect(asleep && told(scene, asleep.finished)).toEqual(awake && told(scene, awake.finished));
			expect(scene.simulator.jobs).toHaveLength(2);
		});
	});

	/** Each with a CometAPI of its own, which answers it alike. */
	async function playBoth(
		build: (asleep: boolean) => Graph | INode,
		items: () => INodeExecutionData[],
		inject: (scene: Scene) => void = () => {},
		jobs: JobPlan = {},
	): Promise<[awake: Played, asleep: Played]> {
		const playOne = async (isAsleep: boolean): Promise<Played> => {
			let played: Played | undefined;
			const plan_ = (submission: { body: { prompt: string } }) => ({
				...plan(submission),
				...jobs,
			});
			await withScene({ plan: plan_ }, async (scene) => {
				inject(scene);
				const { finished, sleeps } = await play(scene, build(isAsleep), items());
				const { simulator } = scene;
				const asked = [...new Set(simulator.requestsTo('status').map(({ path }) => path))];
				const { status, error } = finished;
				played = {
					...{ sleeps, status, message: String(error?.message), jobs: simulator.jobs.length },
					...{ told: told(scene, finished), items: jsonOf(finished), finished },
					...{ asked: asked.map((path) => withoutIds(scene, path)) },
				};
			});
			if (!played) throw new Error('It was not played');
			return played;
		};
		const both = await Promise.all([playOne(false), playOne(true)]);
		const [awake, asleep] = both;
		expect(awake.sleeps).toBe(0);
		expect(asleep.sleeps).toBeGreaterThan(0);
		expect(asleep.told).toEqual(awake.told);
		expect(asleep.jobs).toBe(awake.jobs);
		return both;
	}

	const SLOW_POLLS = { pollInterval: 5 };

	test.concurrent.each(['file', 'redirect'] as const)(
		'a file that only the key opens: %s',
		async (content) => {
			const build = (sleepWhileWaiting: boolean) =>
				createVideoNode({
					...{ prompt: '={{ $json.prompt }}', downloadVideo: true },
					options: { ...SLOW_POLLS, sleepWhileWaiting },
				});
			const items = () => itemsWith('1 s', '100 s');
			const [, asleep] = await playBoth(build, items, undefined, { shape: 'contentOnly', content });
			const files = asleep.finished.outputs[0]?.map(({ binary }) => binary?.data?.mimeType);
			expect(files).toEqual(['video/mp4', 'video/mp4']);
		},
	);

	test.concurrent('the second of two IDs, when the first is not known', async () => {
		const inject = ({ simulator }: Scene) => {
			const body = (normal: unknown) => ({
				...{ task_id: 'row-77', data: { id: Object(normal).request_id } },
			});
			simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body } });
		};
		const [, asleep] = await playBoth(
			(is) => video(is),
			() => itemsWith('170 s'),
			inject,
		);
		expect(asleep.items).toMatchObject([{ status: 'done' }]);
		expect(asleep.asked).toHaveLength(2);
	});

	test.concurrent("Kling's kind of video, and the advice that names it", async () => {
		const image = { imageSource: 'url', imageUrl: 'https://media.example/a.png' };
		const build = (sleepWhileWaiting: boolean) =>
			createKlingNode({
				...{ prompt: '={{ $json.prompt }}', ...image },
				options: { ...SLOW_POLLS, sleepWhileWaiting, maxWait: 150 },
			});
		const [, asleep] = await playBoth(build, () => itemsWith('1 s', '999 s'));
		expect(asleep.asked.every((path) => path.includes('image2video'))).toBe(true);
		expect(String(asleep.finished.error?.description)).toContain(
			"'Kind of Video' to From an Image. IDs",
		);
	});

	test.concurrent.each<[string, Partial<INode>]>([
		['the error output', { onError: 'continueErrorOutput' }],
		['On Error > Continue', { onError: 'continueRegularOutput' }],
	])('the items that the next nodes get, with %s', async (_name, settings) => {
		const given: Array<[boolean, string, unknown]> = [];
		const build = (isAsleep: boolean): Graph => {
			const standIn = (name: string) => ({
				run: (items: INodeExecutionData[]) => {
					const shown = items.map(({ json, pairedItem }) => [
						...[json.status, Object(json.error).status, Object(json.error).message],
						pairedItem,
					]);
					const text = JSON.stringify(shown).replace(
						/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g,
						'ID',
					);
					given.push([isAsleep, name, text]);
					return [items];
				},
			});
			return {
				video: video(isAsleep, {}, settings),
				standIns: { Good: standIn('Good'), Bad: standIn('Bad') },
				connections: [
					['Start', 0, 'Video'],
					['Video', 0, 'Good'],
					['Video', 1, 'Bad'],
				],
			};
		};
		await playBoth(build, () => itemsWith('1 s fails', '100 s', '100 s refused', '1 s'));
		const of = (isAsleep: boolean) =>
			given.filter(([is]) => is === isAsleep).map(([, ...rest]) => rest);
		expect(of(true)).toEqual(of(false));
		expect(of(true).length).toBeGreaterThan(0);
	});

	test.concurrent('Max Videos that is reached', async () => {
		const build = (isAsleep: boolean) =>
			video(isAsleep, { options: { maxVideos: 1 } }, { onError: 'continueRegularOutput' });
		const [, asleep] = await playBoth(build, () => itemsWith('100 s', '100 s'));
		expect(asleep.jobs).toBe(1);
		expect(asleep.items.map(({ error }) => Object(error).message)).toContainEqual(
			expect.stringContaining("'Max Videos' allows 1"),
		);
	});

	test.concurrent('the raw response of a video that is not finished in time', async () => {
		const options = { includeRawResponse: true, maxWait: 150, onTimeout: 'return' };
		const [, asleep] = await playBoth(
			(is) => video(is, { options }),
			() => itemsWith('999 s'),
		);
		expect(asleep.items).toMatchObject([{ status: 'pending', raw: expect.anything() }]);
	});

	test.concurrent.each<[string, number, Partial<INode>]>([
		['an error that stops the workflow', 2, {}],
		['On Error > Continue', 3, { onError: 'continueRegularOutput' }],
	])('Retry On Fail of a video that is overloaded each time, with %s', async (_name, ...rest) => {
		const [maxTries, onError] = rest;
		const settings = { ...onError, retryOnFail: true, maxTries, waitBetweenTries: 10 };
		const [, asleep] = await playBoth(
			(is) => video(is, {}, settings),
			() => itemsWith('100 s fails'),
		);
		expect(asleep.jobs).toBe(maxTries);
		// A retry of the workflow as it was has all tries again.
		const [failed] = asleep.finished.run.data.executionData?.nodeExecutionStack ?? [];
		if (failed) expect(failed.node).toMatchObject({ retryOnFail: true, maxTries });
	});

	test.concurrent('an answer that is too long or too deep for the database', async () => {
		const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
		const answers = [deep, `"${'x'.repeat(50_000)}"`].map(
			(part) => `{"status": "pending", "usage": {"part": ${part}}}`,
		);
		const inject = ({ simulator }: Scene) => {
			for (const [index, body] of answers.entries()) {
				const when = ({ path }: { path: string }) =>
					path.endsWith(String(simulator.jobs[index]?.requestId));
				const fault = { kind: 'status', status: 200, body } as const;
				simulator.inject({ route: 'status', when, times: Infinity, fault });
			}
		};
		const options = { includeRawResponse: true, maxWait: 150, onTimeout: 'return' };
		const [, asleep] = await playBoth(
			(is) => video(is, { options }),
			() => itemsWith('999 s', '999 s'),
			inject,
		);
		expect(asleep.items).toMatchObject([
			{ usage: 'a deeply nested answer', raw: 'a deeply nested answer' },
			{ usage: 'a long answer' },
		]);
	});

	const LASTS = Infinity;

	/** Answers to the questions about a job from some time after its acceptance on. */
	test.concurrent.each<[string, Fault, number, string]>([
		['a refused key', { kind: 'status', status: 401, body: { error: REFUSED } }, LASTS, 'API key'],
		['a refused key', { kind: 'status', status: 401, body: { error: REFUSED } }, 2, 'success'],
		['an unknown ID', { kind: 'status', status: 404, body: { error: REFUSED } }, 2, 'success'],
		[
			'an error that names the job and has no state',
			verdict(400, 'invalid_argument', 'Too rude'),
			LASTS,
			'did not accept',
		],
		[
			'an error that names the job and has no state',
			verdict(400, 'invalid_argument', 'Too rude'),
			2,
			'success',
		],
		['a web page', { kind: 'html', status: 200 }, 3, 'success'],
		['no connection', { kind: 'reset' }, 3, 'success'],
	])('%s, told while it sleeps %#', async (_name, fault, times, end) => {
		const inject = ({ simulator }: Scene) => {
			const isLater = () => Date.now() - Number(simulator.jobs[0]?.acceptedAt) > 80_000;
			simulator.inject({ route: 'status', when: isLater, times, fault });
		};
		const [, asleep] = await playBoth(
			(is) => video(is),
			() => itemsWith('170 s'),
			inject,
		);
		expect(end === 'success' ? asleep.status : asleep.message).toContain(end);
		expect(asleep.jobs).toBe(1);
	});

	test.concurrent('the wait is counted from its beginning, with all its polls', async () => {
		await withScene({ plan }, async (scene) => {
			const { finished } = await play(scene, video(true), itemsWith('100 s'));
			const [item] = jsonOf(finished);
			const { seconds, polls, timed_out } = Object(item?.wait);
			expect([seconds > 100 && seconds < 250, timed_out]).toEqual([true, false]);
			expect(polls).toBe(scene.simulator.requestsTo('status').length);
		});
	});

	test.concurrent('Get Status', async () => {
		await withScene({ plan }, async (scene) => {
			const pending = jsonOf(
				await scene.execute(
					video(false, { waitForCompletion: false }),
					itemsWith('1 s', '120 s fails'),
				),
			);
			const look = (sleepWhileWaiting: boolean) =>
				getStatusNode(
					{ waitForCompletion: true, options: { pollInterval: 5, sleepWhileWaiting } },
					{ onError: 'continueRegularOutput' },
				);
			const items = () => itemsOf(...pending.map((json) => ({ ...json })));
			const [awake, asleep] = await Promise.all(
				[false, true].map(async (sleeps) => await play(scene, look(sleeps), items())),
			);
			expect(asleep?.sleeps).toBeGreaterThan(0);
			expect(asleep && told(scene, asleep.finished)).toEqual(awake && told(scene, awake.finished));
		});
	});
});

describe('After a sleep', () => {
	test.concurrent('the next node runs once, with the items that came out', async () => {
		await withScene({ plan }, async (scene) => {
			const given: unknown[] = [];
			const run = (items: INodeExecutionData[]) => {
				given.push(items.map(({ json }) => json.status));
				return [items];
			};
			const graph: Graph = {
				video: video(true),
				standIns: { Next: { run } },
				connections: [
					['Start', 0, 'Video'],
					['Video', 0, 'Next'],
				],
			};
			await play(scene, graph, itemsWith('1 s', '100 s'));
			expect(given).toEqual([['done', 'done']]);
		});
	});

	test.concurrent.each([
		['100 s fails', 2],
		['100 s refused', 1],
	])('the retry of a job that ends as "%s" leaves %i paid videos', async (prompt, paid) => {
		await withScene({ plan }, async (scene) => {
			const { finished } = await play(scene, video(true), itemsWith(prompt));
			expect(finished.status).toBe('error');
			await goOn(scene, video(true), await scene.retry(video(true), finished));
			expect(scene.simulator.jobs).toHaveLength(paid);
		});
	});

	test.concurrent(
		'a retry of what was stopped or lost asleep asks for its job, and pays nothing',
		async () => {
			await withScene({ plan }, async (scene) => {
				const asleep = await scene.execute(video(true), itemsWith('100 s'));
				expect(asleep.status).toBe('waiting');
				const [job] = scene.simulator.jobs;
				if (job) scene.simulator.finishJob(job.requestId);
				const again = await scene.retry(video(true), asleep);
				expect(jsonOf(again)).toEqual([
					expect.objectContaining({ request_id: job?.requestId, status: 'done' }),
				]);
				expect(scene.simulator.jobs).toHaveLength(1);
			});
		},
	);

	test.concurrent('an error of CometAPI that passes does not end the wait', async () => {
		await withScene({ plan }, async (scene) => {
			const asleep = await scene.execute(video(true), itemsWith('100 s'));
			const fault = { kind: 'status', status: 401, body: { error: REFUSED } } as const;
			scene.simulator.inject({ route: 'status', times: 2, fault });
			const { finished } = await goOn(scene, video(true), asleep);
			expect(jsonOf(finished)).toMatchObject([{ status: 'done' }]);
			expect(scene.simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent.each<Partial<INode>>([
		{},
		{ onError: 'continueRegularOutput' },
		{ onError: 'continueErrorOutput' },
		{ continueOnFail: true },
	])('a credential that cannot be read ends it, and a retry brings the videos: %j', async (set) => {
		await withScene({ plan }, async (scene) => {
			const node = video(true, {}, set);
			const asleep = await scene.execute(node, itemsWith('1 s', '100 s fails'));
			await sleep(Number(asleep.run.waitTill) - Date.now());
			const failed = await (await scene.wake(node, asleep, UNREADABLE)).finished;
			expect(failed.error?.message).toContain('timeout exceeded');
			for (const withOriginal of [true, false]) {
				const { finished } = await goOn(
					scene,
					node,
					await (
						await scene.startRetry(node, failed, { withOriginal })
					).finished,
				);
				const [done, refused] = scene.simulator.jobs.map(({ requestId }) => requestId);
				expect(finished.status).toBe(Object.keys(set).length > 0 ? 'success' : 'error');
				expect(JSON.stringify([finished.outputs, finished.error])).toContain(refused);
				if (finished.status === 'success') expect(jsonOf(finished)[0]?.request_id).toBe(done);
			}
			expect(scene.simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('an error of CometAPI that lasts ends it', async () => {
		await withScene({ plan }, async (scene) => {
			const asleep = await scene.execute(video(true), itemsWith('999 s'));
			const fault = { kind: 'status', status: 401, body: { error: REFUSED } } as const;
			scene.simulator.inject({ route: 'status', times: Infinity, fault });
			const { finished } = await goOn(scene, video(true), asleep);
			expect(finished.error?.message).toContain(scene.simulator.jobs[0]?.requestId);
			expect(finished.error?.description).toContain('pay');
		});
	});

	test.concurrent('Max Wait that passed meanwhile is followed by one look', async () => {
		await withScene({ plan }, async (scene) => {
			const node = video(true, { options: { maxWait: 140 } });
			const asleep = await scene.execute(node, itemsWith('999 s'));
			await sleep(Number(asleep.run.waitTill) - Date.now() + 100_000);
			const before = scene.simulator.requestsTo('status').length;
			const { error } = await (await scene.wake(node, asleep)).finished;
			expect(error?.message).toContain('Not finished after 140 seconds');
			expect(scene.simulator.requestsTo('status')).toHaveLength(before + 1);
		});
	});

	/** Rounds with a video each. */
	const loop = (prompts = ['70 s', '70 s'], settings: Partial<INode> = {}): Graph => {
		const run = (_items: INodeExecutionData[], round: number) => {
			const prompt = prompts[round];
			return prompt === undefined ? [itemsWith('end'), []] : [[], itemsWith(prompt)];
		};
		return {
			video: video(true, {}, settings),
			standIns: { Loop: { run, outputs: 2 } },
			connections: [
				['Start', 0, 'Loop'],
				['Loop', 1, 'Video'],
				['Video', 0, 'Loop'],
			],
		};
	};

	test.concurrent('each round of a loop has a video of its own', async () => {
		await withScene({ plan }, async (scene) => {
			const { finished, sleeps } = await play(scene, loop(), itemsWith('start'));
			expect([finished.status, finished.runs, sleeps]).toEqual(['success', 2, 2]);
			expect(scene.simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent(
		'n8n that wakes it twice by one state finds what it paid in between',
		async () => {
			await withScene({ plan }, async (scene) => {
				const asleep = await scene.execute(loop(), itemsWith('start'));
				const later = await wakeUp(scene, loop(), asleep);
				expect([later.status, scene.simulator.jobs.length]).toEqual(['waiting', 2]);
				// When all places are taken, n8n asks for one for each minute that it waits, with what it read then.
				const { finished } = await goOn(scene, loop(), await wakeUp(scene, loop(), asleep));
				expect([finished.status, finished.runs]).toEqual(['success', 2]);
				expect(scene.simulator.jobs).toHaveLength(2);
			});
		},
	);

	test.concurrent.each(['70 s', '70 s fails'])(
		'so it does when a submit of unknown fate followed a video of "%s"',
		async (prompt) => {
			await withScene({ plan }, async (scene) => {
				injectFaults(scene);
				const graph = loop([prompt, 'unknown'], { onError: 'continueRegularOutput' });
				const asleep = await scene.execute(graph, itemsWith('start'));
				for (const wake of [1, 2]) {
					const { finished } = await goOn(scene, graph, asleep);
					expect([wake, finished.status, finished.runs]).toEqual([wake, 'success', 2]);
					expect(scene.simulator.jobs).toHaveLength(2);
				}
			});
		},
	);

	test.concurrent(
		'a retry of what was lost before its second sleep pays for the later video again',
		async () => {
			await withScene({ plan }, async (scene) => {
				const asleep = await scene.execute(loop(), itemsWith('start'));
				const later = await wakeUp(scene, loop(), asleep);
				expect([later.status, scene.simulator.jobs.length]).toEqual(['waiting', 2]);
				// A crash in between leaves what was stored at the first sleep.
				const again = await goOn(scene, loop(), await scene.retry(loop(), asleep));
				expect([again.finished.status, again.finished.runs]).toEqual(['success', 2]);
				expect(scene.simulator.jobs).toHaveLength(3);
			});
		},
	);

	test.concurrent(
		'what another version of the node kept goes by its ledger, and pays nothing',
		async () => {
			await withScene({ plan }, async (scene) => {
				const asleep = await scene.execute(video(true), itemsWith('1 s', '100 s'));
				const contexts = Object(asleep.run.data.executionData?.contextData);
				for (const data of Object.values(contexts)) {
					const kept = Object(data).cometApiVideoAsleep;
					if (kept) kept.version = 2;
				}
				const { finished } = await goOn(scene, video(true), asleep);
				expect(jsonOf(finished)).toMatchObject([{ status: 'done' }, { status: 'done' }]);
				expect(scene.simulator.jobs).toHaveLength(2);
			});
		},
	);
});

describe('Stop', () => {
	test('in a look ends the execution, and its retry pays nothing', async () => {
		await withScene({ plan }, async (scene) => {
			const asleep = await scene.execute(video(true), itemsWith('999 s'));
			scene.simulator.inject({ route: 'status', fault: { kind: 'hang' } });
			const before = scene.simulator.requestsTo('status').length;
			const { finished, stop } = await scene.wake(video(true), asleep);
			await until(() => scene.simulator.requestsTo('status').length > before);
			stop();
			const stopped = await finished;
			expect(stopped.status).toBe('canceled');
			scene.simulator.finishJob(scene.simulator.jobs[0]?.requestId ?? '');
			expect(jsonOf(await scene.retry(video(true), stopped))).toMatchObject([{ status: 'done' }]);
			expect(scene.simulator.jobs).toHaveLength(1);
		});
	});
});

describe('It falls asleep', () => {
	test.concurrent(
		'at once when earlier videos of that kind took long, until the likely end',
		async () => {
			await withScene({ plan }, async (scene) => {
				await scene.execute(video(false), itemsWith('200 s', '200 s', '200 s'));
				const beganMs = Date.now();
				const asleep = await scene.execute(video(true), itemsWith('200 s'));
				expect(asleep.status).toBe('waiting');
				expect(Date.now() - beganMs).toBeLessThan(50_000);
				const sleepsUntilMs = Number(asleep.run.waitTill) - beganMs;
				expect([sleepsUntilMs > 150_000, sleepsUntilMs < 300_000]).toEqual([true, true]);
			});
		},
	);

	test.concurrent('with at most one look at each video between two sleeps', async () => {
		await withScene({ plan }, async (scene) => {
			const prompts = Array.from({ length: 50 }, () => '999 s');
			const node = video(true);
			const asleep = await scene.execute(node, itemsWith(...prompts));
			const before = scene.simulator.requestsTo('status').length;
			const again = await wakeUp(scene, node, asleep);
			expect(again.status).toBe('waiting');
			const polls = scene.simulator.requestsTo('status').length - before;
			expect([polls > 0, polls <= 50]).toEqual([true, true]);
		});
	});

	test('with 40 items, which come out at the first look after the last end', async () => {
		await withScene({ plan }, async (scene) => {
			await scene.execute(video(false), itemsWith('180 s', '180 s', '180 s'));
			const prompts = Array.from({ length: 40 }, (_, index) => `${100 + 2 * index} s`);
			const node = video(true);
			let finished = await scene.execute(node, itemsWith(...prompts));
			const polls = () => scene.simulator.requestsTo('status').length;
			const lookedAtMs: number[] = [];
			for (; finished.status === 'waiting'; lookedAtMs.push(Date.now())) {
				const before = polls();
				finished = await wakeUp(scene, node, finished);
				expect(polls() - before).toBeLessThanOrEqual(40);
			}
			const made = scene.simulator.jobs.slice(3);
			expect(
				jsonOf(finished)
					.map((json) => json.request_id)
					.sort(),
			).toEqual(made.map(({ requestId }) => requestId).sort());
			const lastEnd = Math.max(...made.map(({ endsAt }) => endsAt));
			expect(lookedAtMs.filter((atMs) => atMs > lastEnd)).toHaveLength(1);
		});
	});

	test.concurrent.each<[string, Graph]>([
		[
			'when its items start one after another',
			{ video: video(true, { requestOptions: { batching: { batch: { batchInterval: 50 } } } }) },
		],
		['in a sub-workflow', { video: video(true), mode: 'integrated' }],
		["when n8n's command line executes the workflow", { video: video(true), mode: 'cli' }],
		[
			'when an item has it turned off',
			{ video: video(true, { options: { sleepWhileWaiting: '={{ $itemIndex > 0 }}' } }) },
		],
	])('not %s', async (_name, graph) => {
		await withScene({ plan }, async (scene) => {
			const finished = await scene.execute(graph, itemsWith('100 s', '100 s'));
			expect(jsonOf(finished)).toMatchObject([{ status: 'done' }, { status: 'done' }]);
			expect(scene.simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('not in a sub-workflow that is retried by itself', async () => {
		await withScene({ plan }, async (scene) => {
			const failed = await scene.execute(video(false), itemsWith('100 s fails'));
			failed.run.data.parentExecution = { executionId: '7', workflowId: 'parent' };
			const retried = await scene.retry(video(true), failed);
			expect(retried.status).toBe('error');
			expect(scene.simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent(
		'in the retry of an error workflow, to whose caller n8n gives nothing',
		async () => {
			await withScene({ plan }, async (scene) => {
				const failed = await scene.execute(video(false), itemsWith('100 s fails'));
				const parent = { executionId: '7', workflowId: 'failed', shouldResume: false };
				failed.run.data.parentExecution = parent;
				expect((await scene.retry(video(true), failed)).status).toBe('waiting');
			});
		},
	);

	test.concurrent('not as the tool of an agent', async () => {
		await withScene({ plan }, async (scene) => {
			const graph: Graph = {
				video: video(true, { prompt: '100 s' }, { type: `${NODE_TYPE}Tool` }),
				standIns: {
					Agent: {
						hasTools: true,
						run: async (_items, _run, [tool]) => [
							[{ json: { answer: String(await tool?.invoke({})) } }],
						],
					},
				},
				connections: [['Start', 0, 'Agent']],
				agent: 'Agent',
			};
			const { run } = await scene.execute(graph);
			expect(run.status).toBe('success');
			expect(scene.simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('only when it is told to, and else keeps nothing', async () => {
		await withScene({ plan }, async (scene) => {
			const { run } = await scene.execute(video(false), itemsWith('100 s'));
			expect(run.status).toBe('success');
			expect(JSON.stringify(run.data)).not.toContain('cometApiVideoAsleep');
		});
	});
});
