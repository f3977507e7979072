import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import { checkRequestId } from '../fields/requestId';
import { readSettings, type Settings } from '../fields/settings';
import type { JobRef, VideoApi } from '../videoApi';
import { concludeWait, lookOnce, waitUntilFinished } from './follow';
import { runItem, type ItemTask, type RunItem } from './runItem';

interface Input {
	job: JobRef;
	settings: Settings;
}

/**
 * The pagination hook of Get Status: looks once, or waits until the job is finished.
 *
 * @param maxWaitS seconds, unless the user sets another limit
 */
export function getStatus(api: VideoApi, maxWaitS: number) {
	const task: ItemTask<Input> = {
		async read(item) {
			const requestId = checkRequestId(item.context.getNodeParameter('requestId'));
			return {
				job: api.jobOf(item, requestId),
				settings: readSettings(item, { waits: false, maxWaitS }),
			};
		},
		perform: (item, input) => look(item, api, input),
	};
	return function (
		this: IExecutePaginationFunctions,
		requestData: DeclarativeRestApiSettings.ResultOptions,
	): Promise<INodeExecutionData[]> {
		return runItem(this, requestData, task);
	};
}

async function look(
	item: RunItem,
	api: VideoApi,
	{ job, settings }: Input,
): Promise<INodeExecutionData> {
	item.batch.requestIds.set(item.itemIndex, job.requestId);
	item.batch.onlyAsks = true;
	const target = { api, job, isOwn: false };
	if (!settings.waits) return await lookOnce(item, target, settings);
	const outcome = await waitUntilFinished(item, target, settings, { isNew: false });
	return await concludeWait(item, target, outcome, settings);
}
