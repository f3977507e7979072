import {
	NodeConnectionTypes,
	type IExecutePaginationFunctions,
	type IRunExecutionData,
	type ITaskData,
	type Workflow,
} from 'n8n-workflow';

import type { AskingAgent } from '../payment/ledger';
import type { Delivery } from '../payment/ledgerEntry';

const { AiTool, AiLanguageModel, AiMemory, AiOutputParser } = NodeConnectionTypes;

/** Nodes without which an agent cannot go on. */
const PARTS = [AiLanguageModel, AiMemory, AiOutputParser];

/** n8n has them in every context, but not among what it declares. */
interface Undeclared {
	workflow: Workflow;
	runExecutionData: IRunExecutionData;
}

/**
 * The agent that calls this node as its tool, or undefined for a node between others. Between the two
 * may stand an approval, or agents that are tools themselves.
 *
 * n8n doesn't tell a tool that its agent is tried again. It shows in the data of the execution: the
 * agent's run isn't finished, and the execution is another one, or what the agent uses has failed.
 */
export function askingAgent(context: IExecutePaginationFunctions): AskingAgent | undefined {
	const tool = context.getNode();
	// n8n calls the tool's variant of a node so.
	if (!tool.type.endsWith('Tool')) return undefined;
	const { node, source } = context.getExecuteData();
	// Up to version 2 an agent calls its tools itself, later ones have n8n run them as nodes.
	const callsItself = node.name !== tool.name;
	const caller = callsItself ? node.name : source?.main?.[0]?.previousNode;
	if (caller === undefined) return undefined;
	const { workflow, runExecutionData } = context as unknown as Undeclared;
	const { runData } = runExecutionData.resultData;
	const chain = { workflow, callers: workflow.getChildNodes(tool.name, AiTool), callsItself };
	// Those that are no tools: their runs begin the chain, and end it.
	const agents = [caller, ...workflow.getChildNodes(caller, AiTool)].filter(
		(name) => workflow.getChildNodes(name, AiTool).length === 0,
	);
	const agent = agents.join();
	const execution = context.getExecutionId();
	const finishedRuns = () => agents.reduce((sum, name) => sum + (runData[name]?.length ?? 0), 0);
	return {
		delivery: (atMs) => ({ agent, run: finishedRuns(), execution, atMs }),
		hasLost: (delivery) =>
			delivery.agent === agent &&
			delivery.run === finishedRuns() &&
			(delivery.execution !== execution ||
				Object.entries(runData).some(([name, runs]) =>
					runs.some((run) => isFailureSince(delivery, name, run, chain)),
				)),
	};
}

/** The nodes between a tool and the agents that use it, these included. */
interface Chain {
	workflow: Workflow;
	callers: string[];
	callsItself: boolean;
}

/** True if a run of this node has ended one of an agent in the chain. */
function isFailureSince(
	{ atMs }: Delivery,
	name: string,
	{ source, startTime, executionTime, error, inputOverride }: ITaskData,
	{ workflow, callers, callsItself }: Chain,
): boolean {
	if (error === undefined || startTime + executionTime < atMs) return false;
	const isTool = inputOverride?.[AiTool] !== undefined;
	// A tool's failure ends the run of an agent that calls its tools itself; other agents are told of it.
	if (isTool && !callsItself) return isAgentAsTool(workflow, name) && callers.includes(name);
	return source.some((from) => {
		const user = from?.previousNode ?? '';
		const users = PARTS.flatMap((type) => workflow.getChildNodes(user, type));
		return [user, ...users].some((each) => callers.includes(each));
	});
}

function isAgentAsTool(workflow: Workflow, name: string): boolean {
	return !workflow.getNode(name)?.type.endsWith('HitlTool');
}
