/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { NodeConnectionTypes, type IExecuteFunctions, type IRunExecutionData } from 'n8n-workflow';

import { verdict } from '../simulator/simulator.ts';
import { NODE_TYPE, type Finished, type Graph, type StandIn, type Tool } from './engine.ts';
import { createNode, withScene } from './scene.ts';

/** Ends a wait at once; the job itself goes on. */
const MODERATED = verdict(400, 'imagine:content-moderated', 'No');

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };

/** An agent that calls its tool like that, as n8n's engine gives it to one. */
function agentGraph(calls: (tool: Tool) => Promise<unknown>, settings: object = {}): Graph {
	const run = async (_items: unknown, _runIndex: number, tools: Tool[]) => {
		const [tool] = tools;
		if (!tool) throw new Error('The agent has no tool');
		return [[{ json: { answers: await calls(tool) } }]] as never;
	};
	const prompt = "={{ $fromAI('prompt', 'Description of the video', 'string') }}";
	return {
		video: createNode({ prompt }, { ...settings, type: `${NODE_TYPE}Tool` }),
		standIns: { Agent: { run, hasTools: true } },
		connections: [['Start', 0, 'Agent']],
		agent: 'Agent',
	};
}

const QUICK = { plan: () => ({ seconds: 0.1 }) };

describe('An agent', () => {
	test.concurrent('gets the link to the video', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const { run } = await execute(
				agentGraph(async (tool) => await tool.invoke({ prompt: 'A comet' })),
			);
			expect(run.status).toBe('success');
			expect(simulator.jobs.map(({ body }) => body.prompt)).toEqual(['A comet']);
			const output = JSON.stringify(run.data.resultData.runData.Agent?.[0]?.data?.main);
			expect(output).toContain(`${simulator.jobs[0]?.requestId}.mp4`);
		});
	});

	test.concurrent.each([
		['one after the other', false],
		['at once', true],
	])('that calls twice with one prompt gets two videos: %s', async (_case, atOnce) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const call = async (tool: Tool) => String(await tool.invoke({ prompt: 'A comet' }));
			const graph = agentGraph(async (tool) => {
				const first = call(tool);
				if (!atOnce) await first;
				return await Promise.all([first, call(tool)]);
			});
			const { run } = await execute(graph);
			const output = JSON.stringify(run.data.resultData.runData.Agent?.[0]?.data?.main);
			expect(simulator.jobs).toHaveLength(2);
			for (const { requestId } of simulator.jobs) expect(output).toContain(requestId);
		});
	});

	test.concurrent('whose tool is retried pays once', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'status', fault: MODERATED, times: 2 });
			const graph = agentGraph(async (tool) => await tool.invoke({ prompt: 'A comet' }), RETRY);
			const { run } = await execute(graph);
			const output = JSON.stringify(run.data.resultData.runData.Agent?.[0]?.data?.main);
			expect(simulator.jobs).toHaveLength(1);
			expect(output).toContain(`${simulator.jobs[0]?.requestId}.mp4`);
		});
	});

	test.concurrent('whose tool is retried with another prompt pays for another video', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'status', fault: MODERATED });
			const graph = agentGraph(async (tool) => await tool.invoke({ prompt: 'A comet' }), RETRY);
			graph.video.parameters.prompt = '={{ "A comet at " + $now.toMillis() }}';
			await execute(graph);
			expect(simulator.jobs).toHaveLength(2);
		});
	});
});

/** How agents get at their tool: up to version 2 they call it, later ones have n8n run it as a node. */
const KINDS = [
	['that calls its tool itself', callsItself],
	['that has n8n run its tool', hasItRun],
] as const;

/** What an agent does in each of its tries: so many equal calls, one after the other. */
type Try = { calls: number; then?: (context: IExecuteFunctions) => void };

function callsItself(tries: Try[], settings = {}): Graph {
	const left = [...tries];
	const run: StandIn = async (_items, _runIndex, [tool], context) => {
		const { calls, then } = left.shift() ?? { calls: 0 };
		const answers: unknown[] = [];
		while (answers.length < calls) answers.push(await tool?.invoke({ prompt: 'A comet' }));
		then?.(context);
		return [[{ json: { answers } }]] as never;
	};
	return toolGraph(run, { hasTools: true }, settings);
}

function hasItRun(tries: Try[], settings = {}, through?: string): Graph {
	const left = [...tries];
	const run: StandIn = (_items, _runIndex, _tools, context, response) => {
		const answers = (response?.actionResponses ?? []).map(({ data }) => data.data);
		const [now = { calls: 0 }] = left;
		if (now.calls > 0) {
			now.calls--;
			return {
				actions: [
					{
						actionType: 'ExecutionNodeAction',
						nodeName: 'Video',
						type: NodeConnectionTypes.AiTool,
						input: { prompt: 'A comet' },
						id: `call ${now.calls}`,
						metadata: { parentNodeName: through },
					},
				],
				metadata: {},
			};
		}
		left.shift();
		now.then?.(context);
		return [[{ json: { answers } }]] as never;
	};
	return toolGraph(run, {}, settings);
}

function toolGraph(run: StandIn, standIn: { hasTools?: boolean }, settings: object): Graph {
	const prompt = "={{ $json.prompt ?? $fromAI('prompt', 'Description of the video', 'string') }}";
	return {
		video: createNode({ prompt }, { type: `${NODE_TYPE}Tool` }),
		standIns: { Agent: { run, ...standIn, settings } },
		connections: [['Start', 0, 'Agent']],
		agent: 'Agent',
	};
}

function fail(): never {
	throw new Error('The agent fails');
}

/** Leaves what n8n leaves when a node that an agent uses fails: by default, its chat model. */
function failModel(
	context: IExecuteFunctions,
	{ name = 'Model', user = 'Agent', type = NodeConnectionTypes.AiLanguageModel as string } = {},
): Error {
	const { runExecutionData } = context as unknown as { runExecutionData: IRunExecutionData };
	const error = new Error('The model is out of order');
	(runExecutionData.resultData.runData[name] ??= []).push({
		source: [{ previousNode: user, previousNodeRun: 0 }],
		startTime: Date.now(),
		executionTime: 0,
		executionIndex: 0,
		executionStatus: 'error',
		error: error as never,
		inputOverride: { [type]: [[{ json: {} }]] },
	});
	return error;
}

function failWithModel(context: IExecuteFunctions): never {
	throw failModel(context);
}

function outputOf({ run }: Finished): string {
	return JSON.stringify(run.data.resultData.runData.Agent?.at(-1)?.data?.main);
}

describe.each(KINDS)('An agent %s', (_kind, graphOf) => {
	test.concurrent('and fails after its call pays once, with "Retry execution"', async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			const graph = graphOf([{ calls: 1, then: fail }, { calls: 1 }]);
			const failed = await execute(graph);
			expect(failed.status).toBe('error');
			const retried = await retry(graph, failed);
			expect(retried.status).toBe('success');
			expect(simulator.jobs).toHaveLength(1);
			expect(outputOf(retried)).toContain(simulator.jobs[0]?.requestId);
		});
	});

	test.concurrent(
		'and whose model fails after its call pays once, with Retry On Fail',
		async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const tries = [
					{ calls: 1, then: failWithModel },
					{ calls: 1, then: failWithModel },
					{ calls: 1 },
				];
				const finished = await execute(graphOf(tries, RETRY));
				expect(finished.status).toBe('success');
				expect(simulator.jobs).toHaveLength(1);
				expect(outputOf(finished)).toContain(simulator.jobs[0]?.requestId);
			});
		},
	);

	test.concurrent(
		'gets each of its videos back after such a failure, and then a new one',
		async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const finished = await execute(
					graphOf([{ calls: 2, then: failWithModel }, { calls: 3 }], RETRY),
				);
				expect(simulator.jobs).toHaveLength(3);
				const answers = finished.run.data.resultData.runData.Video?.slice(-3);
				for (const [index, { requestId }] of simulator.jobs.entries()) {
					expect(JSON.stringify(answers?.[index]?.data)).toContain(requestId);
				}
			});
		},
	);

	test.concurrent('and calls twice in one try gets two videos', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			await execute(graphOf([{ calls: 2 }], RETRY));
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.concurrent('gets new videos in its next run, which is no retry', async () => {
		await withScene(QUICK, async ({ simulator, execute, retry }) => {
			const graph = graphOf([{ calls: 1 }, { calls: 1, then: fail }, { calls: 1 }]);
			const again: StandIn = (items, runIndex) => (runIndex === 0 ? [items] : [[]]);
			graph.standIns = { ...graph.standIns, Again: { run: again } };
			graph.connections = [
				['Start', 0, 'Agent'],
				['Agent', 0, 'Again'],
				['Again', 0, 'Agent'],
			];
			const failed = await execute(graph);
			expect(simulator.jobs).toHaveLength(2);
			const retried = await retry(graph, failed);
			expect(simulator.jobs).toHaveLength(2);
			expect(outputOf(retried)).toContain(simulator.jobs[1]?.requestId);
		});
	});

	test.concurrent('and fails without a trace pays again, with Retry On Fail', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const finished = await execute(graphOf([{ calls: 1, then: fail }, { calls: 1 }], RETRY));
			expect(finished.status).toBe('success');
			expect(simulator.jobs).toHaveLength(2);
		});
	});
});

test('An agent that goes on with a fallback model gets its video again at the next equal call', async () => {
	await withScene(QUICK, async ({ simulator, execute }) => {
		const run: StandIn = async (_items, _runIndex, [tool], context) => {
			const answers = [await tool?.invoke({ prompt: 'A comet' })];
			failModel(context);
			for (let calls = 0; calls < 2; calls++) {
				answers.push(await tool?.invoke({ prompt: 'A comet' }));
			}
			return [[{ json: { answers } }]] as never;
		};
		await execute(toolGraph(run, { hasTools: true }, {}));
		expect(simulator.jobs).toHaveLength(2);
	});
});

const { AiTool, AiLanguageModel } = NodeConnectionTypes;

/** An agent, and nodes between it and its tool, the nearest to the tool first. */
function graphThrough(between: string, tries: Try[], settings = {}): Graph {
	const chain = between.split(' of ');
	const [nearest = ''] = chain;
	const graph = hasItRun(tries, settings, nearest);
	const standIns = chain.map((name) => [name, { hasTools: true }]);
	return {
		...graph,
		standIns: { ...graph.standIns, ...Object.fromEntries(standIns) },
		agent: nearest,
		uses: chain.map((name, index) => [chain[index + 1] ?? 'Agent', AiTool, name]),
	};
}

/** n8n's real nodes play these in test/e2e/agent.test.ts, what they leave behind among it. */
describe.each(['ApproveHitlTool', 'SubAgentTool', 'SubAgentTool of OuterAgentTool'])(
	'An agent with %s before its tool',
	(between) => {
		test.concurrent('pays once when it fails, with "Retry execution"', async () => {
			await withScene(QUICK, async ({ simulator, execute, retry }) => {
				const graph = graphThrough(between, [{ calls: 1, then: fail }, { calls: 1 }]);
				const retried = await retry(graph, await execute(graph));
				expect(simulator.jobs).toHaveLength(1);
				expect(outputOf(retried)).toContain(simulator.jobs[0]?.requestId);
			});
		});

		test.concurrent('pays once when its model fails, with Retry On Fail', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const tries = [{ calls: 1, then: failWithModel }, { calls: 1 }];
				const finished = await execute(graphThrough(between, tries, RETRY));
				expect(simulator.jobs).toHaveLength(1);
				expect(outputOf(finished)).toContain(simulator.jobs[0]?.requestId);
			});
		});

		test.concurrent('pays for two calls', async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				await execute(graphThrough(between, [{ calls: 2 }]));
				expect(simulator.jobs).toHaveLength(2);
			});
		});
	},
);

/** What may fail while an agent's run goes on, and how many videos two equal calls then make. */
const FAILURES = [
	['an approval, of which the agent is told', 'ApproveHitlTool', {}, 2],
	['an agent that is its tool, and with it what that one got', 'SubAgentTool', {}, 1],
	['another tool, of which the agent is told', 'SubAgentTool', { name: 'Other' }, 2],
	[
		'the model of an agent that is its tool',
		'SubAgentTool',
		{ name: 'Model', user: 'SubAgentTool', type: AiLanguageModel },
		1,
	],
	[
		'the model of the outer of two such agents',
		'SubAgentTool of OuterAgentTool',
		{ name: 'Model', user: 'OuterAgentTool', type: AiLanguageModel },
		1,
	],
	[
		'a model that another node chooses',
		'SubAgentTool',
		{ name: 'Model', user: 'Selector', type: AiLanguageModel },
		1,
	],
	[
		'the model of another node',
		'SubAgentTool',
		{ name: 'Model', user: 'Start', type: AiLanguageModel },
		2,
	],
] as const;

test.concurrent.each(FAILURES)(
	'When there fails %s: %s',
	async (_what, between, failure, videos) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const graph = graphThrough(between, [{ calls: 1 }, { calls: 1 }]);
			const { run } = graph.standIns?.Agent ?? {};
			let runs = 0;
			graph.standIns = {
				...graph.standIns,
				Selector: {},
				Agent: {
					async run(items, runIndex, tools, context, response) {
						if (runs++ === 1) failModel(context, { name: between, type: AiTool, ...failure });
						const output = (await run?.(items, runIndex, tools, context, response)) ?? [];
						// The first round is over, and so begins the second.
						return 'actions' in output || runs > 2
							? output
							: ((await run?.(items, runIndex, tools, context, response)) ?? []);
					},
				},
			};
			graph.uses?.push(['SubAgentTool', AiLanguageModel, 'Selector']);
			await execute(graph);
			expect(simulator.jobs).toHaveLength(videos);
		});
	},
);
