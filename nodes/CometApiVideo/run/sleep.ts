import {
	WAIT_FOR_SUB_EXECUTION,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import type { StatusAnswer } from '../answers/statusAnswer';
import { pause } from '../pause';
import type { LikelyEnd } from '../polling/likelyEnd';
import { toJson, type SleepingJob } from './asleepItem';
import { log } from './log';
import type { RunItem } from './runItem';
import { sleepingWorkflow } from './sleepingWorkflow';

/** n8n keeps waits below 65 s in its process. In ms. */
const SHORTEST_SLEEP_MS = 66_000;

/** How long a job is awaited awake, in ms, unless others of its kind took longer than LONG_JOB_MS. */
const AWAKE_MS = 60_000;
const LONG_JOB_MS = 90_000;

/** In a look, the pause before an item that waits for slower ones is asked for again, in ms. */
const LOOK_REST_MS = 30_000;

/** How long unclear answers keep a run awake, in ms: a verdict needs its witnesses. */
const UNCLEAR_MS = 60_000;

/** Decides between the polls of one item whether it falls asleep with its run. */
export class Doze {
	isAsleep = false;
	private readonly item: RunItem;
	private readonly deadlineMs: number;
	/** Epoch ms. */
	private fromMs: number;

	/** @param likelyEnd of jobs of this kind, where that is known */
	constructor(
		item: RunItem,
		{ acceptedAtMs, deadlineMs }: SleepingJob['wait'],
		likelyEnd: LikelyEnd | undefined,
	) {
		const isLong = likelyEnd !== undefined && likelyEnd.medianMs > LONG_JOB_MS;
		this.item = item;
		this.deadlineMs = deadlineMs;
		this.fromMs = item.look || isLong ? 0 : acceptedAtMs + AWAKE_MS;
	}

	/** Call for every answer. */
	saw(answer: StatusAnswer): void {
		if (answer.kind === 'job' && answer.job.status === 'pending') return;
		this.fromMs = Math.max(this.fromMs, Date.now() + UNCLEAR_MS);
	}

	/** Pauses, or falls asleep when all items may and it is not too late for a sleep. */
	async pause(ms: number): Promise<void> {
		const { signal, batch, itemIndex, look } = this.item;
		const awakeMs = Math.max(0, this.fromMs - Date.now());
		const isLate = this.deadlineMs - Date.now() - awakeMs < SHORTEST_SLEEP_MS;
		await pause(isLate ? ms : Math.min(ms, awakeMs), signal);
		if (isLate || awakeMs >= ms || signal.aborted) return;
		batch.nap.mayFall(itemIndex);
		await pause(Math.max(ms - awakeMs, look ? LOOK_REST_MS : 0), batch.nap.wake);
		this.isAsleep = batch.nap.isDue && !signal.aborted;
	}
}

/**
 * Leaves a job to the sleeping workflow as soon as all other items sleep or have ended.
 *
 * @param likelyEnd of jobs of this kind, where that is known
 * @returns the sleeping item, or undefined when the run stays awake
 */
export async function fallAsleep(
	item: RunItem,
	job: Omit<SleepingJob, 'sleepS'>,
	likelyEnd: LikelyEnd | undefined,
): Promise<INodeExecutionData | undefined> {
	const { acceptedAtMs, deadlineMs } = job.wait;
	const nowMs = Date.now();
	const likelyMs = acceptedAtMs + (likelyEnd?.medianMs ?? 0) - nowMs;
	const wishedMs = Math.max(likelyMs, job.settings.pollIntervalS * 1000);
	const sleepMs = Math.max(SHORTEST_SLEEP_MS, Math.min(wishedMs, deadlineMs - nowMs));
	const asleep: INodeExecutionData = {
		json: toJson({ job: { ...job, sleepS: Math.round(sleepMs / 1000) } }),
		pairedItem: { item: item.itemIndex },
	};
	// An item on its way to the error output takes the files of its input along.
	if (item.node.onError === 'continueErrorOutput') {
		asleep.binary = item.context.getInputData().binary;
	}
	const fall = async (items: INodeExecutionData[]) =>
		item.look !== undefined || (await putToSleep(item, items, job.settings.download !== undefined));
	return (await item.batch.nap.sleep(item.itemIndex, asleep, fall)) ? asleep : undefined;
}

/** n8n has it for every node, and its type for programmatic ones only. */
type Sleeper = Partial<Pick<IExecuteFunctions, 'executeWorkflow'>>;

/** Whether n8n can put this execution to sleep. An agent waits for its tool's answer. */
export function canSleep({ context, isAgentCall, look, node }: RunItem): boolean {
	return (
		look !== undefined ||
		// Not there before n8n 2.
		(WAIT_FOR_SUB_EXECUTION !== undefined &&
			(context as Sleeper).executeWorkflow !== undefined &&
			!isAgentCall &&
			!node.type.endsWith('Tool') &&
			Boolean(context.getExecutionId()) &&
			Boolean(context.getWorkflow().id) &&
			context.getWorkflowSettings().engineType !== 'v2')
	);
}

/**
 * Starts the sleeping workflow for all items of the run. As soon as it sleeps, n8n puts this execution
 * to sleep as well; its last output becomes the output of this node, its error the node's.
 *
 * @returns false when n8n refuses: nothing is lost, the run stays awake
 */
async function putToSleep(
	item: RunItem,
	items: INodeExecutionData[],
	downloads: boolean,
): Promise<boolean> {
	const { context, signal } = item;
	if (signal.aborted) return false;
	try {
		const code = sleepingWorkflow(item, downloads);
		const executionId = context.getExecutionId();
		const workflowId = String(context.getWorkflow().id);
		const parentExecution = { executionId, workflowId, shouldResume: true };
		const started = await (context as Sleeper).executeWorkflow?.({ code }, items, undefined, {
			parentExecution,
		});
		if (started?.waitTill) return true;
		throw new Error('the waiting workflow did not sleep');
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		log('warn', item, 'The execution cannot sleep, so it waits awake', { reason });
		return false;
	}
}
