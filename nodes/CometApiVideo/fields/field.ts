import type { IDataObject, IGetNodeParameterOptions, INodeProperties } from 'n8n-workflow';

import { InputError } from '../errors';
import type { Item } from '../item';
import {
	checkChoice,
	checkNumber,
	checkOptionalText,
	checkSwitch,
	checkText,
	limitsInWords,
	type Limits,
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
		read(item) {
			try {
				return check(item.context.getNodeParameter(name, null), displayName);
			} catch (error) {
				throw asUserGaveIt(error, item, name);
			}
		},
		meaning: meaningOfProperty(property, check),
	};
}

/** The same error, in words for a typed value if no expression gave it. */
export function asUserGaveIt(error: unknown, { context }: Item, name: string): unknown {
	if (!(error instanceof InputError)) return error;
	const stored: unknown = context.getNodeParameter(name, null, { rawExpressions: true });
	return typeof stored === 'string' && stored.startsWith('=') ? error : error.asTyped();
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
			value: (name: string, fallback?: unknown, how?: IGetNodeParameterOptions) =>
				context.getNodeParameter(`options.${name}`, fallback, how),
		},
	}) as Item['context'];
}

export function optionalTextField(shown: Shown): Field<string | undefined> {
	return field({ ...shown, type: 'string', default: '' }, checkOptionalText);
}

export function switchField(shown: Shown & { default: boolean }): Field<boolean> {
	return field({ ...shown, type: 'boolean' }, (value, label) =>
		checkSwitch(value, label, shown.default),
	);
}

export interface Choice<Value> {
	name: string;
	value: Value;
	description?: string;
}

/** A choice, read as text. */
export function choiceField<const Value extends string | number>(
	shown: Shown & { options: ReadonlyArray<Choice<Value>>; default: Value },
): Field<`${Value}`> {
	const choices = shown.options.map(({ value }) => `${value}` as const);
	return field({ ...shown, options: [...shown.options], type: 'options' }, (value, label) =>
		checkChoice(value, label, choices, `${shown.default}`),
	);
}

/** A number, whose limits the hint and the message tell. */
export function numberField<Default extends number | undefined>(
	shown: Omit<Shown, 'hint'> & { default: number },
	limits: Limits,
	whenEmpty: Default,
): Field<number | Default> {
	const hint = limitsInWords(limits).replace('a', 'A');
	return field(
		{ ...shown, type: 'number', hint },
		(value, label) => checkNumber(value, label, limits) ?? whenEmpty,
	);
}

/** Seconds of video, from a list: n8n's number field turns "1,5" into 15. */
export function durationField(min: number, max: number, byDefault: number): Field<number> {
	const choices = Array.from({ length: max - min + 1 }, (_, index) => min + index);
	return field(
		{
			displayName: 'Duration',
			name: 'duration',
			type: 'options',
			options: choices.map((value) => ({ name: nameOfDuration(value), value })),
			default: byDefault,
			description: 'Length of the video. You pay per second.',
		},
		(value, label) =>
			checkNumber(value, label, { min, max, isWhole: true, unit: 'seconds' }) ?? byDefault,
	);
}

/** Seconds of video, one of a few, read as text. */
export function secondsField<const Seconds extends number>(
	choices: readonly Seconds[],
	byDefault: NoInfer<Seconds>,
): Field<`${Seconds}`> {
	return choiceField({
		displayName: 'Duration',
		name: 'duration',
		options: choices.map((value) => ({ name: nameOfDuration(value), value })),
		default: byDefault,
		description: 'Length of the video',
	});
}

function nameOfDuration(seconds: number): string {
	if (seconds === 0) return "Model's Own";
	return seconds === 1 ? '1 Second' : `${seconds} Seconds`;
}

/** A field that the node's routing puts into the body under this name. */
export function sentField(property: INodeProperties, name: string): Field<string> {
	return {
		properties: [{ ...property, routing: { send: { type: 'body', property: name } } }],
		read: ({ request }) => checkText((request.body as IDataObject)[name], property.displayName),
		meaning: meaningOfProperty(property, checkText),
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
