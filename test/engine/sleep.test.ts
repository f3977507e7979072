/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, jest, test } from '@jest/globals';
import { sleep, type INode, type INodeExecutionData, type INodeParameters } from 'n8n-workflow';

import type { JobPlan } from '../simulator/simulator.ts';
import { NODE_TYPE, type Finished, type Graph } from './engine.ts';
import { speedUpClock } from './fastClock.ts';
import { FAMILIES } from './families.ts';
import {
	createNode,
	getStatusNode,
	itemsOf,
	jsonOf,
	until,
	withScene,
	type Scene,
} from './scene.ts';

speedUpClock(40);
jest.setTimeout(180_000);

const OVERLOADED = { code: 'service_unavailable', message: 'Overloaded' };
const REFUSED = { code: 'invalid_argument', message: 'Too rude' };

/** Seconds of each item's job, which its prompt tells. */
const plan = ({ body }: { body: { prompt: string } }): JobPlan => {
	const seconds = Number(/\d+/.exec(body.prompt)?.[0]);
	const outcome = /fails|refused/.test(body.prompt) ? 'failed' : 'done';
	return { seconds, outcome, error: body.prompt.includes('refused') ? REFUSED : OVERLOADED };
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

/** What comes out, without the ids and times that differ between any two executions. */
function told({ simulator }: Scene, { status, outputs, error }: Finished): unknown {
	const { message, description, context } = Object(error) as Record<string, unknown>;
	// A node that failed after a sleep keeps the empty output of its first part.
	const items = outputs.every(({ length }) => length === 0) ? [] : outputs;
	let text = JSON.stringify({ status, items, message, description, context });
	for (const { requestId } of simulator.jobs) text = text.replaceAll(requestId, 'ID');
	return JSON.parse(
		text
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

	test.concurrent('a retry of what was stopped or lost asleep asks for its job, and pays nothing', async () => {
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
	});

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

	test.concurrent('each round of a loop has a video of its own', async () => {
		await withScene({ plan }, async (scene) => {
			let rounds = 0;
			const run = () => (rounds++ < 2 ? [[], itemsWith('70 s')] : [itemsWith('end'), []]);
			const graph: Graph = {
				video: video(true),
				standIns: { Loop: { run, outputs: 2 } },
				connections: [
					['Start', 0, 'Loop'],
					['Loop', 1, 'Video'],
					['Video', 0, 'Loop'],
				],
			};
			const { finished, sleeps } = await play(scene, graph, itemsWith('start'));
			expect([finished.status, finished.runs, sleeps]).toEqual(['success', 2, 2]);
			expect(scene.simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('what another version of the node kept goes by its ledger, and pays nothing', async () => {
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
	});
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
	test.concurrent('at once when earlier videos of that kind took long, until the likely end', async () => {
		await withScene({ plan }, async (scene) => {
			await scene.execute(video(false), itemsWith('200 s', '200 s', '200 s'));
			const beganMs = Date.now();
			const asleep = await scene.execute(video(true), itemsWith('200 s'));
			expect(asleep.status).toBe('waiting');
			expect(Date.now() - beganMs).toBeLessThan(50_000);
			const sleepsUntilMs = Number(asleep.run.waitTill) - beganMs;
			expect([sleepsUntilMs > 150_000, sleepsUntilMs < 300_000]).toEqual([true, true]);
		});
	});

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

	test.concurrent.each<[string, Graph]>([
		[
			'when its items start one after another',
			{ video: video(true, { requestOptions: { batching: { batch: { batchInterval: 50 } } } }) },
		],
		['in a sub-workflow', { video: video(true), mode: 'integrated' }],
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
