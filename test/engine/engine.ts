/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import {
	ExecuteContext,
	ExecutionLifecycleHooks,
	LoadOptionsContext,
	PackageDirectoryLoader,
	RoutingNode,
	WorkflowExecute,
} from 'n8n-core';
import {
	createEmptyRunExecutionData,
	createRunExecutionData,
	type EngineRequest,
	type EngineResponse,
	type ICredentialDataDecryptedObject,
	ICredentialsHelper,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeListSearchResult,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IRunExecutionData,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
	type NodeConnectionType,
	NodeConnectionTypes,
	Workflow,
	type WorkflowExecuteMode,
} from 'n8n-workflow';

process.env.N8N_USER_FOLDER = mkdtempSync(join(tmpdir(), 'cometapi-video-engine-'));

export const NODE_TYPE = 'n8n-nodes-cometapi-video.cometApiVideo';
const CREDENTIAL_TYPE = 'cometApiVideoApi';

// The services of n8n-core's own copy, not of another version elsewhere in the tree.
const ofCore = createRequire(createRequire(import.meta.url).resolve('n8n-core'));
export const { Container } = ofCore('@n8n/di') as typeof import('@n8n/di');
const { Logger } = ofCore('@n8n/backend-common') as typeof import('@n8n/backend-common');

/** Every line that nodes and engine wrote to n8n's log, in order. */
export const logLines: string[] = [];
/** The fields of each line, which n8n writes where it logs JSON. */
export const logFields: object[] = [];
const write = (message: string, fields: object = {}) => {
	logLines.push(message);
	logFields.push(fields);
};
const logger = { error: write, warn: write, info: write, debug: () => {}, scoped: () => logger };
Container.set(Logger, logger as unknown as InstanceType<typeof Logger>);

/** The package as npm would ship it: the built files that package.json names. */
const loader = new PackageDirectoryLoader(resolve('.'));
const loaded = loader.loadAll();

/** A node of the test's own, in front of or behind the node under test. */
export type StandIn = (
	items: INodeExecutionData[],
	runIndex: number,
	tools: Tool[],
	context: IExecuteFunctions,
	/** What the engine has done at an earlier request of this run. */
	response: EngineResponse | undefined,
) => StandInOutput | Promise<StandInOutput>;

type StandInOutput = INodeExecutionData[][] | EngineRequest;

/** The node under test, as an agent calls it. */
export interface Tool {
	invoke(args: object): Promise<unknown>;
}

function standInType({
	run = (items) => [items],
	outputs = 1,
	hasTools,
}: StandInSettings): INodeType {
	return {
		description: {
			displayName: 'Stand-in',
			name: 'standIn',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: {},
			inputs: [NodeConnectionTypes.Main, ...(hasTools ? [NodeConnectionTypes.AiTool] : [])],
			outputs: Array.from({ length: outputs }, () => NodeConnectionTypes.Main),
			properties: [],
		},
		async execute(this: IExecuteFunctions, response?: EngineResponse) {
			const tools = hasTools
				? ((await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as Tool[])
				: [];
			const runIndex = Number(this.evaluateExpression('{{ $runIndex }}', 0));
			return await run(this.getInputData(), runIndex, tools, this, response);
		},
	};
}

function videoType(description?: Graph['description']): INodeType {
	const built = loader.getNode('cometApiVideo').type as INodeType;
	const nodeType = { ...built, description: { ...built.description, ...description } };
	// n8n's own NodeTypes gives every declarative node this method.
	const execute = async function (this: IExecuteFunctions) {
		const context = this as unknown as ConstructorParameters<typeof RoutingNode>[0];
		return (await new RoutingNode(context, nodeType).runNode()) ?? [];
	};
	return Object.assign(nodeType, { execute });
}

/** What n8n makes of a node that is usable as a tool. */
function toolType(): INodeType {
	const nodeType = videoType();
	const toolDescription = {
		displayName: 'Description',
		name: 'toolDescription',
		type: 'string' as const,
		default: 'Makes a video',
	};
	return {
		...nodeType,
		description: {
			...nodeType.description,
			inputs: [],
			outputs: [NodeConnectionTypes.AiTool],
			properties: [toolDescription, ...nodeType.description.properties],
		},
	};
}

export interface Credential {
	apiKey: string;
	baseUrl: string;
	/** n8n adds these two fields to every credential. */
	allowedHttpRequestDomains?: 'all' | 'domains' | 'none';
	allowedDomains?: string;
	/** How long n8n's database takes for it, in ms; the routing reads it first, then each request. */
	readMs?: () => number;
}

class TestCredentialsHelper extends ICredentialsHelper {
	private readonly credential: Credential;

	constructor(credential: Credential) {
		super();
		this.credential = credential;
	}

	getParentTypes() {
		return [];
	}

	isCredentialUsableByNode() {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_type: string,
		request: IHttpRequestOptions,
	) {
		const { authenticate } = loader.getCredential(CREDENTIAL_TYPE).type;
		if (typeof authenticate !== 'function') throw new TypeError('authenticate is no function');
		return await authenticate(credentials, request);
	}

	async preAuthentication() {
		return undefined;
	}

	async runPreAuthentication() {
		return undefined;
	}

	async getDecrypted() {
		const { readMs, ...data } = this.credential;
		// A read that hangs must not keep the test run from ending.
		if (readMs) await setTimeout(readMs(), undefined, { ref: false });
		return data;
	}

	getCredentialsProperties() {
		return loader.getCredential(CREDENTIAL_TYPE).type.properties;
	}

	async getCredentials(): Promise<never> {
		throw new Error('The engine asks for decrypted credentials only');
	}

	async updateCredentials() {}

	async updateCredentialsOauthTokenData() {}
}

/** The node under test, as the editor would save it. */
export function videoNode(parameters: INodeParameters, settings: Partial<INode> = {}): INode {
	return {
		id: 'video',
		name: 'Video',
		type: NODE_TYPE,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: { [CREDENTIAL_TYPE]: { id: '1', name: 'Simulator' } },
		...settings,
	};
}

export interface Graph {
	video: INode;
	/** Further nodes by name. `Start` comes first; it hands on the items unless given here. */
	standIns?: Record<string, StandInSettings>;
	/** From node and output to node. By default Start feeds Video. */
	connections?: Array<[from: string, output: number, to: string]>;
	/** The stand-in whose tool the node under test is. */
	agent?: string;
	/** What else uses what, by which kind of connection. */
	uses?: Array<[user: string, type: NodeConnectionType, used: string]>;
	/** What started the execution; by default a trigger. */
	mode?: WorkflowExecuteMode;
	/** Other resources and operations than the built node has. */
	description?: Pick<INodeType['description'], 'properties'>;
}

interface StandInSettings {
	run?: StandIn;
	outputs?: number;
	hasTools?: boolean;
	/** What the editor keeps beside the parameters. */
	settings?: Partial<INode>;
}

export interface Started {
	finished: Promise<Finished>;
	/** What the Stop button does. */
	stop(): void;
}

export interface Finished {
	executionId: string;
	run: IRun;
	status: IRun['status'];
	/** The items of the node's last run, by output. */
	outputs: INodeExecutionData[][];
	/** What ended the execution. */
	error?: { message: string; description?: string | null; httpCode?: string | null };
	/** How often the node ran. */
	runs: number;
}

/** Runs a workflow in n8n's engine with the built node. */
export async function start(
	graph: Graph,
	items: INodeExecutionData[],
	credential: Credential,
): Promise<Started> {
	const data = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [{ node: nodesOf(graph)[0], data: { main: [items] }, source: null }],
		},
	});
	return await launch(graph, data, graph.mode ?? 'trigger', credential);
}

export async function execute(
	graph: Graph,
	items: INodeExecutionData[],
	credential: Credential,
): Promise<Finished> {
	return await (
		await start(graph, items, credential)
	).finished;
}

/**
 * What the editor's "Retry execution" does with a failed execution: its data is read back from
 * storage, and the node runs as the workflow has it now, or as it was ("with original workflow").
 */
export async function startRetry(
	graph: Graph,
	failed: Pick<Finished, 'run'>,
	credential: Credential,
	{ withOriginal = false } = {},
): Promise<Started> {
	const data = JSON.parse(JSON.stringify(failed.run.data)) as IRunExecutionData;
	const { lastNodeExecuted, runData } = data.resultData;
	delete data.resultData.error;
	const lastRuns = runData[lastNodeExecuted ?? ''] ?? [];
	if (lastRuns.at(-1)?.error !== undefined) lastRuns.pop();
	for (const entry of data.executionData?.nodeExecutionStack ?? []) {
		if (withOriginal) break;
		entry.node = nodesOf(graph).find(({ name }) => name === entry.node.name) ?? entry.node;
	}
	return await launch(graph, data, 'retry', credential);
}

export async function retry(
	graph: Graph,
	failed: Finished,
	credential: Credential,
): Promise<Finished> {
	return await (
		await startRetry(graph, failed, credential)
	).finished;
}

/** What n8n does with an execution whose sleep is over: it goes on with what was stored of it. */
export async function wake(
	graph: Graph,
	{ executionId, run }: Finished,
	credential: Credential,
): Promise<Started> {
	const data = JSON.parse(JSON.stringify(run.data)) as IRunExecutionData;
	return await launch(graph, data, graph.mode ?? 'trigger', credential, executionId);
}

/** What n8n's own Agents do with a node: it runs by itself, without the data of an execution. */
export async function executeAlone(
	video: INode,
	items: INodeExecutionData[],
	credential: Credential,
): Promise<INodeExecutionData[]> {
	await loaded;
	const node = { ...video, type: `${NODE_TYPE}Tool` };
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: nodeTypesOf({ video: node }),
	});
	const ofExecution = createAdditionalData('', workflow, 'trigger', credential);
	const additionalData = { ...ofExecution, executionId: undefined, hooks: undefined };
	const input = { main: [items] };
	const context = new ExecuteContext(
		workflow,
		node,
		additionalData,
		'internal',
		createEmptyRunExecutionData(),
		0,
		items,
		input,
		{ node, data: input, source: null },
		[],
	);
	const output = await toolType().execute?.call(context);
	return (output as INodeExecutionData[][])[0] ?? [];
}

/** What opening the list of models does in the editor. */
export async function listModels(
	video: INode,
	credential: Credential,
	{ method = 'searchGrokModels', filter = '' } = {},
): Promise<INodeListSearchResult> {
	await loaded;
	const workflow = createWorkflow({ video });
	const data = createAdditionalData('', workflow, 'trigger', credential);
	const context = new LoadOptionsContext(workflow, video, data, '');
	const search = videoType().methods?.listSearch?.[method];
	if (!search) throw new Error('The node has no list of models');
	return await search.call(context, filter);
}

let executionCount = 0;

async function launch(
	graph: Graph,
	data: IRunExecutionData,
	mode: WorkflowExecuteMode,
	credential: Credential,
	executionId = String(++executionCount),
): Promise<Started> {
	await loaded;
	const workflow = createWorkflow(graph);
	const engine = new WorkflowExecute(
		createAdditionalData(executionId, workflow, mode, credential),
		mode,
		data,
	);
	const promise = engine.processRunExecutionData(workflow);
	const finished = promise.then((run) => toFinished(executionId, run));
	return { finished, stop: () => promise.cancel() };
}

function toFinished(executionId: string, run: IRun): Finished {
	const { runData, error } = run.data.resultData;
	const videoRuns = runData.Video ?? [];
	return {
		executionId,
		run,
		status: run.status,
		outputs: (videoRuns.at(-1)?.data?.main ?? []).map((items) => items ?? []),
		error: error as Finished['error'],
		runs: videoRuns.length,
	};
}

function nodesOf({ video, standIns = {} }: Graph): [INode, ...INode[]] {
	const standIn = (name: string): INode => ({
		id: name,
		name,
		type: `test.${name}`,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		...standIns[name]?.settings,
	});
	const others = Object.keys(standIns).filter((name) => name !== 'Start');
	return [standIn('Start'), video, ...others.map(standIn)];
}

function createWorkflow(graph: Graph): Workflow {
	const connections: IWorkflowBase['connections'] = {};
	for (const [from, output, node] of graph.connections ?? [['Start', 0, 'Video']]) {
		const outputs = ((connections[from] ??= { main: [] }).main ??= []);
		while (outputs.length <= output) outputs.push([]);
		outputs[output]?.push({ node, type: NodeConnectionTypes.Main, index: 0 });
	}
	const { AiTool } = NodeConnectionTypes;
	const tools: Graph['uses'] = graph.agent ? [[graph.agent, AiTool, 'Video']] : [];
	for (const [node, type, used] of [...tools, ...(graph.uses ?? [])]) {
		const users = ((connections[used] ??= {})[type] ??= [[]]);
		users[0]?.push({ node, type, index: 0 });
	}
	return new Workflow({
		id: 'workflow',
		name: 'A workflow',
		nodes: nodesOf(graph),
		connections,
		active: false,
		nodeTypes: nodeTypesOf(graph),
		settings: { executionOrder: 'v1' },
	});
}

function nodeTypesOf({ standIns = {}, description }: Graph): INodeTypes {
	const byName = (type: string): INodeType => {
		if (type === NODE_TYPE) return videoType(description);
		if (type === `${NODE_TYPE}Tool`) return toolType();
		return standInType(standIns[type.replace('test.', '')] ?? {});
	};
	return { getByName: byName, getByNameAndVersion: byName, getKnownTypes: () => ({}) };
}

function createAdditionalData(
	executionId: string,
	workflow: Workflow,
	mode: WorkflowExecuteMode,
	credential: Credential,
): IWorkflowExecuteAdditionalData {
	const workflowData = {
		id: workflow.id,
		name: 'A workflow',
		nodes: [],
		connections: {},
		active: false,
	};
	return {
		executionId,
		currentNodeExecutionIndex: 0,
		credentialsHelper: new TestCredentialsHelper(credential),
		hooks: new ExecutionLifecycleHooks(mode, executionId, workflowData as unknown as IWorkflowBase),
		webhookWaitingBaseUrl: 'http://localhost/webhook-waiting',
		formWaitingBaseUrl: 'http://localhost/form-waiting',
		variables: {},
	} as unknown as IWorkflowExecuteAdditionalData;
}
