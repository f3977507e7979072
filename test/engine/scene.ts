import { sleep, type INode, type INodeExecutionData, type INodeParameters } from 'n8n-workflow';

import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts';
import {
	execute,
	retry,
	start,
	startRetry,
	videoNode,
	wake,
	type Credential,
	type Finished,
	type Graph,
	type Started,
} from './engine.ts';

/** The simulators of the running tests. */
export const simulators = new Set<Simulator>();

const CREATE: INodeParameters = {
	operation: 'create',
	model: { __rl: true, mode: 'list', value: 'grok-imagine-video' },
	prompt: 'A candle flickers on a wooden table.',
	duration: 1,
	resolution: '480p',
	aspectRatio: 'auto',
	waitForCompletion: true,
	downloadVideo: false,
	options: { pollInterval: 1 },
};

const EDIT: INodeParameters = {
	operation: 'edit',
	model: { __rl: true, mode: 'list', value: 'grok-imagine-video' },
	videoUrl: 'https://example.com/candle.mp4',
	prompt: 'Make the candle blue.',
	waitForCompletion: true,
	downloadVideo: false,
	options: { pollInterval: 1 },
};

const GET_STATUS: INodeParameters = {
	operation: 'getStatus',
	requestId: '={{ $json.request_id }}',
	waitForCompletion: false,
	options: { pollInterval: 1 },
};

/** A Create node that asks every second; `options` are added to that one. */
export function createNode(parameters: INodeParameters = {}, settings: Partial<INode> = {}): INode {
	return videoNode(merge(CREATE, parameters), settings);
}

export function editNode(parameters: INodeParameters = {}, settings: Partial<INode> = {}): INode {
	return videoNode(merge(EDIT, parameters), settings);
}

export function getStatusNode(
	parameters: INodeParameters = {},
	settings: Partial<INode> = {},
): INode {
	return videoNode(merge(GET_STATUS, parameters), settings);
}

/** The parameters over the defaults, and their options over the defaults' options. */
export function merge(defaults: INodeParameters, parameters: INodeParameters): INodeParameters {
	const options = { ...Object(defaults.options), ...Object(parameters.options) } as INodeParameters;
	return { ...defaults, ...parameters, options };
}

/** A simulator, and the engine with a credential for it. */
export interface Scene {
	simulator: Simulator;
	credential: Credential;
	start(graph: Graph | INode, items?: INodeExecutionData[]): Promise<Started>;
	execute(graph: Graph | INode, items?: INodeExecutionData[]): Promise<Finished>;
	/** The editor's "Retry execution". */
	retry(graph: Graph | INode, failed: Finished): Promise<Finished>;
	startRetry(
		graph: Graph | INode,
		failed: Finished,
		options?: { withOriginal: boolean },
	): Promise<Started>;
	/** What n8n does when the execution's sleep is over, by then with this of the credential. */
	wake(graph: Graph | INode, asleep: Finished, other?: Partial<Credential>): Promise<Started>;
}

export async function withScene(
	options: SimulatorOptions,
	play: (scene: Scene) => Promise<void>,
): Promise<void> {
	const simulator = await startSimulator(options);
	simulators.add(simulator);
	const credential = { apiKey: simulator.apiKey, baseUrl: simulator.url };
	try {
		await play({
			simulator,
			credential,
			start: (graph, items = itemsOf({})) => start(toGraph(graph), items, credential),
			execute: (graph, items = itemsOf({})) => execute(toGraph(graph), items, credential),
			retry: (graph, failed) => retry(toGraph(graph), failed, credential),
			startRetry: (graph, failed, options) =>
				startRetry(toGraph(graph), failed, credential, options),
			wake: (graph, asleep, other) => wake(toGraph(graph), asleep, { ...credential, ...other }),
		});
	} finally {
		simulators.delete(simulator);
		await simulator.close();
	}
}

function toGraph(graph: Graph | INode): Graph {
	return 'video' in graph ? graph : { video: graph };
}

export function itemsOf(...json: Array<INodeExecutionData['json']>): INodeExecutionData[] {
	return json.map((fields) => ({ json: fields }));
}

/** The fields of the items of an output. */
export function jsonOf(finished: Finished, output = 0): Array<INodeExecutionData['json']> {
	return (finished.outputs[output] ?? []).map(({ json }) => json);
}

/** Resolves as soon as the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await sleep(5);
}

// The engine itself reads the credential before the node does.
const READS_BEFORE = { submitting: 1, polling: 2 };

/** The credential, which n8n's database does not give at that moment. */
export function unreadableOnce(credential: Credential, when: 'submitting' | 'polling'): Credential {
	let reads = 0;
	return {
		...credential,
		get apiKey() {
			if (reads++ === READS_BEFORE[when])
				throw new Error('timeout exceeded when trying to connect');
			return credential.apiKey;
		},
	};
}

export function finishJobs(simulator: Simulator): void {
	for (const { requestId } of simulator.jobs) simulator.finishJob(requestId);
}

/** Finishes all jobs when that many polls have been answered. */
export function finishAfter(polls: number, simulator: Simulator): void {
	const answered = () => simulator.requestsTo('status').filter(({ endedAt }) => endedAt);
	void until(() => answered().length >= polls).then(() => finishJobs(simulator));
}

const TICK_MS = 10;
/** What may go by before something that happens at once has happened. */
export const AT_ONCE_TICKS = 25;

/**
 * How often a timer of 10 ms fires until then. Each stall of a busy machine counts as one, however
 * long it is; a wait for a poll, a time-out or an answer counts in full.
 */
export async function ticksUntil(settled: Promise<unknown>): Promise<number> {
	let ticks = 0;
	let isSettled = false;
	const settle = () => void (isSettled = true);
	settled.then(settle, settle);
	while (!isSettled) {
		await sleep(TICK_MS);
		ticks++;
	}
	return ticks;
}
