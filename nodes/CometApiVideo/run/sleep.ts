import {
	WAIT_FOR_SUB_EXECUTION,
	type IExecuteFunctions,
	type IContextObject,
	type IExecutePaginationFunctions,
	type INode,
	type IRunExecutionData,
} from 'n8n-workflow';

import { entriesOf, keptLedger, takeLater } from '../payment/ledger';
import { keepAsleep, type AsleepRun } from './nap';

/** n8n looks for sleepers once a minute, and wakes those on time that sleep for longer. In ms. */
export const SHORTEST_SLEEP_MS = 66_000;

/** A job is awaited awake for so many ms, unless others of its kind took longer than LONG_JOB_MS. */
const AWAKE_MS = 60_000;
const LONG_JOB_MS = 90_000;

/** @param likelyMs how long jobs of this kind take, where that is known */
export function awakeMs(ageMs: number, likelyMs = 0): number {
	return likelyMs > LONG_JOB_MS ? 0 : Math.max(0, AWAKE_MS - ageMs);
}

/** Such executions were started by somebody who takes what they have when they sleep. */
const AWAITED_MODES = ['agent', 'cli', 'evaluation', 'integrated'];

/** n8n has these for every node. Their types are those of programmatic nodes, and of none. */
type Sleeper = IExecutePaginationFunctions &
	Partial<Pick<IExecuteFunctions, 'putExecutionToWait'>> & {
		runExecutionData?: IRunExecutionData;
	};

/**
 * A sub-workflow may be an agent's tool, which n8n doesn't tell. When one that was retried by itself
 * wakes up, n8n gives its items to whatever node its caller sleeps in by then.
 */
export function canSleep(context: Sleeper, node: INode): boolean {
	return (
		// Missing in n8n 1, which runs a node that has slept with another run index.
		WAIT_FOR_SUB_EXECUTION !== undefined &&
		context.putExecutionToWait !== undefined &&
		context.runExecutionData !== undefined &&
		!endsIntoCaller(context.runExecutionData) &&
		!node.type.endsWith('Tool') &&
		!AWAITED_MODES.includes(context.getMode()) &&
		context.getWorkflowSettings().engineType !== 'v2' &&
		Boolean(context.getExecutionId() && context.getWorkflow().id)
	);
}

/** False for an error workflow, too. */
function endsIntoCaller({ parentExecution }: IRunExecutionData): boolean {
	return parentExecution !== undefined && parentExecution.shouldResume !== false;
}

/** Ledgers of the executions that slept last in this process, by execution and node. */
const ledgers = new Map<string, Map<string, IContextObject>>();
/** Entries of all of them; one takes some 1 kB. The last execution's are kept, however many they are. */
const MOST_ENTRIES = 10_000;

/**
 * The data of an execution, with the jobs that are known only here: when no place is free, n8n may wake
 * an execution twice by what it stored for the first time.
 */
export function withLatestJobs(execution: string, node: string, data: IContextObject) {
	const ofExecution = ledgers.get(execution);
	takeLater(data, ofExecution?.get(node) ?? {});
	ofExecution?.set(node, data);
	return data;
}

function keepLedger(execution: string, node: string, data: IContextObject): void {
	const ofExecution = ledgers.get(execution) ?? new Map<string, IContextObject>();
	ledgers.delete(execution);
	ledgers.set(execution, ofExecution.set(node, keptLedger(data)));
	let entries = 0;
	for (const [key, nodes] of [...ledgers].reverse()) {
		for (const kept of nodes.values()) entries += 1 + entriesOf(kept).length;
		if (entries > MOST_ENTRIES && key !== execution) ledgers.delete(key);
	}
}

/** A node as it is stored asleep, with the settings that it is given back. */
type SleepingNode = INode & { beforeSleep?: Partial<INode> };

/**
 * What n8n does before it asks the node goes by these settings. It counts tries anew, each of which may
 * pay, so the stored ones are those that are left. And where n8n can't read the credential, it must not
 * continue without the videos: a retry of what stops gets them.
 */
function toBeWoken(
	node: INode,
	{ items, size, tries }: Omit<AsleepRun, 'execution'>,
): SleepingNode {
	const { retryOnFail = false, maxTries = 3, onError, continueOnFail } = node;
	const triesLeft = Math.min(5, Math.max(2, maxTries || 3)) + 1 - tries;
	// Else n8n would stop for the item that it could not start before, either.
	const stops = Object.keys(items).length === size;
	return {
		...node,
		...{ retryOnFail: retryOnFail && triesLeft > 1, maxTries: triesLeft },
		...(stops && onError && { onError: 'stopWorkflow' }),
		...(stops && continueOnFail && { continueOnFail: false }),
		beforeSleep: { retryOnFail, maxTries, onError, continueOnFail },
	};
}

/** Gives a node its settings back. One that a retry has taken from the workflow has them. */
export function giveBackSettings(node: SleepingNode): void {
	Object.assign(node, node.beforeSleep);
	delete node.beforeSleep;
}

/**
 * Puts the execution to sleep in n8n's database, as n8n's Wait node does. When n8n has woken up such an
 * execution, it passes over the node that slept, by the date of its end. So the date is kept from what
 * is stored: n8n then goes on with the node itself, as in a retry of this run.
 */
export function putToSleep(
	context: Sleeper,
	data: IContextObject,
	run: Omit<AsleepRun, 'execution'>,
	wakeAtMs: number,
): boolean {
	const atMs = Math.max(wakeAtMs, Date.now() + SHORTEST_SLEEP_MS);
	void context.putExecutionToWait?.(new Date(atMs));
	const { runExecutionData } = context;
	if (!runExecutionData?.waitTill) return false;
	Object.defineProperty(runExecutionData, 'waitTill', { enumerable: false });
	const executeData = context.getExecuteData();
	executeData.runIndex = run.runIndex;
	executeData.node = toBeWoken(executeData.node, run);
	const execution = context.getExecutionId();
	keepAsleep(data, { execution, ...run });
	keepLedger(execution, context.getNode().name, data);
	return true;
}
