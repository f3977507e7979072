/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sleep } from 'n8n-workflow';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import { publish, webhook } from '../harness/n8n/queueMode.ts';
import { type Workflow, withCredential } from '../harness/n8n/restClient.ts';
import { setSimulatedStage, type SimulatedStage } from '../harness/n8n/simulatedStage.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import {
	inOrder,
	items,
	loopOverItems,
	node,
	start,
	START,
	VIDEO,
	video,
	type Wire,
	workflow,
} from '../harness/n8n/workflow.ts';
import { type SocialSink, startSocialSink } from '../harness/services/socialSink.ts';
import { until } from '../harness/until.ts';
import type { JobPlan } from '../simulator/simulator.ts';

const LIMIT_MS = 900_000;
const JOB_S = 100;
const EXECUTIONS = 3;
const ONE_PLACE = { N8N_CONCURRENCY_PRODUCTION_LIMIT: '1' };
/** All but the newest execution are gone some seconds after they have ended. */
const PRUNES = {
	...{ EXECUTIONS_DATA_PRUNE: 'true', EXECUTIONS_DATA_PRUNE_MAX_COUNT: '1' },
	EXECUTIONS_DATA_PRUNE_SOFT_DELETE_INTERVAL: '0.1',
};

interface Played {
	/** From the first to the last submit. */
	submitSpanS: number;
	/** From the first call until the node behind the last video runs. */
	seconds: number;
	polls: number;
}

describe(`with one place for executions, in n8n ${CURRENT_N8N},`, () => {
	const cleanUp: CleanUp = [];
	let sink: SocialSink;
	let awake: Played;
	let asleep: Played;
	let prunedId: string;
	let stage: SimulatedStage;

	const create = (sleepWhileWaiting: boolean, prompt: string) =>
		video({ prompt, options: { pollInterval: 0, sleepWhileWaiting } });

	/** Sends each item to where the test sees it. */
	const tell = (name: string) =>
		node('Tell', ['n8n-nodes-base.httpRequest', 4.2], {
			method: 'POST',
			url: `${sink.url}/${name}`,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: '={{ JSON.stringify($json) }}',
		});
	const toldOf = (name: string) => sink.posts.filter(({ path }) => path === `/${name}`);

	function ofWebhook(isAsleep: boolean): Workflow {
		const last = tell(isAsleep ? 'asleep' : 'awake');
		return workflow([webhook(), create(isAsleep, '={{ $json.body.prompt }}'), last]);
	}

	/** A round for each prompt, one after another. */
	function loopOfWebhook(): Workflow {
		const split = node('Prompts', ['n8n-nodes-base.splitOut', 1], {
			fieldToSplitOut: 'body.prompts',
			options: { destinationFieldName: 'prompt' },
		});
		const nodes = [webhook(), split, loopOverItems()];
		const wires: Wire[] = [
			...inOrder(nodes),
			['Loop', 0, 'Tell'],
			['Loop', 1, VIDEO],
			[VIDEO, 0, 'Loop'],
		];
		return workflow([...nodes, create(true, '={{ $json.prompt }}'), tell('loop')], { wires });
	}

	/**
	 * A loop that sleeps, and another execution that has the place when it is to go on, for so long that
	 * n8n asks for a place a second time, with what it had stored for the first.
	 */
	async function playLoop(): Promise<void> {
		const loop = await publish(stage, loopOfWebhook());
		const other = await publish(stage, ofWebhook(false));
		await loop.start({ prompts: ['Round 1', 'Round 2'] });
		await sleep((JOB_S - 15) * 1000);
		await other.start({ prompt: 'Other' });
		await until(() => toldOf('loop').length >= 2);
	}

	/** A manual run, which takes no place, after which n8n knows how long such videos take. */
	async function learn(): Promise<string> {
		const list = items({ prompt: '1st' }, { prompt: '2nd' }, { prompt: '3rd' });
		const flow = workflow([start(), ...list, create(false, '={{ $json.prompt }}')]);
		const { client, credential } = stage;
		const { id } = await client.createWorkflow(withCredential(flow, NODE_TYPE, credential));
		const executionId = await client.runWorkflow(id, START);
		await client.waitForExecution(executionId);
		return executionId;
	}

	async function play(at: SimulatedStage, isAsleep: boolean): Promise<Played> {
		const production = await publish(at, ofWebhook(isAsleep));
		const { simulator } = at;
		const jobsBefore = simulator.jobs.length;
		const pollsBefore = simulator.requestsTo('status').length;
		const beganAtMs = Date.now();
		let submittedAtMs: number | undefined;
		for (let index = 0; index < EXECUTIONS; index++) {
			await production.start({ prompt: `Video ${index}` });
		}
		const told = () => toldOf(isAsleep ? 'asleep' : 'awake');
		await until(() => {
			if (simulator.jobs.length - jobsBefore >= EXECUTIONS) submittedAtMs ??= Date.now();
			return told().length >= EXECUTIONS;
		});
		const ids = new Set(told().map(({ fields }) => fields['request_id']));
		expect(ids).toEqual(
			new Set(simulator.jobs.slice(jobsBefore).map(({ requestId }) => requestId)),
		);
		return {
			submitSpanS: (Number(submittedAtMs) - beganAtMs) / 1000,
			seconds: (Date.now() - beganAtMs) / 1000,
			polls: simulator.requestsTo('status').length - pollsBefore,
		};
	}

	beforeAll(async () => {
		sink = await startSocialSink();
		cleanUp.push(sink.close);
		const plan = (): JobPlan => ({ seconds: JOB_S });
		const others = await setSimulatedStage(cleanUp, { plan, env: ONE_PLACE });
		const played = play(others, false);
		stage = await setSimulatedStage(cleanUp, { plan, env: { ...ONE_PLACE, ...PRUNES } });
		prunedId = await learn();
		asleep = await play(stage, true);
		await playLoop();
		awake = await played;
		process.stdout.write(`${JSON.stringify({ awake, asleep })}\n`);
	}, LIMIT_MS);

	afterAll(async () => await cleanUpAll(cleanUp));

	test('three executions that sleep wait side by side', () => {
		expect(asleep.submitSpanS).toBeLessThan(JOB_S / 2);
		expect(asleep.seconds).toBeLessThan(2 * JOB_S);
	});

	test('three that wait awake run one after another, and ask more often', () => {
		expect(awake.submitSpanS).toBeGreaterThan((EXECUTIONS - 1) * JOB_S);
		expect(awake.seconds).toBeGreaterThan(EXECUTIONS * JOB_S);
		expect(asleep.polls).toBeLessThan(awake.polls / 4);
	});

	test('a loop that waits for its place for minutes pays for each round once', () => {
		const ofRounds = stage.simulator.jobs.filter(({ body }) =>
			String(body['prompt']).startsWith('Round'),
		);
		expect(ofRounds).toHaveLength(2);
		expect(toldOf('loop').map(({ fields }) => fields['request_id'])).toEqual(
			ofRounds.map(({ requestId }) => requestId),
		);
	});

	test('n8n prunes executions that have ended, and none that sleep', async () => {
		await expect(stage.client.getExecution(prunedId)).rejects.toThrow();
	});
});
