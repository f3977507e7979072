import type { IDataObject } from 'n8n-workflow';

import type { Item } from '../item';
import {
	checkChoice,
	checkMaxWait,
	checkFileName,
	checkPollInterval,
	checkSwitch,
	checkText,
} from './checks';

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

/** The defaults that differ from operation to operation. */
export interface SettingDefaults {
	waits: boolean;
	maxWaitS: number;
}

/** @throws InputError */
export function readSettings({ context }: Item, byDefault: SettingDefaults): Settings {
	const options = Object(context.getNodeParameter('options', {})) as IDataObject;
	const parameter = (name: string) => context.getNodeParameter(name, null) as unknown;
	const waits = checkSwitch('Wait for Completion', parameter('waitForCompletion'), byDefault.waits);
	const downloads = checkSwitch('Download Video', parameter('downloadVideo'), false);
	const onTimeout = checkChoice('On Timeout', options.onTimeout, ['error', 'return'], 'error');
	return {
		waits,
		maxWaitS: checkMaxWait(options.maxWait, byDefault.maxWaitS),
		pollIntervalS: checkPollInterval(options.pollInterval),
		returnsOnTimeout: onTimeout === 'return',
		includesRaw: checkSwitch('Include Raw Response', options.includeRawResponse, false),
		...(downloads && {
			download: {
				fieldName: checkText('Put Output File in Field', parameter('outputDataFieldName')),
				fileName: checkFileName(options.fileName),
			},
		}),
	};
}
