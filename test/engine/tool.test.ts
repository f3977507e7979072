/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { NODE_TYPE, type Graph, type Tool } from './engine.ts';
import { createNode, withScene } from './scene.ts';

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };

/** An agent that calls its tool like that, as n8n's engine gives it to one. */
function agentGraph(calls: (tool: Tool) => Promise<unknown>, settings: object = {}): Graph {
	const run = async (_items: unknown, _runIndex: number, tools: Tool[]) => {
		const [tool] = tools;
		if (!tool) throw new Error('The agent has no tool');
		return [[{ json: { answers: await calls(tool) } }]] as never;
	};
	const prompt = "={{ $fromAI('prompt', 'What the video shows', 'string') }}";
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
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 401 }, times: 2 });
			const graph = agentGraph(async (tool) => await tool.invoke({ prompt: 'A comet' }), RETRY);
			const { run } = await execute(graph);
			const output = JSON.stringify(run.data.resultData.runData.Agent?.[0]?.data?.main);
			expect(simulator.jobs).toHaveLength(1);
			expect(output).toContain(`${simulator.jobs[0]?.requestId}.mp4`);
		});
	});

	test.concurrent('whose tool is retried with another prompt pays for another video', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 401 } });
			const graph = agentGraph(async (tool) => await tool.invoke({ prompt: 'A comet' }), RETRY);
			graph.video.parameters.prompt = '={{ "A comet at " + $now.toMillis() }}';
			await execute(graph);
			expect(simulator.jobs).toHaveLength(2);
		});
	});
});
