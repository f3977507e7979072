/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { NodeConnectionTypes, type INode } from 'n8n-workflow';

import { NODE_TYPE, type Graph, type StandIn } from './engine.ts';
import {
	createFromReferencesNode,
	createKlingNode,
	createVideoNode,
	extendNode,
} from './families.ts';
import { jsonOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const TOOL = { type: `${NODE_TYPE}Tool` };
const URLS = ['https://media.example/1.png', 'https://media.example/2.png'];

const VIDEO_URL = 'https://media.example/a.mp4';

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

	test.concurrent.each([
		['a list and a number', ['json', 'number'], { images: URLS, seconds: 7 }],
		['text for both', ['string', 'string'], { images: URLS.join('\n'), seconds: '7' }],
		['a list as JSON text', ['string', 'string'], { images: JSON.stringify(URLS), seconds: '7' }],
	])(
		'writes the references of a Kling video: %s',
		async (_case, [list = '', number = ''], input) => {
			const video = createFromReferencesNode(
				{
					...{ prompt: fromAI('prompt', 'string'), duration: fromAI('seconds', number) },
					...{
						referenceImages: fromAI('images', list),
						referenceVideos: fromAI('video', 'string'),
					},
					...{ referType: fromAI('use', 'string') },
					options: { keepOriginalSound: fromAI('sound', 'string') },
				},
				TOOL,
			);
			const graph = graphWith(video, {
				...{ prompt: '<<<image_1>>> walks', video: VIDEO_URL, use: 'Feature', sound: 'false' },
				...input,
			});
			await expectSubmit(graph, '/kling/v1/videos/omni-video', {
				...{ model_name: 'kling-video-o1', prompt: '<<<image_1>>> walks', mode: 'std' },
				...{ duration: '7', aspect_ratio: '16:9', external_task_id: expect.any(String) },
				image_list: URLS.map((image_url) => ({ image_url })),
				video_list: [{ video_url: VIDEO_URL, refer_type: 'feature', keep_original_sound: 'no' }],
			});
		},
	);

	test.concurrent('writes the IDs of the video that it extends', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const model = { __rl: true, mode: 'id', value: 'kling-v1-6' };
			const [made] = jsonOf(await execute(createKlingNode({ model })));
			const video = extendNode(
				{
					...{ prompt: fromAI('prompt', 'string'), requestId: fromAI('job', 'string') },
					videoId: fromAI('video', 'string'),
				},
				TOOL,
			);
			const ids = { task_id: made?.request_id, video_id: Object(made?.video).id };
			const input = { prompt: 'Go on', job: ` "${ids.task_id}" `, video: ids.video_id };
			const { run } = await execute(graphWith(video, input));
			const answer = JSON.stringify(run.data.resultData.runData.Agent?.[0]?.data?.main);
			expect(simulator.jobs[1]?.body).toEqual({ ...ids, prompt: 'Go on' });
			expect(answer).toContain(`${simulator.jobs[1]?.requestId}`);
		});
	});
});
