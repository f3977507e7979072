import type { INode, INodeParameters, IWorkflowBase } from 'n8n-workflow';

import { ASLEEP, type SleepingRun } from './asleepItem';
import type { RunItem } from './runItem';

/**
 * The workflow that sleeps and looks at the videos of a run until none is pending: n8n's Wait node,
 * this node's Get Status for all items, and back. It knows no prompt and no key.
 *
 * @param downloads whether a file will belong to it, which n8n must then not delete with it
 */
export function sleepingWorkflow(item: RunItem, downloads: boolean): IWorkflowBase {
	const { context, node } = item;
	// Not the names of the user's nodes: n8n can retry an execution with "the currently saved workflow".
	const [start, sleep, look, finished] = ['Start', 'Sleep', 'Get Status', 'Finished?'].map(
		(what) => `${what} for "${node.name}"`,
	) as [string, string, string, string];
	const to = (name: string) => [{ node: name, type: 'main' as const, index: 0 }];
	const nodes: Array<[string, string, number, INodeParameters]> = [
		['Note', 'n8n-nodes-base.stickyNote', 1, note(item)],
		[start, 'n8n-nodes-base.executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' }],
		[sleep, 'n8n-nodes-base.wait', 1.1, { amount: SECONDS, unit: 'seconds' }],
		[look, node.type, node.typeVersion, lookParameters(item)],
		[finished, 'n8n-nodes-base.if', 2.2, { conditions: IS_AWAKE }],
	];
	const workflow: Partial<IWorkflowBase> = {
		name: `${context.getWorkflow().name}: waiting for the videos of "${node.name}"`,
		nodes: nodes.map(([name, type, typeVersion, parameters], index): INode => {
			const credentials = name === look && node.credentials && { credentials: node.credentials };
			const position: INode['position'] = [index * 220, 0];
			return { id: name, name, type, typeVersion, position, parameters, ...credentials };
		}),
		connections: {
			[start]: { main: [to(sleep)] },
			[sleep]: { main: [to(look)] },
			[look]: { main: [to(finished)] },
			[finished]: { main: [[], to(sleep)] },
		},
		// n8n would start the error workflow for both executions.
		settings: {
			...context.getWorkflowSettings(),
			errorWorkflow: undefined,
			executionOrder: 'v1',
			...(downloads && { saveDataSuccessExecution: 'all' }),
		},
	};
	// n8n gives it the ID of the user's workflow.
	return workflow as IWorkflowBase;
}

/** Until the first of the jobs wants to be looked at. */
const SECONDS = `={{ Math.min(...$input.all().map(({ json }) => json.${ASLEEP}.job?.sleepS ?? Infinity)) }}`;

const IS_AWAKE: INodeParameters = {
	options: { version: 2, caseSensitive: true, typeValidation: 'strict', leftValue: '' },
	combinator: 'and',
	conditions: [
		{
			id: 'awake',
			leftValue: `={{ !('${ASLEEP}' in $json) }}`,
			rightValue: '',
			operator: { type: 'boolean', operation: 'true', singleValue: true },
		},
	],
};

function lookParameters({ context, node, runIndex, batch }: RunItem): INodeParameters {
	const { onError } = node;
	const run: SleepingRun = {
		node: { id: node.id, name: node.name, ...(onError && { onError }) },
		continuesOnFail: context.continueOnFail(),
		runIndex,
		onlyAsks: batch.onlyAsks,
	};
	return {
		resource: node.parameters.resource ?? 'grok',
		operation: 'getStatus',
		requestId: `={{ $json.${ASLEEP}.job?.job.requestId ?? 'ended' }}`,
		requestOptions: {
			...(context.getNodeParameter('requestOptions', {}) as object),
			batching: undefined,
		},
		[ASLEEP]: run,
	} as unknown as INodeParameters;
}

function note({ context, node }: RunItem): INodeParameters {
	const content = `Execution ${context.getExecutionId()} sleeps in n8n's database until the videos of its node "${node.name}" are finished. This execution looks at them now and then, and wakes it. It makes no video and costs nothing.`;
	return { content, width: 500, height: 180 };
}
