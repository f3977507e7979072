import {
	NodeConnectionTypes,
	type IExecutePaginationFunctions,
	type IRunExecutionData,
	type ITaskData,
} from 'n8n-workflow';

import type { AskingAgent } from '../payment/ledger';
import type { Delivery } from '../payment/ledgerEntry';

/**
 * The agent that calls this node as its tool, or undefined for a node between others.
 *
 * n8n doesn't tell a tool that its agent is tried again. It shows in the data of the execution: the
 * agent's run isn't finished, and the execution is another one, or what the agent uses has failed.
 */
export function askingAgent(context: IExecutePaginationFunctions): AskingAgent | undefined {
	// n8n calls the tool's variant of a node so.
	if (!context.getNode().type.endsWith('Tool')) return undefined;
	const { node, source } = context.getExecuteData();
	// Up to version 2 an agent calls its tools itself, later ones have n8n run them as nodes.
	const callsItself = node.name !== context.getNode().name;
	const agent = callsItself ? node.name : source?.main?.[0]?.previousNode;
	if (agent === undefined) return undefined;
	const execution = context.getExecutionId();
	const finishedRuns = () => runDataOf(context)[agent]?.length ?? 0;
	return {
		delivery: (atMs) => ({ agent, run: finishedRuns(), execution, atMs }),
		hasLost: (delivery) =>
			delivery.agent === agent &&
			delivery.run === finishedRuns() &&
			(delivery.execution !== execution ||
				Object.values(runDataOf(context))
					.flat()
					.some((run) => isFailureSince(delivery, run, callsItself))),
	};
}

/** A tool's failure ends the run of an agent that calls its tools itself; other agents are told of it. */
function isFailureSince({ agent, atMs }: Delivery, run: ITaskData, callsItself: boolean): boolean {
	const { source, startTime, error, inputOverride } = run;
	const isTool = inputOverride?.[NodeConnectionTypes.AiTool] !== undefined;
	return (
		error !== undefined &&
		startTime >= atMs &&
		(callsItself || !isTool) &&
		source.some((from) => from?.previousNode === agent)
	);
}

/** n8n has it in every context, but not among what it declares; without it nothing was lost. */
function runDataOf(context: object): IRunExecutionData['resultData']['runData'] {
	const { runExecutionData } = context as { runExecutionData?: Partial<IRunExecutionData> };
	return runExecutionData?.resultData?.runData ?? {};
}
