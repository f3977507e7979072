/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { OLDEST_N8N } from '../harness/n8n/installation.ts';
import { type Execution, outputItems } from '../harness/n8n/restClient.ts';
import { describeServer } from '../harness/n8n/serverCases.ts';
import { FOREVER, useServer } from '../harness/n8n/serverScene.ts';
import { start, VIDEO, video, workflow } from '../harness/n8n/workflow.ts';

describe(`n8n ${OLDEST_N8N}`, () => {
	const scene = useServer(OLDEST_N8N);
	describeServer(scene);

	const nodesRun = ({ data }: Execution) => Object.keys(data.resultData.runData);
	const nothing = (refusal: unknown) => {
		expect(String(refusal)).toContain('cannot be retried');
		return [];
	};

	describe('As this n8n does it', () => {
		test('A downloaded video is kept within the data of the execution', async () => {
			const execution = await scene.execute(workflow([start(), video({ downloadVideo: true })]));
			scene.paidIds(1);
			const file = outputItems(execution, VIDEO)[0]?.binary?.['data'];
			expect(file).not.toHaveProperty('id');
		});

		test("The request IDs of an execution are in n8n's log; there is no custom data", async () => {
			const { customData } = await scene.execute(workflow([start(), video()]));
			expect(scene.paidIds(1)).toEqual([await scene.loggedId()]);
			expect(customData).toEqual({});
		});

		// Which of the two it is, is decided by which of n8n's two writes to the database comes last.
		test('After Stop, "Retry execution" is refused or runs no node; the log has the request ID', async () => {
			scene.plan = () => FOREVER;
			const id = await scene.start(workflow([start(), video()]));
			const requestId = await scene.loggedId();
			await scene.client.stopExecution(id);
			const stopped = await scene.client.waitForExecution(id);
			expect(stopped.status).toBe('canceled');
			scene.simulator.finishJob(requestId);
			expect(await scene.retry(stopped).then(nodesRun, nothing)).not.toContain(VIDEO);
			scene.paidIds(1);
		});

		test('After the time-out of an execution, "Retry execution" runs no node; the execution has the request ID', async () => {
			scene.plan = () => FOREVER;
			const settings = { executionTimeout: 5 };
			const ended = await scene.execute(workflow([start(), video()], { settings }));
			expect(ended.status).toBe('canceled');
			const [requestId = ''] = scene.paidIds(1);
			expect(JSON.stringify(ended.data)).toContain(requestId);
			scene.simulator.finishJob(requestId);
			const retried = await scene.retry(ended);
			expect(retried.status).toBe('success');
			expect(nodesRun(retried)).not.toContain(VIDEO);
			scene.paidIds(1);
		});
	});
});
