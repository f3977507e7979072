import type { Workflow } from './restClient.ts';
import { EXAMPLE, NODE_TYPE } from './stage.ts';

export type WorkflowNode = Workflow['nodes'][number];
/** From a node, which of its outputs, to a node. */
export type Wire = readonly [from: string, output: number, to: string];

type Parameters = Record<string, unknown>;
type Settings = Record<string, unknown>;

export const START = EXAMPLE.triggerName;
export const VIDEO = EXAMPLE.nodeName;
export const PROMPT = 'A candle flickers on a wooden table.';

/** @param settings what the editor keeps beside the parameters, such as `onError` */
export function node(
	name: string,
	[type, typeVersion]: readonly [string, number],
	parameters: Parameters = {},
	settings: Settings = {},
): WorkflowNode {
	return { id: name, name, type, typeVersion, position: [0, 0], parameters, ...settings };
}

/** "When clicking 'Execute workflow'". */
export function start(): WorkflowNode {
	return node(START, ['n8n-nodes-base.manualTrigger', 1]);
}

/** Two nodes that put out one item for each of these. */
export function items(...list: object[]): WorkflowNode[] {
	const jsonOutput = JSON.stringify({ items: list });
	return [
		node('List', ['n8n-nodes-base.set', 3.4], { mode: 'raw', jsonOutput }),
		node('Items', ['n8n-nodes-base.splitOut', 1], { fieldToSplitOut: 'items' }),
	];
}

/** A form with one field for a file. */
export function imageForm(webhookId: string): WorkflowNode {
	const field = { fieldLabel: 'Image', fieldType: 'file', multipleFiles: false };
	const parameters = { formTitle: 'Make a video', formFields: { values: [field] } };
	return node('Form', ['n8n-nodes-base.formTrigger', 2.2], parameters, { webhookId });
}

/** Create: one second at 480p, asked for every second; `options` are added to those. */
export function video(
	{ options, ...parameters }: Parameters & { options?: Parameters } = {},
	settings: Settings = {},
): WorkflowNode {
	return node(
		VIDEO,
		[NODE_TYPE, 1],
		{
			operation: 'create',
			model: { __rl: true, mode: 'list', value: 'grok-imagine-video' },
			prompt: PROMPT,
			duration: 1,
			resolution: '480p',
			downloadVideo: false,
			options: { pollInterval: 1, ...options },
			...parameters,
		},
		settings,
	);
}

/** Get Status, by default of the input item's video, until it is finished. */
export function getStatus(
	requestId = '={{ $json.request_id }}',
	parameters: Parameters = {},
): WorkflowNode {
	const options = { pollInterval: 1 };
	return node('Get Status', [NODE_TYPE, 1], {
		operation: 'getStatus',
		requestId,
		waitForCompletion: true,
		options,
		...parameters,
	});
}

/** Gives the items to its second output one after another, and to its first when all are through. */
export function loopOverItems(): WorkflowNode {
	return node('Loop', ['n8n-nodes-base.splitInBatches', 3]);
}

/** Each node's first output to the next node. */
export function inOrder(nodes: readonly WorkflowNode[]): Wire[] {
	return nodes.slice(1).map((to, index) => [String(nodes[index]?.name), 0, to.name]);
}

export function workflow(
	nodes: WorkflowNode[],
	{
		wires = inOrder(nodes),
		settings = {},
	}: { wires?: readonly Wire[]; settings?: Settings | undefined } = {},
): Workflow {
	const connections = Object.fromEntries(
		nodes.map(({ name }) => [name, { main: outputsOf(name, wires) }]),
	);
	return { name: 'Test', nodes, connections, settings: { executionOrder: 'v1', ...settings } };
}

function outputsOf(name: string, wires: readonly Wire[]): object[][] {
	const own = wires.filter(([from]) => from === name);
	const count = Math.max(0, ...own.map(([, output]) => output + 1));
	return Array.from({ length: count }, (_, output) =>
		own
			.filter(([, index]) => index === output)
			.map(([, , to]) => ({ node: to, type: 'main', index: 0 })),
	);
}
