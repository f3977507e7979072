import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../errors';
import { isRecord } from '../http/json';

export const MAX_WAIT_S = { min: 1, max: 86_400 };
export const POLL_INTERVAL_S = { min: 1, max: 3_600 };

/** Text that must have something in it; a number or a boolean from an expression counts as its text. */
export function checkText(name: string, value: unknown): string {
	const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
	const checked = isPlain ? String(value).trim() : '';
	if (checked !== '') return checked;
	throw new InputError(
		`'${name}' is empty`,
		`Enter a value for '${name}'. It came out as ${show(value)}.`,
	);
}

/** An http(s) URL. */
export function checkUrl(name: string, value: unknown): string {
	const url = checkText(name, value);
	if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url;
	throw new InputError(`'${name}' must be a web address`, `It came out as ${show(value)}.`);
}

/** Seconds of video: a whole number, also as text. */
export function checkDuration(value: unknown, { min, max }: { min: number; max: number }): number {
	const seconds = toNumber(value);
	if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return seconds;
	throw new InputError(
		`'Duration' must be a whole number of seconds from ${min} to ${max}`,
		`It came out as ${show(value)}.`,
	);
}

/** Seconds. */
export function checkMaxWait(value: unknown): number {
	return checkRange('Max Wait', value, MAX_WAIT_S);
}

/** Seconds; 0 is automatic. */
export function checkPollInterval(value: unknown): number {
	return toNumber(value) === 0 ? 0 : checkRange('Poll Interval', value, POLL_INTERVAL_S, '0 or ');
}

/** A JSON object, given as one or as its text. */
export function checkCustomBodyFields(value: unknown): IDataObject {
	const fields = typeof value === 'string' ? parse(value) : value;
	if (!isRecord(fields)) {
		throw new InputError(
			"'Custom Body Fields' must be a JSON object",
			`For example {"seed": 1}. It came out as ${show(value)}.`,
		);
	}
	return fields as IDataObject;
}

function checkRange(
	name: string,
	value: unknown,
	{ min, max }: { min: number; max: number },
	also = '',
): number {
	const number = toNumber(value);
	if (number >= min && number <= max) return number;
	throw new InputError(
		`'${name}' must be ${also}a number of seconds from ${min} to ${max}`,
		`It came out as ${show(value)}.`,
	);
}

/** NaN for what is no number, the empty text among it. */
function toNumber(value: unknown): number {
	if (typeof value === 'string' && value.trim() !== '') return Number(value);
	return typeof value === 'number' ? value : Number.NaN;
}

function parse(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

function show(value: unknown): string {
	if (value === undefined) return 'nothing';
	return (typeof value === 'number' ? String(value) : JSON.stringify(value)).slice(0, 100);
}
