import { updateDisplayOptions, type IDisplayOptions } from 'n8n-workflow';

import type { Item } from '../item';
import { badValue, checkOptionalText } from './checks';
import { choiceField, field, notice, numberField, switchField, type Field } from './field';

/** The parameters that every operation has. */
export interface Settings {
	waits: boolean;
	maxWaitS: number;
	/** Leaves a long wait to n8n's database. */
	sleeps: boolean;
	/** 0 is automatic. */
	pollIntervalS: number;
	returnsOnTimeout: boolean;
	includesRaw: boolean;
	/** Undefined: the video is not downloaded. */
	download?: { fieldName: string; fileName?: string };
}

/** An operation's fields for waiting and output. */
export interface SettingFields {
	fields: Array<Field<unknown>>;
	read(item: Item): Settings;
}

const WHEN_WAITING = { show: { '/waitForCompletion': [true] } };

function downloadSwitch(byDefault: boolean): Field<boolean> {
	const download = switchField({
		displayName: 'Download Video',
		name: 'downloadVideo',
		default: byDefault,
		description: 'Whether to add the finished video to the output as a file',
	});
	// Once for each side, so that the hint goes with the switch. By expression, only the first shows.
	const withHint = (hint: string, hiddenFor: unknown) =>
		download.properties.map((property) => ({
			...property,
			hint,
			displayOptions: { hide: { '/downloadVideo': [hiddenFor] } } as IDisplayOptions,
		}));
	const on = 'You get the file, and a link that works for about a day';
	const off = 'You get only a link. It works for about a day, then the video is lost.';
	const properties = [...withHint(on, false), ...withHint(off, { _cnd: { not: false } })];
	return { ...download, properties };
}

const outputField = field(
	{
		displayName: 'Put Output File in Field',
		name: 'outputDataFieldName',
		type: 'string',
		default: 'data',
		hint: 'The name of the output binary field to put the file in',
		displayOptions: { show: { downloadVideo: [true] } },
	},
	(value, label) => checkOptionalText(value, label) ?? 'data',
);

const fileName = field(
	{
		displayName: 'File Name',
		name: 'options.fileName',
		type: 'string',
		default: '',
		placeholder: 'e.g. candle.mp4',
		description: 'Name of the downloaded file. By default, the request ID followed by .mp4.',
		displayOptions: { show: { '/downloadVideo': [true] } },
	},
	(value, label) => {
		// Without what no file system and no header takes.
		const name = checkOptionalText(value, label)?.replace(/[\p{Cc}\p{Cs}]/gu, '');
		return name === undefined || /^[\s./\\]*$/.test(name) ? undefined : name;
	},
);

const includeRaw = switchField({
	displayName: 'Include Raw Response',
	name: 'options.includeRawResponse',
	default: false,
	description: "Whether to add CometAPI's last response to the output, unchanged, under 'raw'",
});

const RETURNS_PENDING = "Output an item whose status is 'pending'";
const STOPS = 'The message has the request ID. Use it with Get Status to keep waiting.';

const onTimeout = choiceField({
	displayName: 'On Timeout',
	name: 'options.onTimeout',
	options: [
		{ name: 'Return Pending Item', value: 'return', description: RETURNS_PENDING },
		{ name: 'Stop With an Error', value: 'error', description: STOPS },
	],
	default: 'error',
	description: "What to do when the video is not finished after 'Max Wait'",
	displayOptions: WHEN_WAITING,
});

const pollInterval = numberField(
	{
		displayName: 'Poll Interval',
		name: 'options.pollInterval',
		default: 0,
		description: 'How long to wait between status requests',
		displayOptions: WHEN_WAITING,
	},
	{ min: 1, max: 3_600, unit: 'seconds', zero: 'automatic' },
	0,
);

const sleeps = switchField({
	displayName: 'Sleep While Waiting',
	name: 'options.sleepWhileWaiting',
	default: false,
	description:
		"Whether to put the execution to sleep in n8n's database when the wait is long, so that it survives a restart and takes no place among the running executions",
	displayOptions: WHEN_WAITING,
});

/** Says nothing of the video itself. */
export const maxVideos = numberField(
	{
		displayName: 'Max Videos',
		name: 'options.maxVideos',
		default: 0,
		description:
			'How many videos this node may make in one execution, counting all items and runs. A run that would exceed the limit makes none, unless the node continues on error.',
	},
	{ min: 1, isWhole: true, zero: 'no limit' },
	0,
);

/** In characters: a message has room for no more. */
const LONGEST_REFERENCE = 100;

/** Not sent, and no part of what makes two videos one. */
export const reference = field(
	{
		displayName: 'Reference',
		name: 'options.reference',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.row_number }}',
		description:
			"Your text to recognize this video by, such as a row's ID. It's in the output, in n8n's log and in errors, and isn't sent to CometAPI.",
	},
	(value, label) => {
		const line = checkOptionalText(value, label)
			?.replace(/[\s\p{Cc}]+/gu, ' ')
			.trim();
		if (line === undefined || line.length <= LONGEST_REFERENCE) return line || undefined;
		const limit = `'${label}' must have at most ${LONGEST_REFERENCE} characters`;
		throw badValue(limit, line, 'Shorten it.');
	},
);

/** For operations that submit a video. n8n's hints could not tell an item from an error. */
const pendingNotice = notice(
	'pendingNotice',
	"With 'Wait for Completion' turned off, the item has the status 'pending' and no video yet. To get the video, pass its 'request_id' to Get Status.",
	{ show: { waitForCompletion: [false] } },
);

/**
 * @param submits it then waits unless told otherwise, has a file only after waiting, and needs Max
 * Wait also for its way to a free place
 */
export function settingFields(submits: boolean, maxWaitS: number): SettingFields {
	const wait = switchField({
		displayName: 'Wait for Completion',
		name: 'waitForCompletion',
		default: submits,
		description: 'Whether to wait until the video is finished before continuing',
	});
	const maxWait = numberField(
		{
			displayName: 'Max Wait',
			name: 'options.maxWait',
			default: maxWaitS,
			description:
				'How long to wait for the video, counted from when CometAPI accepts it. If CometAPI is too busy to accept it, the node keeps trying for this long.',
		},
		{ min: 1, max: 86_400, unit: 'seconds' },
		maxWaitS,
	);
	const download = downloadSwitch(submits);
	const always = [includeRaw, onTimeout, pollInterval, sleeps];
	return {
		fields: submits
			? [
					...[wait, pendingNotice],
					...shownFor({ show: { waitForCompletion: [true] } }, download, outputField),
					// n8n keeps the value of a field that it hides, so 'downloadVideo' alone would not tell.
					...shownFor(WHEN_WAITING, fileName),
					...[maxWait, maxVideos, reference, ...always],
				]
			: [wait, download, outputField, fileName, ...shownFor(WHEN_WAITING, maxWait), ...always],
		read(item) {
			const waits = wait.read(item);
			const downloads = download.read(item) && (waits || !submits);
			return {
				waits,
				maxWaitS: maxWait.read(item),
				sleeps: waits && sleeps.read(item),
				pollIntervalS: pollInterval.read(item),
				returnsOnTimeout: onTimeout.read(item) === 'return',
				includesRaw: includeRaw.read(item),
				...(downloads && {
					download: { fieldName: outputField.read(item), fileName: fileName.read(item) },
				}),
			};
		},
	};
}

function shownFor(condition: IDisplayOptions, ...fields: Array<Field<unknown>>) {
	return fields.map((each) => ({
		...each,
		properties: updateDisplayOptions(condition, each.properties),
	}));
}
