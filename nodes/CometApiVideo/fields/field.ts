import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Item } from '../item';
import {
	checkChoice,
	checkDuration,
	checkOptionalText,
	checkSwitch,
	checkText,
	type Range,
} from './checks';
import { meaningOf, type Lookup } from './meaning';

/**
 * A parameter in one place: how the editor shows it, how its evaluated value is read and checked, and
 * which values make the same video.
 * `read` throws InputError, or gives the default for an empty value.
 */
export interface Field<T> {
	properties: INodeProperties[];
	read(item: Item): T;
	/** Equal for two values that make the same video. */
	meaning(lookup: Lookup): unknown;
}

/** A parameter by what it shows; `at` is its path among the node's parameters. */
type Shown = Omit<INodeProperties, 'type' | 'default' | 'options'>;

export function field<T>(
	property: INodeProperties,
	check: (value: unknown, label: string) => T,
): Field<T> {
	const { name, displayName } = property;
	return {
		properties: [property],
		read: ({ context }) => check(context.getNodeParameter(name, null), displayName),
		meaning: meaningOfProperty(property, check),
	};
}

function meaningOfProperty(
	{ name, displayName, default: byDefault }: INodeProperties,
	check: (value: unknown, label: string) => unknown,
): Field<unknown>['meaning'] {
	return (lookup) => meaningOf(lookup(name) ?? byDefault, (value) => check(value, displayName));
}

/** A parameter under Options. */
export function option<T>({ properties, read, meaning }: Field<T>): Field<T> {
	return {
		properties,
		read: (item) => read({ ...item, context: optionsOf(item) }),
		meaning: (lookup) => meaning((name) => lookup(`options.${name}`)),
	};
}

/** A context whose parameters are those under Options. */
function optionsOf({ context }: Item): Item['context'] {
	return Object.create(context, {
		getNodeParameter: {
			value: (name: string, fallback?: unknown) =>
				context.getNodeParameter(`options.${name}`, fallback),
		},
	}) as Item['context'];
}

export function textField(shown: Shown): Field<string> {
	return field({ ...shown, type: 'string', default: '' }, (value, label) =>
		checkText(label, value),
	);
}

export function optionalTextField(shown: Shown): Field<string | undefined> {
	return field({ ...shown, type: 'string', default: '' }, (value, label) =>
		checkOptionalText(label, value),
	);
}

export function switchField(shown: Shown & { default: boolean }): Field<boolean> {
	return field({ ...shown, type: 'boolean' }, (value, label) =>
		checkSwitch(label, value, shown.default),
	);
}

interface Choice<Value> {
	name: string;
	value: Value;
	description?: string;
}

/** A choice, read as text. */
export function choiceField<const Value extends string | number>(
	shown: Shown & { options: Array<Choice<Value>>; default: Value },
): Field<`${Value}`> {
	const choices = shown.options.map(({ value }) => `${value}` as const);
	return field({ ...shown, type: 'options' }, (value, label) =>
		checkChoice(label, value, choices, `${shown.default}`),
	);
}

/** Seconds of video, from a list: n8n's number field turns "1,5" into 15. */
export function durationField(range: Range, byDefault: number): Field<number> {
	const { min, max } = range;
	const options = Array.from({ length: max - min + 1 }, (_, index) => min + index);
	return field(
		{
			displayName: 'Duration',
			name: 'duration',
			type: 'options',
			options: options.map((value) => ({ name: nameOfDuration(value), value })),
			default: byDefault,
			description: 'Length of the video. You pay per second.',
		},
		(value) => checkDuration(value, range, byDefault),
	);
}

function nameOfDuration(seconds: number): string {
	if (seconds === 0) return "Model's Own";
	return seconds === 1 ? '1 Second' : `${seconds} Seconds`;
}

/** What the node's routing has put into the body under this name. */
export function sentField(property: INodeProperties, name: string): Field<string> {
	return {
		properties: [{ ...property, routing: { send: { type: 'body', property: name } } }],
		read: ({ request }) => checkText(property.displayName, (request.body as IDataObject)[name]),
		meaning: meaningOfProperty(property, (value, label) => checkText(label, value)),
	};
}

export function promptField(shown: Pick<Shown, 'description' | 'placeholder'>): Field<string> {
	const property = { displayName: 'Prompt', name: 'prompt', type: 'string' as const, default: '' };
	return sentField({ ...property, typeOptions: { rows: 4 }, required: true, ...shown }, 'prompt');
}

export function notice(
	name: string,
	text: string,
	displayOptions: INodeProperties['displayOptions'] = {},
): INodeProperties {
	return { displayName: text, name, type: 'notice', default: '', displayOptions };
}
