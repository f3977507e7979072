import { shorten } from '../http/exchange';
import type { Item } from '../item';

/** By their labels; what is undefined is left out. */
export type LogFacts = Record<string, string | number | undefined>;

/** Others' words could otherwise pass for a line of their own. */
const LINE_BREAKERS = /[\u007f-\u009f\u2028\u2029]/g;

/** In characters. An answer's words have at most 500; what in it may lead to a job follows them. */
const LONGEST_SHOWN = 4_000;

/** Ids, which cannot have a blank in them. */
const UNQUOTED = ['request ID', 'other request ID', 'workflow ID', 'execution'];

/**
 * Writes one line about an item to n8n's log, and its facts once more as fields, for a log in JSON.
 *
 * @returns the line
 */
export function log(
	level: 'info' | 'warn',
	item: Item,
	happened: string,
	facts: LogFacts = {},
): string {
	const known = Object.entries({ ...facts, ...placeOf(item) }).filter(
		([, value]) => value !== undefined && value !== '',
	);
	const shown = known.map(([label, value]) => `${label} ${show(label, value)}`);
	const line = `${happened}: ${shown.join(', ')}`;
	const fields = known.map(([label, value]) => [label.toLowerCase().replaceAll(' ', '_'), value]);
	item.context.logger[level](line, Object.fromEntries(fields));
	return line;
}

function placeOf({ context, itemIndex, reference }: Item): LogFacts {
	const { id, name } = context.getWorkflow();
	return {
		workflow: name,
		'workflow ID': id,
		execution: context.getExecutionId(),
		node: context.getNode().name,
		// As in messages, which people compare.
		item: itemIndex + 1,
		reference,
	};
}

function show(label: string, value: string | number | undefined): string {
	if (typeof value !== 'string' || UNQUOTED.includes(label)) return String(value);
	return JSON.stringify(shorten(value, LONGEST_SHOWN)).replace(
		LINE_BREAKERS,
		(char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}
