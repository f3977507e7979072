import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import { InputError } from '../errors';
import type { Field } from '../fields/field';
import type { SettingFields, Settings } from '../fields/settings';
import { pause } from '../pause';
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
 * @param resourceOf the resource that an ID seems to be of, when it is another one
 */
export function getStatus(
	api: VideoApi,
	requestId: Field<string>,
	settings: SettingFields,
	resourceOf: (requestId: string) => string | undefined,
) {
	const task: ItemTask<Input> = {
		async read(item) {
			const job = api.jobOf(item, await withoutKey(item, requestId.read(item)));
			const read = settings.read(item);
			if (!read.sleeps) item.batch.nap.stayAwake();
			return { job, settings: read };
		},
		perform: (item, input) => look(item, advising(api, resourceOf(input.job.requestId)), input),
	};
	return function (
		this: IExecutePaginationFunctions,
		requestData: DeclarativeRestApiSettings.ResultOptions,
	): Promise<INodeExecutionData[]> {
		return runItem(this, requestData, task);
	};
}

/** A database that is slower must not hold up a wait. */
const CREDENTIAL_MS = 1_000;

/** The key in place of an ID would be shown wherever the ID is: throws InputError. */
async function withoutKey({ context, signal }: RunItem, requestId: string): Promise<string> {
	let apiKey: unknown;
	const reading = context.getCredentials(CREDENTIAL_TYPE).then(
		(credential) => ({ apiKey } = credential),
		() => {},
	);
	await pause(CREDENTIAL_MS, signal, reading);
	if (requestId !== String(apiKey).trim()) return requestId;
	throw new InputError(
		"'Request ID' is the API key",
		"Enter the 'request_id' from the output of the node that submitted the video.",
	);
}

/** The API that says, of an ID it doesn't know, which resource the ID seems to belong to. */
function advising(api: VideoApi, other: string | undefined): VideoApi {
	if (other === undefined) return api;
	const advice = `This looks like an ID of '${other}': choose that under 'Resource'.`;
	return {
		...api,
		adviceFor: (problem) => (problem.reason === 'unknownId' ? advice : api.adviceFor?.(problem)),
	};
}

async function look(
	item: RunItem,
	api: VideoApi,
	{ job, settings }: Input,
): Promise<INodeExecutionData> {
	item.batch.know(item, job.requestId);
	item.batch.onlyAsks = true;
	const followed = { item, settings, api, job, isSubmitter: false };
	if (!settings.waits) return await lookOnce(followed);
	return await concludeWait(followed, await waitUntilFinished(followed, { isNew: false }));
}
