/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sleep } from 'n8n-workflow';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { readExample } from '../harness/n8n/exampleFile.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import {
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

/** A minute awake, a sleep, two starts of n8n, and some air. */
const LIMIT_MS = 400_000;
const LONGEST_SLEEP_MS = 70_000;

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

	test(
		'the example durable-wait ends with its video when n8n was killed and is started again only after the end of the sleep',
		async () => {
			plan = { seconds: 80 };
			const id = await start(example);
			await until(async () => await hasStatus(id, 'waiting'));
			await server.kill();
			await sleep(LONGEST_SLEEP_MS);
			await restart();
			// While n8n starts, it takes the execution for crashed, and then sees that it waits.
			await until(async () => await hasStatus(id, 'success'));
			const [item] = outputItems(await client.getExecution(id), 'Video Ready');
			expect(item?.json).toMatchObject({ request_id: onlyId(), status: 'done' });
			expect(await client.downloadFile(item?.binary?.['data'])).toEqual(sampleMp4);
		},
		LIMIT_MS,
	);

	test(
		'n8n that is killed while a video is being submitted leaves its request ID nowhere',
		async () => {
			plan = { seconds: Infinity };
			const fault = { kind: 'delay', ms: 10_000, afterHandler: true } as const;
			simulator.inject({ route: 'submit', fault });
			const id = await start(workflow([startNode(), video()]));
			await until(() => simulator.jobs.length > paidBefore);
			await server.kill();
			expect(server.log.join(' ')).not.toContain(String(onlyId()));
			await restart();
			const { status, customData } = await client.waitForExecution(id);
			expect([status, customData]).toEqual(['crashed', {}]);
		},
		LIMIT_MS,
	);

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
