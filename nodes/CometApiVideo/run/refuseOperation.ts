import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
	INodePropertyRouting,
} from 'n8n-workflow';

import { badValue } from '../fields/checks';
import { runItem } from './runItem';

/**
 * Routing of the fields that choose an operation, which a chosen operation replaces. Without it n8n
 * requests the base URL, with the key, when the value names no operation.
 */
export const refusingRouting: INodePropertyRouting = {
	send: { paginate: true },
	operations: { pagination: refuseOperation },
};

async function refuseOperation(
	this: IExecutePaginationFunctions,
	requestData: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
	return await runItem<never>(this, requestData, { read, perform: async (_item, input) => input });
}

async function read({ context }: { context: IExecutePaginationFunctions }): Promise<never> {
	throw badValue(
		"'Operation' is not an operation of this node",
		context.getNodeParameter('operation', ''),
		"Choose one from the list: n8n doesn't take it from an expression.",
	);
}
