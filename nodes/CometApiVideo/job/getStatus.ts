import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import { checkText } from '../checks';
import { concludeWait, lookOnce, waitUntilFinished } from './follow';
import { runItem, type ItemRun, type Operation } from './itemRun';
import { readSettings, type Settings } from './settings';

interface Order {
	requestId: string;
	settings: Settings;
}

const operation: Operation<Order> = { read, perform };

/** The pagination hook of Get Status: looks once, or waits until the job is finished. */
export async function getStatus(
	this: IExecutePaginationFunctions,
	requestData: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
	return await runItem(this, requestData, operation);
}

async function read(item: ItemRun): Promise<Order> {
	const requestId = checkText('Request ID', item.context.getNodeParameter('requestId'));
	return { requestId, settings: readSettings(item) };
}

async function perform(item: ItemRun, { requestId, settings }: Order): Promise<INodeExecutionData> {
	item.batch.requestIds.set(item.itemIndex, requestId);
	if (!settings.waits) return await lookOnce(item, requestId, settings);
	const end = await waitUntilFinished(item, requestId, settings, { isNew: false });
	return await concludeWait(item, requestId, end, settings);
}
