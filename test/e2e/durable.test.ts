/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sleep } from 'n8n-workflow';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { readExample, withParameters } from '../harness/n8n/exampleFile.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import {
	type Execution,
	type OutputItem,
	outputItems,
	type RestClient,
	withCredential,
	type Workflow,
} from '../harness/n8n/restClient.ts';
import type { N8nServer } from '../harness/n8n/server.ts';
import { setSimulatedStage, type SimulatedStage } from '../harness/n8n/simulatedStage.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import { getStatus, start as startNode, video, workflow } from '../harness/n8n/workflow.ts';
import { until } from '../harness/until.ts';
import { type JobPlan, sampleMp4, type Simulator } from '../simulator/simulator.ts';

/** The example's wait of 70 seconds, the start of n8n, and some air. */
const LIMIT_MS = 300_000;
const EXAMPLES_WAIT_MS = 70_000;

describe(`n8n ${CURRENT_N8N}`, () => {
	const cleanUp: CleanUp = [];
	let stage: SimulatedStage;
	let simulator: Simulator;
	let server: N8nServer;
	let client: RestClient;
	let example: Workflow;
	let plan: JobPlan;
	let paidBefore: number;
	let sentBefore: number;

	beforeAll(async () => {
		stage = await setSimulatedStage(cleanUp, { plan: () => plan });
		({ simulator, server, client } = stage);
		example = await readExample('durable-wait');
	}, LIMIT_MS);

	afterAll(async () => await cleanUpAll(cleanUp));

	beforeEach(() => {
		plan = { seconds: 0.2 };
		paidBefore = simulator.jobs.length;
		sentBefore = simulator.requestsTo('submit').length;
	});

	async function start(workflow: Workflow): Promise<string> {
		const saved = withCredential(workflow, NODE_TYPE, stage.credential);
		const { id } = await client.createWorkflow(saved);
		return await client.runWorkflow(id, 'Start');
	}

	async function hasStatus(id: string, status: string): Promise<boolean> {
		return (await client.getExecution(id)).status === status;
	}

	async function restart(): Promise<void> {
		stage = await stage.restart();
		({ server, client } = stage);
	}

	function onlyId(): string | undefined {
		expect(simulator.jobs).toHaveLength(paidBefore + 1);
		expect(simulator.requestsTo('submit')).toHaveLength(sentBefore + 1);
		return simulator.jobs.at(-1)?.requestId;
	}

	async function expectVideo(item: OutputItem | undefined): Promise<void> {
		expect(item?.json).toMatchObject({ request_id: onlyId(), status: 'done' });
		expect(await client.downloadFile(item?.binary?.['data'])).toEqual(sampleMp4);
	}

	function readyVideo(execution: Execution): OutputItem | undefined {
		return outputItems(execution, 'Video Ready')[0];
	}

	describe('the example durable-wait', () => {
		test(
			'ends by itself with the video when n8n is killed while it waits and started again',
			async () => {
				const id = await start(example);
				await until(async () => await hasStatus(id, 'waiting'));
				await server.kill();
				await restart();
				// While n8n starts, it takes the execution for crashed, and then sees that it waits.
				await until(async () => await hasStatus(id, 'success'));
				await expectVideo(readyVideo(await client.getExecution(id)));
			},
			LIMIT_MS,
		);

		test(
			'gets its video when n8n is killed and started again only after the end of its wait',
			async () => {
				const id = await start(example);
				await until(async () => await hasStatus(id, 'waiting'));
				await server.kill();
				await sleep(EXAMPLES_WAIT_MS);
				await restart();
				await until(async () => readyVideo(await client.getExecution(id)) !== undefined);
				await expectVideo(readyVideo(await client.getExecution(id)));
			},
			LIMIT_MS,
		);

		test(
			'keeps the request ID when n8n is killed while it asks, and ends after Retry execution',
			async () => {
				const asking = simulator.inject({ route: 'status', fault: { kind: 'hang' } });
				const id = await start(withParameters(example, 'Wait', { amount: 0 }));
				await until(() => asking.hits === 1);
				await server.kill();
				await restart();
				const crashed = await client.waitForExecution(id);
				expect(crashed.status).toBe('crashed');
				expect(outputItems(crashed, 'Create Video')[0]?.json['request_id']).toBe(onlyId());
				const retried = await client.waitForExecution(await client.retryExecution(id));
				expect(retried.status).toBe('success');
				await expectVideo(readyVideo(retried));
			},
			LIMIT_MS,
		);
	});

	describe('a wait in the node, when n8n is killed,', () => {
		test(
			'ends with its execution, which n8n does not retry; Get Status brings the video',
			async () => {
				plan = { seconds: Infinity };
				const id = await start(workflow([startNode(), video()]));
				await until(() => simulator.jobs.length > paidBefore);
				const requestId = String(onlyId());
				await until(() => server.log.some((line) => line.includes(requestId)));
				await server.kill();
				await restart();
				expect((await client.waitForExecution(id)).status).toBe('crashed');
				await expect(client.retryExecution(id)).rejects.toThrow();

				simulator.finishJob(requestId);
				const looking = await start(workflow([startNode(), getStatus(requestId)]));
				const found = await client.waitForExecution(looking);
				expect(outputItems(found, 'Get Status')[0]?.json).toMatchObject({
					request_id: onlyId(),
					status: 'done',
				});
			},
			LIMIT_MS,
		);
	});
});
