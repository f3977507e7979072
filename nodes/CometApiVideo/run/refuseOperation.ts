import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
	INodePropertyRouting,
} from 'n8n-workflow';

import { InputError } from '../errors';
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
	const value = String(context.getNodeParameter('operation', '')).slice(0, 100);
	throw new InputError(
		"'Operation' is not an operation of this node",
		`It came out as "${value}". Choose it from the list: n8n doesn't take it from an expression.`,
	);
}
