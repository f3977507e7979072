import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import type { Field } from '../fields/field';
import type { SettingFields, Settings } from '../fields/settings';
import type { JobRef, VideoApi } from '../videoApi';
import { concludeWait, lookOnce, waitUntilFinished } from './follow';
import { runItem, type ItemTask, type RunItem } from './runItem';

interface Input {
	job: JobRef;
	settings: Settings;
}

/** The pagination hook of Get Status: looks once, or waits until the job is finished. */
export function getStatus(api: VideoApi, requestId: Field<string>, settings: SettingFields) {
	const task: ItemTask<Input> = {
		read: async (item) => ({
			job: api.jobOf(item, requestId.read(item)),
			settings: settings.read(item),
		}),
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
	item.batch.know(item, job.requestId);
	item.batch.onlyAsks = true;
	const followed = { item, settings, api, job, isOwn: false };
	if (!settings.waits) return await lookOnce(followed);
	return await concludeWait(followed, await waitUntilFinished(followed, { isNew: false }));
}
