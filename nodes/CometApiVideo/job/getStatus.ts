import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import { checkText } from '../checks';
import { concludeWait, lookOnce, waitUntilFinished } from './follow';
import {
	readWaitSettings,
	runItem,
	type ItemRun,
	type Operation,
	type WaitSettings,
} from './itemRun';

interface Order {
	requestId: string;
	settings: WaitSettings;
}

const operation: Operation<Order> = { read, perform };

/** The pagination hook of Get Status: looks once, or waits until the job is finished. */
export async function getStatus(
	this: IExecutePaginationFunctions,
	requestData: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
	return await runItem(this, requestData, operation);
}

function read(item: ItemRun): Order {
	const requestId = checkText('Request ID', item.context.getNodeParameter('requestId'));
	return { requestId, settings: readWaitSettings(item) };
}

async function perform(item: ItemRun, { requestId, settings }: Order): Promise<IDataObject> {
	item.batch.requestIds.set(item.itemIndex, requestId);
	if (!settings.isOn) return await lookOnce(item, requestId, settings);
	const end = await waitUntilFinished(item, requestId, settings, { isNew: false });
	return concludeWait(end, requestId, settings);
}
