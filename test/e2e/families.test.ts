/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { sampleMp4 } from '../simulator/simulator.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import { outputItems } from '../harness/n8n/restClient.ts';
import { FOREVER, useServer } from '../harness/n8n/serverScene.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import { getStatus, items, node, start, VIDEO, workflow } from '../harness/n8n/workflow.ts';

const FAMILIES = [
	{ resource: 'video', model: 'wan2.6', aspectRatio: '9:16', duration: 5 },
	{ resource: 'kling', model: 'kling-v2-6', duration: 5 },
];

/** Create as the editor stores it, with the fields of its family. */
function create(
	{ model, ...parameters }: { model: string; [parameter: string]: unknown },
	options: object = {},
	settings: object = {},
) {
	return node(
		VIDEO,
		[NODE_TYPE, 1],
		{
			operation: 'create',
			model: { __rl: true, mode: 'list', value: model },
			prompt: 'A lighthouse in a storm',
			...parameters,
			options: { pollInterval: 1, ...options },
		},
		{ ...settings },
	);
}

describe(`Other families than Grok, in n8n ${CURRENT_N8N}`, () => {
	const scene = useServer(CURRENT_N8N);

	test.each(FAMILIES)('$resource: a video is made, waited for and downloaded', async (family) => {
		const execution = await scene.execute(
			workflow([start(), create({ ...family, downloadVideo: true })]),
		);
		const [requestId] = scene.paidIds(1);
		const [item] = outputItems(execution, VIDEO);
		expect(item?.json).toMatchObject({ request_id: requestId, status: 'done' });
		expect(item?.binary?.['data']).toMatchObject({
			mimeType: 'video/mp4',
			fileSize: expect.stringContaining(String(Math.round(sampleMp4.length / 1000))),
		});
	});

	test.each(FAMILIES)(
		'$resource: Get Status waits for what Create has submitted',
		async (family) => {
			const submitted = create({ ...family, waitForCompletion: false });
			const status = { ...getStatus() };
			status.parameters = { ...Object(status.parameters), resource: family.resource };
			const execution = await scene.execute(workflow([start(), submitted, status]));
			const [requestId] = scene.paidIds(1);
			expect(outputItems(execution, 'Get Status')[0]?.json).toMatchObject({
				request_id: requestId,
				status: 'done',
			});
		},
	);

	test.each(FAMILIES)('$resource: Retry On Fail and "Retry execution" pay once', async (family) => {
		scene.plan = () => FOREVER;
		const retrying = { retryOnFail: true, maxTries: 2, waitBetweenTries: 500 };
		const failed = await scene.execute(
			workflow([start(), create(family, { maxWait: 1 }, retrying)]),
		);
		expect(failed.status).toBe('error');
		const [requestId = ''] = scene.paidIds(1);
		scene.simulator.finishJob(requestId);
		const retried = await scene.retry(failed);
		expect(outputItems(retried, VIDEO)[0]?.json).toMatchObject({
			request_id: requestId,
			status: 'done',
		});
		scene.paidIds(1);
	});

	test('a hundred items of mixed models, by expression, each get their video', async () => {
		const models = ['wan2.6', 'seedance-2-5', 'veo3.1', 'viduq3'];
		const list = Array.from({ length: 100 }, (_, index) => ({
			model: models[index % models.length],
		}));
		const model = { __rl: true, mode: 'id', value: '={{ $json.model }}' };
		const many = { ...create({ model: '', resource: 'video' }) };
		many.parameters = { ...Object(many.parameters), model };
		const execution = await scene.execute(workflow([start(), ...items(...list), many]));
		scene.paidIds(100);
		const made = outputItems(execution, VIDEO);
		expect(made.map(({ json }) => json['status'])).toEqual(Array(100).fill('done'));
		expect(new Set(made.map(({ json }) => json['request_id'])).size).toBe(100);
	});
});
