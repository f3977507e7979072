import type { IDataObject } from 'n8n-workflow';

import type { Item } from '../item';
import { checkMaxWait, checkPollInterval, checkText } from './checks';

/** The parameters that every operation has. */
export interface Settings {
	waits: boolean;
	maxWaitS: number;
	/** 0 is automatic. */
	pollIntervalS: number;
	returnsOnTimeout: boolean;
	includesRaw: boolean;
	/** Undefined: the video is not downloaded. */
	download?: {
		fieldName: string;
		/** Undefined names the file after the request id. */
		fileName?: string;
	};
}

/**
 * @param maxWaitS seconds, unless the user sets another limit
 * @throws InputError
 */
export function readSettings({ context }: Item, maxWaitS: number): Settings {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const downloads = context.getNodeParameter('downloadVideo', false) === true;
	return {
		waits: context.getNodeParameter('waitForCompletion', false) === true,
		maxWaitS: checkMaxWait(options.maxWait ?? maxWaitS),
		pollIntervalS: checkPollInterval(options.pollInterval ?? 0),
		returnsOnTimeout: options.onTimeout === 'return',
		includesRaw: options.includeRawResponse === true,
		...(downloads && {
			download: {
				fieldName: checkText(
					'Put Output File in Field',
					context.getNodeParameter('outputDataFieldName', 'data'),
				),
				...(options.fileName && { fileName: checkText('File Name', options.fileName) }),
			},
		}),
	};
}
