import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../errors';
import { isDeeperThan, isRecord, parseJson, text, type JsonRecord } from '../http/json';

export const MAX_WAIT_S = { min: 1, max: 86_400 };
export const POLL_INTERVAL_S = { min: 1, max: 3_600 };

/** How deep Custom Body Fields may be nested, and how many characters a message quotes of a value. */
const DEEPEST = 50;
const QUOTED_CHARS = 100;

/** What a message has room for beside everything else. */
const LONGEST_REFERENCE = 100;

export interface Range {
	min: number;
	max: number;
}

/** What stands for no value: the parameter's default then holds. */
export function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && !value.trim());
}

/** Text that must have something in it; a number or a boolean from an expression counts as its text. */
export function checkText(name: string, value: unknown): string {
	const checked = checkOptionalText(name, value);
	if (checked !== undefined) return checked;
	throw new InputError(
		`'${name}' is empty`,
		`Enter a value for '${name}'. It came out as ${show(value)}.`,
	);
}

/** The same, or undefined for an empty value. */
export function checkOptionalText(name: string, value: unknown): string | undefined {
	if (isEmpty(value)) return undefined;
	if (Number.isFinite(value) || typeof value === 'boolean') return String(value);
	if (typeof value === 'string') return text(value);
	throw new InputError(`'${name}' must be text`, `It came out as ${show(value)}.`);
}

/** A file's name without what no file system and no header takes; undefined when nothing is left. */
export function checkFileName(value: unknown): string | undefined {
	const name = checkOptionalText('File Name', value)?.replace(/[\p{Cc}\p{Cs}]/gu, '');
	return name === undefined || /^[\s./\\]*$/.test(name) ? undefined : name;
}

/** One line; undefined for an empty value. */
export function checkReference(value: unknown, name: string): string | undefined {
	const reference = checkOptionalText(name, value)
		?.replace(/[\s\p{Cc}]+/gu, ' ')
		.trim();
	if (reference === undefined || reference.length <= LONGEST_REFERENCE)
		return reference || undefined;
	throw new InputError(
		`'${name}' must have at most ${LONGEST_REFERENCE} characters`,
		`It came out as ${show(reference)}.`,
	);
}

/** An http(s) URL. */
export function checkUrl(name: string, value: unknown): string {
	const url = checkText(name, value);
	checkOneUrl(name, url);
	if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url;
	throw new InputError(
		`'${name}' must be a URL that starts with http:// or https://`,
		`It came out as ${show(value)}.`,
	);
}

/** Throws InputError for several URLs, which count as one with a blank or a comma in it. */
export function checkOneUrl(name: string, url: string): void {
	if (!/[\s,]https?:\/\//i.test(url)) return;
	throw new InputError(`'${name}' must be one URL`, `It came out as ${show(url)}.`);
}

/** On or off, also as the text of a form or a model. */
export function checkSwitch(name: string, value: unknown, byDefault: boolean): boolean {
	if (isEmpty(value)) return byDefault;
	const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
	if (word === 'true' || word === 'false') return word === 'true';
	throw new InputError(`'${name}' must be true or false`, `It came out as ${show(value)}.`);
}

/** One of the choices, whatever its letter case. */
export function checkChoice<Choice extends string>(
	name: string,
	value: unknown,
	choices: readonly Choice[],
	byDefault: Choice,
): Choice {
	if (isEmpty(value)) return byDefault;
	const word = isText(value) ? String(value).trim().toLowerCase() : undefined;
	const choice = choices.find((each) => each.toLowerCase() === word);
	if (choice !== undefined) return choice;
	throw new InputError(
		`'${name}' must be one of ${choices.join(', ')}`,
		`It came out as ${show(value)}.`,
	);
}

function isText(value: unknown): value is string | number {
	return typeof value === 'string' || typeof value === 'number';
}

/** Seconds of video: a whole number, also as text. */
export function checkDuration(value: unknown, { min, max }: Range, byDefault: number): number {
	const seconds = isEmpty(value) ? byDefault : toNumber(value);
	if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return seconds;
	throw new InputError(
		`'Duration' must be a whole number of seconds from ${min} to ${max}`,
		`It came out as ${show(value)}.`,
	);
}

/** Seconds. */
export function checkMaxWait(value: unknown, byDefault: number): number {
	return isEmpty(value) ? byDefault : checkSeconds('Max Wait', value, MAX_WAIT_S);
}

/** Seconds; 0 is automatic. */
export function checkPollInterval(value: unknown): number {
	if (isEmpty(value) || toNumber(value) === 0) return 0;
	return checkSeconds('Poll Interval', value, POLL_INTERVAL_S, '0 or ');
}

/** A number from 0 to 1; undefined for an empty value. */
export function checkShare(value: unknown, name: string): number | undefined {
	if (isEmpty(value)) return undefined;
	const share = toNumber(value);
	if (share >= 0 && share <= 1) return share;
	throw new InputError(`'${name}' must be a number from 0 to 1`, `It came out as ${show(value)}.`);
}

/** How many videos the node may make in one execution; undefined for no limit. */
export function checkMaxVideos(value: unknown): number | undefined {
	const limit = isEmpty(value) ? 0 : toNumber(value);
	if (Number.isInteger(limit) && limit >= 0) return limit === 0 ? undefined : limit;
	throw new InputError(
		"'Max Videos' must be a whole number, or 0 for no limit",
		`It came out as ${show(value)}.`,
	);
}

/**
 * A JSON object, given as one or as its text; nothing is an empty one.
 *
 * @param texts fields without which there is no video: where they are given, they have text
 */
export function checkCustomBodyFields(value: unknown, texts: readonly string[] = []): IDataObject {
	const fields = isEmpty(value) ? {} : typeof value === 'string' ? parseJson(value) : value;
	if (!isRecord(fields) || !isPlain(fields)) {
		throw new InputError(
			"'Custom Body Fields' must be a JSON object",
			`For example {"seed": 1}. It came out as ${show(value)}.`,
		);
	}
	if (isDeeperThan(fields, DEEPEST)) {
		throw new InputError(
			"'Custom Body Fields' is nested too deeply",
			`Use at most ${DEEPEST} levels.`,
		);
	}
	if (hasNoNumber(fields)) {
		throw new InputError(
			"'Custom Body Fields' has a number that is none",
			'A calculation in it came out as NaN or Infinity, which cannot be sent.',
		);
	}
	for (const name of texts.filter((each) => each in fields)) {
		if (text(fields[name]) !== undefined) continue;
		throw new InputError(
			`'Custom Body Fields' must have text for ${name}`,
			`Enter one, or leave ${name} out.`,
		);
	}
	return fields as IDataObject;
}

/** Not a date, a map or the like, whose fields are not what it says. */
function isPlain(fields: JsonRecord): boolean {
	const kind = Object.prototype.toString.call(fields);
	return kind === '[object Object]' && typeof fields.toJSON !== 'function';
}

function hasNoNumber(value: unknown): boolean {
	if (typeof value === 'number') return !Number.isFinite(value);
	return typeof value === 'object' && value !== null && Object.values(value).some(hasNoNumber);
}

function checkSeconds(name: string, value: unknown, { min, max }: Range, also = ''): number {
	const number = toNumber(value);
	if (number >= min && number <= max) return number;
	throw new InputError(
		`'${name}' must be ${also}a number of seconds from ${min} to ${max}`,
		`It came out as ${show(value)}.`,
	);
}

/** NaN for what is no number. */
function toNumber(value: unknown): number {
	if (typeof value === 'string' && value.trim() !== '') return Number(value);
	return typeof value === 'number' ? value : Number.NaN;
}

/** A value, bounded, as a message quotes it. */
export function show(value: unknown): string {
	if (value === undefined) return 'nothing';
	if (typeof value === 'number' || typeof value === 'bigint') return String(value);
	if (typeof value === 'object' && isDeeperThan(value, DEEPEST)) return 'a deeply nested object';
	return JSON.stringify(value).slice(0, QUOTED_CHARS);
}
