/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { sleep } from 'n8n-workflow';

import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import { publish, webhook } from '../harness/n8n/queueMode.ts';
import { outputItems } from '../harness/n8n/restClient.ts';
import { describeServer } from '../harness/n8n/serverCases.ts';
import { FOREVER, useServer } from '../harness/n8n/serverScene.ts';
import { start, VIDEO, video, workflow } from '../harness/n8n/workflow.ts';
import { until } from '../harness/until.ts';

const CUSTOM_DATA_KEY = 'cometapi_video_request_ids';

describe(`n8n ${CURRENT_N8N}`, () => {
	const scene = useServer(CURRENT_N8N);
	describeServer(scene);

	// n8n writes them some moments after the status.
	const expectCustomData = async (id: string, requestId: string) => {
		await until(async () => CUSTOM_DATA_KEY in (await scene.client.getExecution(id)).customData);
		const { customData } = await scene.client.getExecution(id);
		expect(customData).toEqual({ [CUSTOM_DATA_KEY]: requestId });
	};

	describe('As this n8n does it', () => {
		test('A downloaded video is kept as a file, outside the data of the execution', async () => {
			const execution = await scene.execute(workflow([start(), video({ downloadVideo: true })]));
			scene.paidIds(1);
			const file = outputItems(execution, VIDEO)[0]?.binary?.['data'];
			expect(file).toMatchObject({ id: expect.stringContaining('filesystem') });
		});

		test("The request IDs of an execution are in n8n's log and in its custom data", async () => {
			const { id } = await scene.execute(workflow([start(), video()]));
			scene.paidIds(1);
			await expectCustomData(id, await scene.loggedId());
		});

		test('After Stop, n8n refuses "Retry execution"; the custom data have the request ID', async () => {
			scene.plan = () => FOREVER;
			const id = await scene.start(workflow([start(), video()]));
			const requestId = await scene.loggedId();
			await scene.client.stopExecution(id);
			expect((await scene.client.waitForExecution(id)).status).toBe('canceled');
			await expectCustomData(id, requestId);
			await expect(scene.client.retryExecution(id)).rejects.toThrow('cannot be retried');
			scene.paidIds(1);
		});

		test("After Stop of a triggered execution, a retry by n8n's API starts over, and pays again", async () => {
			scene.plan = () => FOREVER;
			const production = await publish(scene.stage, workflow([webhook(), video()]));
			await production.start({});
			await scene.loggedId();
			const [id = ''] = await scene.client.listExecutions(production.workflowId);
			await scene.client.stopExecution(id);
			expect((await scene.client.waitForExecution(id)).status).toBe('canceled');
			const retrying = scene.client.retryExecution(id);
			await until(() => scene.paidJobs().length === 2);
			for (const requestId of scene.paidIds(2)) scene.simulator.finishJob(requestId);
			await scene.client.waitForExecution(await retrying);
			scene.paidIds(2);
		});

		test('After Stop while a video is being submitted, only the log has its request ID', async () => {
			scene.plan = () => FOREVER;
			const fault = { kind: 'delay', ms: 4_000, afterHandler: true } as const;
			scene.simulator.inject({ route: 'submit', fault });
			const id = await scene.start(workflow([start(), video()]));
			await until(() => scene.paidJobs().length === 1);
			await scene.client.stopExecution(id);
			await scene.loggedId();
			await sleep(1_000);
			expect((await scene.client.waitForExecution(id)).customData).toEqual({});
			scene.paidIds(1);
		});

		test('After the time-out of an execution, "Retry execution" picks up its video', async () => {
			scene.plan = () => FOREVER;
			const settings = { executionTimeout: 5 };
			const ended = await scene.execute(workflow([start(), video()], { settings }));
			expect(ended.status).toBe('canceled');
			const [requestId = ''] = scene.paidIds(1);
			scene.simulator.finishJob(requestId);
			const retried = await scene.retry(ended);
			expect(outputItems(retried, VIDEO).map(({ json }) => json)).toEqual([
				expect.objectContaining({ request_id: requestId, status: 'done' }),
			]);
			scene.paidIds(1);
		});
	});
});
