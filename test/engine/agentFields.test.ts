/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { NodeConnectionTypes, type INode } from 'n8n-workflow';

import { NODE_TYPE, type Graph, type StandIn } from './engine.ts';
import { createKlingNode, createVideoNode } from './families.ts';
import { withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const TOOL = { type: `${NODE_TYPE}Tool` };
const URLS = ['https://media.example/1.png', 'https://media.example/2.png'];

type Input = Record<string, unknown>;

/** Up to version 2, an agent calls its tool; n8n then checks the types that $fromAI names. */
function callsItself(video: INode, input: Input): Graph {
	const run: StandIn = async (_items, _runIndex, [tool]) =>
		[[{ json: { answer: await tool?.invoke(input as never) } }]] as never;
	return graphOf(video, { run, hasTools: true });
}

/** Later ones have n8n run it, with what the model wrote as it is. */
function hasItRun(video: INode, input: Input): Graph {
	const run: StandIn = (_items, _runIndex, _tools, _context, response) => {
		const answers = response?.actionResponses ?? [];
		if (answers.length > 0) return [[{ json: { answers } }]] as never;
		const type = NodeConnectionTypes.AiTool;
		const actionType = 'ExecutionNodeAction';
		const action = { actionType, nodeName: 'Video', type, input, id: 'call', metadata: {} };
		return { actions: [action], metadata: {} } as never;
	};
	return graphOf(video, { run });
}

function graphOf(video: INode, agent: { run: StandIn; hasTools?: boolean }): Graph {
	return {
		video,
		standIns: { Agent: agent },
		connections: [['Start', 0, 'Agent']],
		agent: 'Agent',
	};
}

const fromAI = (key: string, type: string) => `={{ $fromAI('${key}', '', '${type}') }}`;

/** One submit, whose video the agent gets. */
async function expectSubmit(graph: Graph, path: string, body: Input) {
	await withScene(QUICK, async ({ simulator, execute }) => {
		const { run } = await execute(graph);
		const answer = JSON.stringify(run.data.resultData.runData.Agent?.[0]?.data?.main);
		expect(simulator.requestsTo('submit').map((request) => request.path)).toEqual([path]);
		const [job] = simulator.jobs;
		expect(job?.body).toEqual(body);
		expect(answer).toContain(`${job?.requestId}`);
	});
}

const KINDS = [
	['that calls its tool itself', callsItself],
	['that has n8n run its tool', hasItRun],
] as const;

describe.each(KINDS)('An agent %s', (_kind, graphWith) => {
	test.concurrent.each([
		['numbers and a list', ['number', 'json'], { seconds: 6, images: URLS }],
		['text for both', ['string', 'string'], { seconds: '6', images: URLS.join('\n') }],
		['a list as JSON text', ['string', 'string'], { seconds: ' 6 ', images: JSON.stringify(URLS) }],
		['a list with commas', ['string', 'string'], { seconds: '6.0', images: URLS.join(', ') }],
		['a list with commas alone', ['string', 'string'], { seconds: '6', images: URLS.join(',') }],
	])(
		'writes the fields of a Seedance video: %s',
		async (_case, [number = '', list = ''], input) => {
			const video = createVideoNode(
				{
					...{ prompt: fromAI('prompt', 'string'), duration: fromAI('seconds', number) },
					options: {
						size: fromAI('size', 'string'),
						referenceVideos: fromAI('videos', list),
						referenceAudios: fromAI('audios', 'string'),
					},
					...{ imageSource: 'url', imageUrl: fromAI('images', list) },
				},
				TOOL,
			);
			const graph = graphWith(video, {
				...{ prompt: 'A comet', size: '1280 x 720', ...input },
				...{ videos: input.images, audios: '' },
			});
			await expectSubmit(graph, '/v1/videos', {
				...{ model: 'seedance-2-5', prompt: 'A comet', seconds: '6', size: '1280x720' },
				...{ reference_urls: URLS, reference_video_urls: URLS },
			});
		},
	);

	test.concurrent.each([
		['numbers', ['number', 'boolean'], { seconds: 10, sound: true, scale: 0.7 }],
		['text', ['string', 'string'], { seconds: '10', sound: 'true', scale: '0.7' }],
	])('writes the fields of a Kling video: %s', async (_case, [number = '', sound = ''], input) => {
		const kling = createKlingNode(
			{
				...{ prompt: fromAI('prompt', 'string'), duration: fromAI('seconds', number) },
				...{ aspectRatio: fromAI('ratio', 'string'), qualityMode: fromAI('mode', 'string') },
				...{ sound: fromAI('sound', sound), imageSource: fromAI('source', 'string') },
				...{ imageUrl: fromAI('image', 'string') },
				options: { cfgScale: fromAI('scale', number), lastFrame: fromAI('end', 'string') },
			},
			TOOL,
		);
		const texts = { prompt: 'A comet', ratio: '9:16 ', mode: 'Pro', source: 'URL' };
		const graph = graphWith(kling, { ...texts, ...{ image: URLS[0], end: URLS[1] }, ...input });
		await expectSubmit(graph, '/kling/v1/videos/image2video', {
			...{ model_name: 'kling-v2-6', prompt: 'A comet', duration: '10', cfg_scale: 0.7 },
			...{ aspect_ratio: '9:16', mode: 'pro', sound: 'on', image: URLS[0] },
			image_tail: URLS[1],
			external_task_id: expect.any(String),
		});
	});
});
