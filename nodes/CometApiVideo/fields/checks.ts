import { InputError } from '../errors';
import { isDeeperThan, plainId, text } from '../http/json';

/** Characters that a message quotes of a value, and levels that are read. */
const QUOTED_CHARS = 100;
export const DEEPEST = 50;

/** True for no value: the parameter's default then holds. */
export function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && !value.trim());
}

/** A parameter's value that cannot be sent. */
export function badValue(message: string, value: unknown, advice: string): InputError {
	return new InputError(message, `The value is ${show(value)}. ${advice}`);
}

export function emptyValue(label: string): InputError {
	return new InputError(`'${label}' is empty`, 'Fill it in, or correct its expression.');
}

/** Text that must have something in it; a number or a boolean from an expression counts as its text. */
export function checkText(value: unknown, label: string): string {
	const checked = checkOptionalText(value, label);
	if (checked !== undefined) return checked;
	throw emptyValue(label);
}

/** The same, or undefined for an empty value. */
export function checkOptionalText(value: unknown, label: string): string | undefined {
	if (isEmpty(value)) return undefined;
	if (Number.isFinite(value) || typeof value === 'boolean') return String(value);
	if (typeof value === 'string') return text(value);
	throw badValue(`'${label}' must be text`, value, 'Correct the expression.');
}

/**
 * The check of an id that can stand in a path: throws InputError for what could be none of CometAPI's.
 *
 * @param what an id of what, with its article
 * @param source after "Enter"
 */
export function checkId(what: string, source: string) {
	return (value: unknown, label: string): string => {
		const id = checkText(value, label).replace(/^["'`“”‘’]+|(?<!["'`“”‘’])["'`“”‘’]+$/g, '');
		// JavaScript has rounded a number of more than 16 digits: it is another ID, if any.
		const isRounded = typeof value === 'number' && !Number.isSafeInteger(value);
		const isId = plainId(id) !== undefined && !/^https?:|["“”]/i.test(id);
		if (isId && typeof value !== 'boolean' && !isRounded) return id;
		throw new InputError(`'${label}' is not ${what}`, `Enter ${source}, with nothing around it.`);
	};
}

/** An http(s) URL of a file. */
export function checkUrl(value: unknown, label: string): string {
	const url = checkText(value, label);
	checkFileUrl(url, label);
	if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url;
	throw badValue(
		`'${label}' must be a URL that starts with http:// or https://`,
		value,
		'Enter one that opens from the internet.',
	);
}

/** Pages of services that share files; the file itself is behind a button, a script or a login. */
const PAGES =
	/^https?:\/\/((drive|docs)\.google\.com\/(file|open|drive|document)|photos\.(app\.goo\.gl|google\.com)|(www\.)?(dropbox\.com\/(?!.*[?&](dl|raw)=1)|wetransfer\.com|we\.tl|canva\.com|icloud\.com|imgur\.com|github\.com\/.+\/blob)|1drv\.ms|onedrive\.live\.com|[\w-]+\.sharepoint\.com\/(?!.*[?&]download=1))/i;

/** Throws InputError for several URLs, which else count as one with a blank in it, and for a page. */
export function checkFileUrl(url: string, label: string): void {
	if (/[\s,]https?:\/\//i.test(url)) {
		throw badValue(`'${label}' must be one URL`, url, 'Remove the others.');
	}
	if (!PAGES.test(url)) return;
	const direct = /dropbox/i.test(url)
		? 'Let the link end with dl=1 instead of dl=0.'
		: "Enter a URL that opens the file itself. An image can also come from Google Drive > Download, with 'Image Source' Binary Data.";
	throw new InputError(`'${label}' is a page that shows a file, not the file`, direct);
}

/** On or off, also as the text of a form or a model. */
export function checkSwitch(value: unknown, label: string, byDefault: boolean): boolean {
	if (isEmpty(value)) return byDefault;
	const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
	if (word === 'true' || word === 'false') return word === 'true';
	throw badValue(`'${label}' must be true or false`, value, 'Correct the expression.');
}

/** One of the choices, whatever its letter case. */
export function checkChoice<Choice extends string>(
	value: unknown,
	label: string,
	choices: readonly Choice[],
	byDefault: Choice,
): Choice {
	if (isEmpty(value)) return byDefault;
	const isText = typeof value === 'string' || typeof value === 'number';
	const word = isText ? String(value).trim().toLowerCase() : undefined;
	const choice = choices.find((each) => each.toLowerCase() === word);
	if (choice !== undefined) return choice;
	throw badValue(`'${label}' must be one of ${choices.join(', ')}`, value, 'Choose one of them.');
}

/** Limits of a number. */
export interface Limits {
	min: number;
	max?: number;
	isWhole?: boolean;
	unit?: 'seconds';
	/** What 0 means, which is allowed besides. */
	zero?: string;
}

/** The same in words, for hints and messages. */
export function limitsInWords({ min, max, isWhole, unit, zero }: Limits): string {
	const number = `a ${isWhole ? 'whole ' : ''}number${unit ? ` of ${unit}` : ''}`;
	const range = max === undefined ? '' : ` from ${min} to ${max.toLocaleString('en')}`;
	return `${number}${range}${zero ? `, or 0 for ${zero}` : ''}`;
}

/** A number, also as text; undefined for an empty value. */
export function checkNumber(value: unknown, label: string, limits: Limits): number | undefined {
	if (isEmpty(value)) return undefined;
	const { min, max, isWhole, zero } = limits;
	const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
	const isWithin = number >= min && number <= (max ?? Number.MAX_VALUE);
	if ((isWithin && (!isWhole || Number.isInteger(number))) || (number === 0 && zero)) return number;
	const range = max === undefined ? `${min} or more` : `${min} to ${max.toLocaleString('en')}`;
	const advice = `Enter ${range}${zero ? `, or 0 for ${zero}` : ''}.`;
	throw badValue(`'${label}' must be ${limitsInWords(limits)}`, value, advice);
}

/** A value as a message quotes it. */
function show(value: unknown): string {
	if (value === undefined) return 'nothing';
	if (typeof value === 'number' || typeof value === 'bigint') return String(value);
	if (typeof value === 'object' && isDeeperThan(value, DEEPEST)) return 'a deeply nested object';
	return JSON.stringify(value).slice(0, QUOTED_CHARS);
}
