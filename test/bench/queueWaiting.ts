/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
// What a waiting video costs a real n8n in queue mode, in each way of waiting, or in those whose names
// have the words given.
import { setTimeout as sleep } from 'node:timers/promises';

import {
	type Production,
	publish,
	type QueueStage,
	setQueueStage,
	webhook,
	type Worker,
} from '../harness/n8n/queueMode.ts';
import type { Workflow } from '../harness/n8n/restClient.ts';
import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { node, video, workflow } from '../harness/n8n/workflow.ts';
import { MEASURABLE, type ProcessCost, watch } from './queueProcess.ts';

const MOST = 300;
const CONCURRENCY = 400;
const WARM_UP = 20;
const UNDER_WAY = 10;
const START_LIMIT_MS = 180_000;
// The first polls of all waits are over by then.
const SETTLING_MS = 8_000;
const WINDOW_MS = 15_000;
// n8n's own, and some air: every sleeper wakes up once.
const ROUND_MS = 110_000;
// Videos that take longer make the node sleep at once.
const LONG_JOB_MS = 95_000;

interface Way {
	name: string;
	workflow: Workflow;
	/** How many videos wait at the levels that are measured. */
	levels: number[];
	/** Videos of one execution. */
	videosEach: number;
	env?: Record<string, string>;
	isAsleep?: boolean;
}

interface Level {
	way: string;
	waiting: number;
	executions: number;
	/** Of the executions of this level, from the first request to the last video paid. */
	startSeconds: number;
	pollsPerSecond: number;
	worker: ProcessCost;
	main: ProcessCost;
	/** Of the executions that are not over, in PostgreSQL. */
	databaseBytesPerExecution: number;
}

const prompt = '={{ $json.body.prompt }}';
const optionsOf = (sleepWhileWaiting: boolean) => ({ pollInterval: 0, sleepWhileWaiting });

/** Its webhook has a path of its own each time. */
function perVideo(isAsleep = false): Workflow {
	return workflow([webhook(), video({ prompt, options: optionsOf(isAsleep) })]);
}

function perItem(isAsleep = false): Workflow {
	const create = video({ prompt: '={{ $json.prompt }}', options: optionsOf(isAsleep) });
	return workflow([webhook(), split(), create]);
}

function ways(): Way[] {
	return [
		{
			name: 'In the node, an execution for each video',
			workflow: perVideo(),
			levels: [0, 10, 100, MOST],
			videosEach: 1,
		},
		{
			name: 'The same with N8N_EXPRESSION_ENGINE=legacy',
			workflow: perVideo(),
			levels: [0, 100, MOST],
			videosEach: 1,
			env: { N8N_EXPRESSION_ENGINE: 'legacy' },
		},
		{
			name: 'In the node, all videos as items of one execution',
			workflow: perItem(),
			levels: [0, MOST],
			videosEach: MOST,
		},
		{
			name: 'Asleep, an execution for each video: then a whole round',
			workflow: perVideo(true),
			levels: [0, MOST, MOST],
			videosEach: 1,
			isAsleep: true,
		},
		{
			name: 'Asleep, all videos as items of one execution: then a whole round',
			workflow: perItem(true),
			levels: [0, 1_000, 1_000],
			videosEach: 1_000,
			isAsleep: true,
		},
	];
}

/** One item for each of the body's prompts. */
function split() {
	const parameters = {
		fieldToSplitOut: 'body.prompts',
		options: { destinationFieldName: 'prompt' },
	};
	return node('Prompts', ['n8n-nodes-base.splitOut', 1], parameters);
}

async function measure(stage: QueueStage, way: Way): Promise<Level[]> {
	const worker = await stage.startWorker({ concurrency: CONCURRENCY, env: way.env });
	const warm = await publish(stage, perVideo());
	await start(stage, warm, WARM_UP, 1);
	if (way.isAsleep) await sleep(LONG_JOB_MS);
	finishAll(stage);
	await untilIdle(stage);
	const production = await publish(stage, way.workflow);
	const levels: Level[] = [];
	for (const [index, waiting] of way.levels.entries()) {
		tell(`${way.name}: ${waiting} waiting`);
		const count = waiting - stage.simulator.runningJobs();
		const startSeconds = await start(stage, production, count, way.videosEach);
		await sleep(SETTLING_MS);
		const { name, videosEach, isAsleep } = way;
		const isRound = isAsleep && index === way.levels.length - 1;
		const windowMs = isRound ? ROUND_MS : WINDOW_MS;
		const executions = waiting / videosEach;
		const looked = await look(stage, worker, windowMs);
		levels.push({ way: name, waiting, executions, startSeconds, ...looked });
		tell(toTable(levels.slice(-1)));
	}
	await worker.kill();
	finishAll(stage);
	await stage.database.query("UPDATE execution_entity SET status = 'canceled' WHERE NOT finished");
	return levels;
}

async function start(
	{ simulator }: QueueStage,
	production: Production,
	count: number,
	videosEach: number,
): Promise<number> {
	const from = Date.now();
	const before = simulator.jobs.length;
	const accepted = async (wanted: number) => {
		while (simulator.jobs.length - before < wanted) {
			if (Date.now() - from > START_LIMIT_MS) throw new Error('Not all videos were started');
			await sleep(20);
		}
	};
	for (let started = 0; started < count; started += videosEach) {
		await accepted(started - UNDER_WAY);
		const prompts = Array.from({ length: videosEach }, (_, index) => `Video ${started + index}`);
		await production.start(videosEach === 1 ? { prompt: prompts[0] } : { prompts });
	}
	await accepted(count);
	return (Date.now() - from) / 1000;
}

function finishAll({ simulator }: QueueStage): void {
	for (const { requestId } of simulator.jobs) simulator.finishJob(requestId);
}

async function untilIdle({ database }: QueueStage): Promise<void> {
	const running = "SELECT id FROM execution_entity WHERE status IN ('new', 'running', 'waiting')";
	while ((await database.query(running)).length > 0) await sleep(200);
}

async function look({ simulator, server, database }: QueueStage, of: Worker, windowMs: number) {
	const from = Date.now();
	const before = simulator.requestsTo('status').length;
	const watching = watch([of, server], windowMs);
	await sleep(windowMs);
	const polls = simulator.requestsTo('status').length - before;
	const seconds = (Date.now() - from) / 1000;
	const [worker, main] = (await watching) as [ProcessCost, ProcessCost];
	const [bytes] = await database.query(
		`SELECT coalesce(avg(pg_column_size(d.*) + pg_column_size(e.*)), 0) FROM execution_data d JOIN execution_entity e ON e.id = d."executionId" WHERE e.status IN ('running', 'waiting')`,
	);
	const databaseBytesPerExecution = Math.round(Number(bytes));
	return { pollsPerSecond: polls / seconds, worker, main, databaseBytesPerExecution };
}

const startedAt = Date.now();

function tell(progress: string): void {
	process.stderr.write(`${Math.round((Date.now() - startedAt) / 1000)} s: ${progress}\n`);
}

const HEADINGS = [
	'Waiting videos',
	'Worker: resident MB',
	'live heap MB',
	'CPU of a core',
	'lag p99 ms',
	'Main: resident MB',
	'live heap MB',
	'CPU of a core',
	'Polls per s',
	'Started in s',
	'DB bytes each',
];

function toTable(levels: Level[]): string {
	let way = '';
	const lines: string[] = [HEADINGS.join(' | ')];
	for (const level of levels) {
		if (level.way !== way) lines.push('', `-- ${level.way}`);
		way = level.way;
		const process = ({ residentMB, liveHeapMB, cpuShare }: ProcessCost) => [
			residentMB.toFixed(0),
			liveHeapMB.toFixed(1),
			`${(cpuShare * 100).toFixed(0)} %`,
		];
		const cells = [
			level.waiting,
			...process(level.worker),
			level.worker.eventLoopLagP99Ms.toFixed(0),
			...process(level.main),
			level.pollsPerSecond.toFixed(1),
			level.startSeconds.toFixed(1),
			level.databaseBytesPerExecution,
		];
		lines.push(cells.map(String).join(' | '));
	}
	return lines.join('\n');
}

const cleanUp: CleanUp = [];
try {
	const stage = await setQueueStage(cleanUp, {
		plan: () => ({ seconds: Infinity }),
		env: { ...MEASURABLE, DB_POSTGRESDB_POOL_SIZE: '10' },
	});
	const levels: Level[] = [];
	const [only = ''] = process.argv.slice(2);
	for (const way of ways().filter(({ name }) => name.includes(only))) {
		levels.push(...(await measure(stage, way)));
	}
	process.stdout.write(`${toTable(levels)}\n`);
} finally {
	await cleanUpAll(cleanUp);
}
