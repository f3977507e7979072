/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sleep } from 'n8n-workflow';

import type { JobPlan, Simulator } from '../simulator/simulator.ts';
import { type Credential, outputItems, parseWorkflow, withCredential } from './restClient.ts';
import { setSimulatedStage, type SimulatedStage } from './simulatedStage.ts';
import { cleanUpAll, type CleanUp, CREDENTIAL_TYPE, EXAMPLE, NODE_TYPE } from './stage.ts';

const cleanUp: CleanUp = [];
let stage: SimulatedStage;
let simulator: Simulator;
let credential: Credential;
let plan: JobPlan;

beforeAll(async () => {
	stage = await setSimulatedStage(cleanUp, { plan: () => plan });
	({ simulator, credential } = stage);
}, 120_000);

afterAll(async () => await cleanUpAll(cleanUp));

beforeEach(() => {
	plan = { seconds: 0.2 };
});

function data(changes: { apiKey?: string; baseUrl?: string } = {}) {
	return { apiKey: simulator.apiKey, baseUrl: simulator.url, ...changes };
}

/** Runs the example with other parameters of the node. */
async function run(options: object, settings: Record<string, unknown> = {}): Promise<string> {
	const example = parseWorkflow(await readFile(EXAMPLE.file, 'utf8'));
	const workflow = withCredential(example, NODE_TYPE, credential);
	const nodes = workflow.nodes.map((node) =>
		node.type === NODE_TYPE
			? { ...node, parameters: { ...Object(node.parameters), options } }
			: node,
	);
	const { id } = await stage.client.createWorkflow({ ...workflow, nodes, settings });
	return await stage.client.runWorkflow(id, EXAMPLE.triggerName);
}

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await sleep(20);
}

describe('the test of a credential', () => {
	const tested = async (changes: Parameters<typeof data>[0]) =>
		await stage.client.testCredential(CREDENTIAL_TYPE, data(changes));

	test('succeeds with the right key', async () => {
		expect(await tested({})).toMatchObject({ status: 'OK' });
	});

	test.each(['/', '/v1', '/v1/'])('succeeds with a base URL that ends in %s', async (ending) => {
		expect(await tested({ baseUrl: simulator.url + ending })).toMatchObject({ status: 'OK' });
	});

	test('fails with a wrong key', async () => {
		expect(await tested({ apiKey: 'wrong' })).toMatchObject({ status: 'Error' });
	});

	test('fails at an address that answers with a web page', async () => {
		simulator.inject({ route: 'models', fault: { kind: 'html', status: 200 } });
		expect(await tested({})).toEqual({
			status: 'Error',
			message: "This address does not answer like CometAPI. Check 'Base URL'.",
		});
	});

	test('fails where nobody is', async () => {
		expect(await tested({ baseUrl: 'http://127.0.0.1:1' })).toMatchObject({ status: 'Error' });
	});

	test('fails without https, and sends nothing', async () => {
		const { status, message } = await tested({ baseUrl: 'http://api.cometapi.example' });
		expect(status).toBe('Error');
		expect(message).toContain('https://');
	});
});

describe('the list of models', () => {
	const searched = async (filter: string) =>
		await stage.client.searchList(NODE_TYPE, 'searchModels', credential, filter);

	test("has Grok's video models of the account", async () => {
		expect(await searched('')).toEqual(['grok-imagine-video', 'grok-imagine-video-1.5']);
		expect(simulator.requests.at(-1)?.path).toBe('/v1/models');
	});

	test('can be searched', async () => {
		expect(await searched('1.5')).toEqual(['grok-imagine-video-1.5']);
	});

	test('has the known models when it cannot be had', async () => {
		simulator.inject({ route: 'models', fault: { kind: 'status', status: 503 } });
		expect(await searched('')).toEqual(['grok-imagine-video', 'grok-imagine-video-1.5']);
	});
});

describe('an execution', () => {
	test('hands on the finished video', async () => {
		const execution = await stage.client.waitForExecution(await run({ pollInterval: 1 }));
		expect(execution.status).toBe('success');
		expect(outputItems(execution, EXAMPLE.nodeName)).toEqual([
			expect.objectContaining({
				json: expect.objectContaining({
					request_id: simulator.jobs.at(-1)?.requestId,
					status: 'done',
				}),
			}),
		]);
	});

	test('that failed picks up its video when it is retried, without paying again', async () => {
		plan = { seconds: 600 };
		const paidBefore = simulator.jobs.length;
		const failed = await stage.client.waitForExecution(await run({ pollInterval: 1, maxWait: 2 }));
		expect(failed.status).toBe('error');
		const requestId = String(simulator.jobs.at(-1)?.requestId);
		simulator.finishJob(requestId);
		const retried = await stage.client.waitForExecution(
			await stage.client.retryExecution(failed.id),
		);
		expect(retried.status).toBe('success');
		expect(outputItems(retried, EXAMPLE.nodeName)[0]?.json).toMatchObject({
			request_id: requestId,
			status: 'done',
		});
		expect(simulator.jobs).toHaveLength(paidBefore + 1);
	});

	test.each([
		['Stop', {}, async (id: string) => await stage.client.stopExecution(id)],
		['its time-out', { executionTimeout: 3 }, async () => {}],
	] as const)('asks no more after %s, and its id is in the log', async (_case, settings, stop) => {
		plan = { seconds: 600 };
		const pollsBefore = simulator.requestsTo('status').length;
		const id = await run({ pollInterval: 1 }, settings);
		await until(() => simulator.requestsTo('status').length > pollsBefore);
		await stop(id);
		expect((await stage.client.waitForExecution(id)).status).toBe('canceled');
		const requests = simulator.requests.length;
		await sleep(2_500);
		expect(simulator.requests).toHaveLength(requests);
		expect(stage.server.log.join('\n')).toContain(String(simulator.jobs.at(-1)?.requestId));
	});
});
