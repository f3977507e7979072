/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sleep } from 'n8n-workflow';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import {
	NOTICED_SOONER,
	type Production,
	publish,
	type QueueStage,
	setQueueStage,
	webhook,
	WEBHOOK,
	type Worker,
} from '../harness/n8n/queueMode.ts';
import { type Execution, outputItems } from '../harness/n8n/restClient.ts';
import type { N8nServer } from '../harness/n8n/server.ts';
import { video, VIDEO, workflow } from '../harness/n8n/workflow.ts';
import { until } from '../harness/until.ts';
import { generatedVideoSha256, type Job, type JobPlan } from '../simulator/simulator.ts';

const VIDEO_BYTES = 300_000;
const START_LIMIT_MS = 240_000;
const GRACE_MS = 60_000;
const LOST_LIMIT_MS = 180_000;

const cleanUp: CleanUp = [];
const workers: Worker[] = [];
let stage: QueueStage;
let plan: JobPlan;
/** One that writes files into a folder and stays to the end, and one in n8n's default mode. */
let staying: Worker;
let leaving: Worker;
let videos: Production;
let main: N8nServer;

beforeAll(async () => {
	const sharedFolder = await mkdtemp(join(tmpdir(), 'n8n-cometapi-video-files-'));
	cleanUp.push(async () => await rm(sharedFolder, { recursive: true, force: true }));
	stage = await setQueueStage(cleanUp, {
		plan: () => ({ video: { bytes: VIDEO_BYTES }, ...plan }),
		env: { ...NOTICED_SOONER, N8N_BINARY_DATA_STORAGE_PATH: sharedFolder },
	});
	main = stage.server;
	[staying, leaving] = await Promise.all([
		startWorker({ N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' }),
		startWorker({ N8N_GRACEFUL_SHUTDOWN_TIMEOUT: String(GRACE_MS / 1000) }),
	]);
	const create = video({ prompt: '={{ $json.body.prompt }}', downloadVideo: true });
	videos = await publish(stage, workflow([webhook(), create]));
}, START_LIMIT_MS);

afterAll(async () => await cleanUpAll(cleanUp));

async function startWorker(env: Record<string, string>, concurrency?: number): Promise<Worker> {
	const worker = await stage.startWorker({ env, concurrency });
	workers.push(worker);
	return worker;
}

function jobs(): readonly Job[] {
	return stage.simulator.jobs;
}

/** Starts executions, each with a prompt of its own, and waits until the workers know their videos. */
async function startVideos(count: number, production = videos): Promise<Job[]> {
	const paidBefore = jobs().length;
	const prompts = Array.from({ length: count }, (_, index) => `Video ${paidBefore + index}`);
	for (const prompt of prompts) await production.start({ prompt });
	await until(() => jobs().length >= paidBefore + count);
	const paid = jobs().slice(paidBefore);
	await until(() => paid.every((job) => workers.some((worker) => hasLogged(worker, job))));
	return paid;
}

function hasLogged({ log }: Worker, job: Job): boolean {
	return log.some((line) => line.includes(job.requestId));
}

function finish(unfinished: readonly Job[]): void {
	for (const { requestId } of unfinished) stage.simulator.finishJob(requestId);
}

/** A workflow's executions from that one on, when all of them are over. */
async function ended(production: Production, first = 0): Promise<Execution[]> {
	for (const { id } of (await production.executions()).slice(first)) {
		await stage.client.waitForExecution(id);
	}
	return (await production.executions()).slice(first);
}

/** The ids of the executions that a worker took up. */
function takenBy({ log }: Worker): string[] {
	return log.flatMap((line) => /Worker started execution (\d+)/.exec(line)?.slice(1) ?? []);
}

/** The ids of the videos paid by an execution, as a worker's log tells them. */
function idsInLog({ log }: Worker, executionId: string): string[] {
	return log.flatMap((line) => {
		const [, requestId, execution] = /request ID (\S+), .*\bexecution (\d+),/.exec(line) ?? [];
		return requestId !== undefined && execution === executionId ? [requestId] : [];
	});
}

function requestId(execution: Execution): unknown {
	return outputItems(execution, VIDEO)[0]?.json['request_id'];
}

function prompt(execution: Execution): unknown {
	return Object(outputItems(execution, WEBHOOK)[0]?.json['body'])['prompt'];
}

function file(execution: Execution): { id: string } {
	return outputItems(execution, VIDEO)[0]?.binary?.['data'] as { id: string };
}

/** What is found for the first of these for which there is something, once there is. */
async function firstOf<From, T>(
	all: readonly From[],
	find: (one: From) => Promise<T | undefined>,
): Promise<T> {
	for (;;) {
		for (const one of all) {
			const found = await find(one);
			if (found !== undefined) return found;
		}
		await sleep(100);
	}
}

describe(`n8n ${CURRENT_N8N}`, () => {
	describe('40 executions at once in queue mode', () => {
		let executions: Execution[];

		beforeAll(async () => {
			plan = { seconds: 3 };
			await startVideos(40);
			executions = await ended(videos);
		}, 120_000);

		test('are spread over both workers', () => {
			const taken = [takenBy(staying), takenBy(leaving)];
			expect(taken.every(({ length }) => length >= 10)).toBe(true);
			expect(taken.flat().sort()).toEqual(executions.map(({ id }) => id).sort());
		});

		test('pay for 40 videos and put out each its own', () => {
			expect(executions.map(({ status }) => status)).toEqual(Array(40).fill('success'));
			expect(jobs()).toHaveLength(40);
			expect(stage.simulator.requestsTo('submit')).toHaveLength(40);
			const paid = jobs().map((job) => [job.body.prompt, job.requestId]);
			const put = executions.map((execution) => [prompt(execution), requestId(execution)]);
			expect(put.sort()).toEqual(paid.sort());
		});

		test('each have the bytes of their own video', async () => {
			for (const execution of executions) {
				const bytes = await stage.client.downloadFile(file(execution));
				const digest = createHash('sha256').update(bytes).digest('hex');
				expect(digest).toBe(generatedVideoSha256(String(requestId(execution)), VIDEO_BYTES));
			}
		});

		test("keep their files in the database, n8n's default there, or in a folder that the worker shares with main", () => {
			const places = (worker: Worker) => {
				const own = executions.filter(({ id }) => takenBy(worker).includes(id));
				return [...new Set(own.map((execution) => file(execution).id.split(':')[0]))];
			};
			expect(places(leaving)).toEqual(['database']);
			expect(places(staying)).toEqual(['filesystem-v2']);
		});
	});

	describe('a worker that is stopped while its executions wait', () => {
		let failed: Execution[];

		beforeAll(async () => {
			plan = { seconds: Infinity };
			const prompt = '={{ $json.body.prompt }}';
			const impatient = video({ prompt, options: { maxWait: 2 } });
			const production = await publish(stage, workflow([webhook(), impatient]));
			await startVideos(12, production);
			failed = await ended(production);
		}, 60_000);

		test('finishes them first if N8N_GRACEFUL_SHUTDOWN_TIMEOUT leaves it the time, and new ones go to the other', async () => {
			plan = { seconds: Infinity };
			const paidBefore = jobs().length;
			const takenBefore = takenBy(leaving).length;
			await startVideos(12);
			const own = takenBy(leaving).slice(takenBefore);
			expect(own).not.toEqual([]);

			const stopped = leaving.end(GRACE_MS);
			await until(() => leaving.log.some((line) => /Waiting for \d+ active exec/.test(line)));
			plan = { seconds: 0.2 };
			await startVideos(4);
			finish(jobs().slice(paidBefore));
			await stopped;

			expect(await leaving.exited).toEqual({ code: 0, signal: null });
			expect(takenBy(leaving).slice(takenBefore)).toEqual(own);
			const executions = await ended(videos, 40);
			expect(executions.map(({ status }) => status)).toEqual(Array(16).fill('success'));
			expect(new Set(executions.map(requestId)).size).toBe(16);
			expect(jobs()).toHaveLength(paidBefore + 16);
		});

		test('leaves those that failed in it to another one, whose retry picks up their videos without paying again', async () => {
			const own = failed.filter(({ id }) => takenBy(leaving).includes(id));
			expect(own).not.toEqual([]);
			const paidBefore = jobs().length;
			finish(jobs());
			for (const { id, status } of own) {
				expect(status).toBe('error');
				const retried = await stage.client.retryExecution(id);
				const again = await stage.client.waitForExecution(retried);
				expect(again.status).toBe('success');
				expect([requestId(again)]).toEqual(idsInLog(leaving, id));
				expect(takenBy(staying)).toContain(retried);
			}
			expect(jobs()).toHaveLength(paidBefore);
		});
	});

	test('an execution in queue mode that is ended by Stop picks up its video when it is retried, without paying again', async () => {
		plan = { seconds: Infinity };
		const first = (await videos.executions()).length;
		await startVideos(5);
		const stopped = (await videos.executions()).slice(first);
		for (const { id } of stopped) await stage.client.stopExecution(id);
		// The worker stores what it knew after main has, but for rare times: then n8n loses it.
		const kept = await firstOf(stopped, async ({ id }) => {
			const { status, data } = await stage.client.getExecution(id);
			const own = workers.flatMap((worker) => idsInLog(worker, id));
			const isStored = own.some((each) => JSON.stringify(data).includes(each));
			return status === 'canceled' && isStored ? { id, own } : undefined;
		});
		const paid = jobs().length;
		finish(jobs());
		const retried = await stage.client.waitForExecution(await stage.client.retryExecution(kept.id));
		expect(retried.status).toBe('success');
		expect([requestId(retried)]).toEqual(kept.own);
		expect(jobs()).toHaveLength(paid);
	});

	test('executions in queue mode go on and succeed when main is killed and started again', async () => {
		plan = { seconds: Infinity };
		const first = (await videos.executions()).length;
		const paid = await startVideos(3);
		await main.kill();
		main = (await stage.restart()).server;
		finish(paid);
		const executions = await ended(videos, first);
		expect(executions.map(({ status }) => status)).toEqual(Array(3).fill('success'));
		expect(executions.map(requestId).sort()).toEqual(paid.map(({ requestId: id }) => id).sort());
		expect(jobs().slice(-3)).toEqual(paid);
	});

	describe('when workers are lost while their executions wait', () => {
		const AT_A_TIME = 5;
		let lost: Record<'killed' | 'stopped', Worker>;
		let paid: Job[];
		let executions: Execution[];
		let getStatus: Production;

		beforeAll(async () => {
			await staying.end(GRACE_MS);
			const [alive, killed, stopped] = await Promise.all([
				startWorker({}, AT_A_TIME),
				startWorker({}, AT_A_TIME),
				startWorker({ N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '2' }, AT_A_TIME),
			]);
			lost = { killed, stopped };
			plan = { seconds: Infinity };
			const first = (await videos.executions()).length;
			paid = await startVideos(3 * AT_A_TIME);
			await Promise.all([killed.kill(), stopped.end(GRACE_MS)]);
			finish(paid.filter((job) => hasLogged(alive, job)));
			executions = await ended(videos, first);
			const requestIdParameter = '={{ $json.body.requestId }}';
			const looking = { operation: 'getStatus', requestId: requestIdParameter };
			const look = video({ ...looking, waitForCompletion: true, downloadVideo: true });
			getStatus = await publish(stage, workflow([webhook(), look]));
		}, START_LIMIT_MS + LOST_LIMIT_MS);

		function executionsOf(worker: Worker): Execution[] {
			return executions.filter(({ id }) => takenBy(worker).includes(id));
		}

		test('the executions of the one that stays succeed', () => {
			const gone = [...executionsOf(lost.killed), ...executionsOf(lost.stopped)];
			const others = executions.filter((execution) => !gone.includes(execution));
			expect(others.map(({ status }) => status)).toEqual(Array(AT_A_TIME).fill('success'));
		});

		test('one that is stopped ends without its executions when N8N_GRACEFUL_SHUTDOWN_TIMEOUT is over', async () => {
			expect(await lost.stopped.exited).toEqual({ code: 1, signal: null });
			expect(lost.stopped.log).toContain('Shutdown timed out after 2 seconds');
		});

		describe.each(['killed', 'stopped'] as const)('an execution of the one that was %s', (way) => {
			test("gets n8n's error, and no other worker runs it again", () => {
				const own = executionsOf(lost[way]);
				expect(own.map(({ status }) => status)).toEqual(Array(AT_A_TIME).fill('error'));
				for (const { id, data } of own) {
					expect(data.resultData.error?.message).toContain('failed to be processed too many times');
					expect(data.resultData.runData).toEqual({});
					expect(workers.filter((worker) => takenBy(worker).includes(id))).toEqual([lost[way]]);
				}
				expect(jobs().slice(-paid.length)).toEqual(paid);
			});

			test("has its request ID in that worker's log", () => {
				const logged = executionsOf(lost[way]).flatMap(({ id }) => idsInLog(lost[way], id));
				expect(new Set(logged).size).toBe(AT_A_TIME);
				const paidIds = paid.map(({ requestId: id }) => id);
				expect(logged.filter((id) => !paidIds.includes(id))).toEqual([]);
			});

			test('repeats its error when it is retried, and pays nothing', async () => {
				const [execution] = executionsOf(lost[way]);
				const paidBefore = jobs().length;
				const retried = await stage.client.retryExecution(String(execution?.id));
				const { status, data } = await stage.client.waitForExecution(retried);
				expect({ status, ran: data.resultData.runData }).toEqual({ status: 'error', ran: {} });
				expect(jobs()).toHaveLength(paidBefore);
			});

			test('has its video by Get Status with that request ID, without being paid again', async () => {
				const [execution] = executionsOf(lost[way]);
				const [id = ''] = idsInLog(lost[way], String(execution?.id));
				const paidBefore = jobs().length;
				const before = (await getStatus.executions()).length;
				finish(paid.filter((job) => job.requestId === id));
				await getStatus.start({ requestId: id });
				await until(async () => (await getStatus.executions()).length > before);
				const started = (await getStatus.executions()).at(-1);
				const got = await stage.client.waitForExecution(String(started?.id));
				expect(got.status).toBe('success');
				expect(requestId(got)).toBe(id);
				expect(await stage.client.downloadFile(file(got))).toHaveLength(VIDEO_BYTES);
				expect(jobs()).toHaveLength(paidBefore);
			});
		});
	});

	describe('an execution whose worker and main are lost together, as with their machine,', () => {
		let lost: Worker;
		let paid: Job | undefined;
		let execution: Execution | undefined;

		beforeAll(async () => {
			lost = await startWorker({});
			await Promise.all(
				workers.filter((worker) => worker !== lost).map(({ end }) => end(GRACE_MS)),
			);
			plan = { seconds: Infinity };
			[paid] = await startVideos(1);
			await Promise.all([main.kill(), lost.kill()]);
			await startWorker({});
			// Every three seconds instead of hours.
			({ server: main } = await stage.restart({ N8N_EXECUTIONS_QUEUE_RECOVERY_INTERVAL: '0.05' }));
			execution = (await videos.executions()).at(-1);
			await stage.client.waitForExecution(String(execution?.id));
		}, START_LIMIT_MS);

		test("is marked as crashed by n8n's next queue recovery, and is not run again", async () => {
			const { status } = await stage.client.getExecution(String(execution?.id));
			expect(status).toBe('crashed');
			const paidIds = jobs().map(({ requestId: id }) => id);
			expect(paidIds.at(-1)).toBe(paid?.requestId);
		});

		test("has its request ID in the worker's log", () => {
			expect(idsInLog(lost, String(execution?.id))).toEqual([paid?.requestId]);
		});

		test('is to n8n a fresh one when it is retried, and pays for another video', async () => {
			const paidBefore = jobs().length;
			plan = { seconds: 0.2 };
			const retried = await stage.client.retryExecution(String(execution?.id));
			const { status } = await stage.client.waitForExecution(retried);
			expect(status).toBe('success');
			expect(jobs()).toHaveLength(paidBefore + 1);
		});
	});

	test('every video ever paid in queue mode is in the log of the worker that paid it', () => {
		const logged = workers.flatMap((worker) =>
			takenBy(worker).flatMap((id) => idsInLog(worker, id)),
		);
		expect(logged.sort()).toEqual(
			jobs()
				.map(({ requestId: id }) => id)
				.sort(),
		);
		expect(stage.simulator.requestsTo('submit')).toHaveLength(jobs().length);
	});
});
