/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { randomInt } from 'node:crypto';

import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sleep } from 'n8n-workflow';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import { type Production, publish, webhook } from '../harness/n8n/queueMode.ts';
import { type Execution, outputItems, withCredential } from '../harness/n8n/restClient.ts';
import { setSimulatedStage, type SimulatedStage } from '../harness/n8n/simulatedStage.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import { getStatus, node, START, start, video, workflow } from '../harness/n8n/workflow.ts';
import { until } from '../harness/until.ts';
import { sampleMp4, type JobPlan, type Submission } from '../simulator/simulator.ts';

const LIMIT_MS = 900_000;
const EXECUTIONS = 7;
const KILLS = 4;
const FIRST_SLEEP_MS = 60_000;
/** While n8n starts, it takes sleepers for crashed, and then sees that they wait. */
const SETTLING_MS = 20_000;
const AFTER = 'After';

/** An execution with one or two videos of so many seconds, so long after what was before. */
const started = fc.record({
	afterMs: fc.integer({ min: 0, max: 12_000 }),
	seconds: fc.array(fc.integer({ min: 20, max: 200 }), { minLength: 1, maxLength: 2 }),
});
const killed = fc.record({ afterMs: fc.integer({ min: 10_000, max: 50_000 }) });
type Event = { afterMs: number; seconds?: number[] };

/** All executions begin before the first ones sleep; n8n is killed from then on. */
const story = fc.noBias(
	fc
		.tuple(
			fc.array(started, { minLength: EXECUTIONS, maxLength: EXECUTIONS }),
			fc.array(killed, { minLength: KILLS, maxLength: KILLS }),
		)
		.map(([starts, kills]) => [...timed(starts), ...timed(kills, FIRST_SLEEP_MS)]),
);

/** The events with the time since the beginning. */
function timed(events: readonly Event[], fromMs = 0): Array<Event & { atMs: number }> {
	let atMs = fromMs;
	return events.map((event) => ({ ...event, atMs: (atMs += event.afterMs) }));
}

const seed = Number(process.env.CHAOS_SEED ?? randomInt(2 ** 31));

/** Each prompt is like "Execution 3, video 1 of 90 s". */
const plan = ({ body }: Submission): JobPlan => ({
	seconds: Number(/(\d+) s$/.exec(String(body['prompt']))?.[1]),
});

describe(`when n8n ${CURRENT_N8N} is killed at random moments while executions sleep`, () => {
	const cleanUp: CleanUp = [];
	const logs: Array<readonly string[]> = [];
	let stage: SimulatedStage;
	let production: Production;

	afterAll(async () => await cleanUpAll(cleanUp));

	const paid = () => stage.simulator.jobs;
	const isLogged = (requestId: string) =>
		logs.some((log) => log.some((line) => line.includes(requestId)));

	/** Kills come when the IDs are logged: what a kill between the two loses is CometAPI's to tell. */
	async function startExecution(index: number, seconds: readonly number[]): Promise<void> {
		const wanted = paid().length + seconds.length;
		const prompts = seconds.map((each, at) => `Execution ${index}, video ${at} of ${each} s`);
		await production.start({ prompts });
		await until(() => paid().length === wanted && paid().every((job) => isLogged(job.requestId)));
	}

	async function killAndRestart(): Promise<void> {
		await stage.server.kill();
		stage = await stage.restart();
		logs.push(stage.server.log);
	}

	async function allOver(): Promise<Execution[]> {
		const areOver = (all: Execution[]) =>
			all.every(({ status }) => ['success', 'error', 'crashed'].includes(status));
		for (;;) {
			await until(async () => areOver(await production.executions()));
			await sleep(SETTLING_MS);
			const executions = await production.executions();
			if (areOver(executions)) return executions;
		}
	}

	async function run(...nodes: Parameters<typeof workflow>[0]): Promise<Execution> {
		const flow = withCredential(workflow([start(), ...nodes]), NODE_TYPE, stage.credential);
		const { id } = await stage.client.createWorkflow(flow);
		return await stage.client.waitForExecution(await stage.client.runWorkflow(id, START));
	}

	/** As docs/waiting.md says: Retry execution if it has slept, else Get Status with the IDs of the log. */
	async function rescue(lost: Execution): Promise<Execution[]> {
		const { client } = stage;
		if (JSON.stringify(lost.data).includes('cometApiVideoJobs')) {
			return [await client.waitForExecution(await client.retryExecution(lost.id))];
		}
		const ofExecution = new RegExp(`request ID (\\S+), .*\\bexecution ${lost.id},`);
		const ids = logs.flatMap((log) => log.flatMap((line) => ofExecution.exec(line)?.[1] ?? []));
		expect(ids).not.toEqual([]);
		const found: Execution[] = [];
		for (const id of ids) found.push(await run(getStatus(id, { downloadVideo: true })));
		return found;
	}

	test(
		`nothing is paid twice and no video is lost, seed ${seed}`,
		async () => {
			const [told = []] = fc.sample(story, { seed, numRuns: 1 });
			const events = [...told].sort((a, b) => a.atMs - b.atMs);
			stage = await setSimulatedStage(cleanUp, { plan });
			logs.push(stage.server.log);
			const split = node('Prompts', ['n8n-nodes-base.splitOut', 1], {
				fieldToSplitOut: 'body.prompts',
				options: { destinationFieldName: 'prompt' },
			});
			const options = { sleepWhileWaiting: true };
			const create = video({ prompt: '={{ $json.prompt }}', downloadVideo: true, options });
			const after = node(AFTER, ['n8n-nodes-base.noOp', 1]);
			production = await publish(stage, workflow([webhook(), split, create, after]));

			const beganAtMs = Date.now();
			for (const [index, { atMs, seconds }] of events.entries()) {
				await sleep(Math.max(0, beganAtMs + atMs - Date.now()));
				await (seconds ? startExecution(index, seconds) : killAndRestart());
			}
			const ended = await allOver();
			const good = ended.filter(({ status }) => status === 'success');
			const lost = ended.filter((one) => !good.includes(one));
			process.stdout.write(`seed ${seed}: ${good.length} went on, ${lost.length} were lost\n`);
			expect(ended).toHaveLength(EXECUTIONS);
			for (const one of lost) good.push(...(await rescue(one)));

			const items = good.flatMap((one) =>
				[AFTER, 'Get Status'].flatMap((name) => outputItems(one, name)),
			);
			expect(items.map(({ json }) => json['request_id']).sort()).toEqual(
				paid()
					.map(({ requestId }) => requestId)
					.sort(),
			);
			for (const { binary } of items) {
				expect(await stage.client.downloadFile(binary?.['data'])).toEqual(sampleMp4);
			}
			const wanted = events.flatMap(({ seconds = [] }) => seconds);
			expect(paid()).toHaveLength(wanted.length);
			expect(stage.simulator.requestsTo('submit')).toHaveLength(wanted.length);
		},
		LIMIT_MS,
	);
});
