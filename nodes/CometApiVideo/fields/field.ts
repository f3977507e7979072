import type { IDataObject, INodeProperties } from 'n8n-workflow';

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
import { meaningOf, type Comparable } from './meaning';

/**
 * A parameter in one place: how the editor shows it, how its evaluated value is read and checked, and
 * which values make the same video. A name such as `options.user` puts it under Options.
 * `read` throws InputError, or gives the default for an empty value.
 */
export interface Field<T> extends Comparable {
	properties: INodeProperties[];
	read(item: Item): T;
}

/** What the editor shows of a parameter. */
export type Shown = Omit<INodeProperties, 'type' | 'default' | 'options'>;

export function field<T>(
	property: INodeProperties,
	check: (value: unknown, label: string) => T,
): Field<T> {
	const { name, displayName, default: byDefault } = property;
	return {
		name,
		properties: [property],
		read(item) {
			try {
				return check(item.context.getNodeParameter(name, null), displayName);
			} catch (error) {
				throw asUserGaveIt(error, item, name);
			}
		},
		meaning: (lookup) => meaningOf(lookup(name) ?? byDefault, (value) => check(value, displayName)),
	};
}

/** The same error, in words for a typed value if no expression gave it. */
export function asUserGaveIt(error: unknown, { context }: Item, name: string): unknown {
	if (!(error instanceof InputError)) return error;
	const stored: unknown = context.getNodeParameter(name, null, { rawExpressions: true });
	return typeof stored === 'string' && stored.startsWith('=') ? error : error.asTyped();
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
	shown: Shown & { options: ReadonlyArray<Choice<Value>>; default: NoInfer<Value> },
): Field<`${Value}`> {
	const choices = shown.options.map(({ value }) => `${value}` as const);
	return field({ ...shown, options: [...shown.options], type: 'options' }, (value, label) =>
		checkChoice(value, label, choices, `${shown.default}`),
	);
}

const SHAPES: Record<string, string> = { '1:1': 'Square', '16:9': 'Landscape', '9:16': 'Vertical' };

/** @param ratios as the API takes them, and choices with a name of their own */
export function aspectRatioField<const Ratio extends string>(
	ratios: ReadonlyArray<Ratio | Choice<Ratio>>,
	shown: { default: NoInfer<Ratio>; description: string },
): Field<`${Ratio}`> {
	const options = ratios.map((ratio) => {
		if (typeof ratio === 'object') return ratio;
		return { name: SHAPES[ratio] ? `${ratio} (${SHAPES[ratio]})` : ratio, value: ratio };
	});
	return choiceField({ displayName: 'Aspect Ratio', name: 'aspectRatio', options, ...shown });
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

const durationProperty = <Seconds extends number>(choices: readonly Seconds[]) => ({
	displayName: 'Duration',
	name: 'duration',
	options: choices.map((value) => ({ name: nameOfDuration(value), value })),
});

/** Seconds of video, from a list: n8n's number field turns "1,5" into 15. */
export function durationField(min: number, max: number, byDefault: number): Field<number> {
	const choices = Array.from({ length: max - min + 1 }, (_, index) => min + index);
	const description = 'Length of the video. You pay per second.';
	return field(
		{ ...durationProperty(choices), type: 'options', default: byDefault, description },
		(value, label) =>
			checkNumber(value, label, { min, max, isWhole: true, unit: 'seconds' }) ?? byDefault,
	);
}

/** Seconds of video, one of a few, read as text. */
export function secondsField<const Seconds extends number>(
	choices: readonly Seconds[],
	byDefault: NoInfer<Seconds>,
): Field<`${Seconds}`> {
	const description = 'Length of the video';
	return choiceField({ ...durationProperty(choices), default: byDefault, description });
}

function nameOfDuration(seconds: number): string {
	if (seconds === 0) return "Model's Own";
	return seconds === 1 ? '1 Second' : `${seconds} Seconds`;
}

/** A field that the node's routing puts into the body under its name. */
export function sentField(property: INodeProperties): Field<string> {
	const { name, displayName } = property;
	return {
		...field({ ...property, routing: { send: { type: 'body', property: name } } }, checkText),
		read: ({ request }) => checkText((request.body as IDataObject)[name], displayName),
	};
}

export const promptField = (shown: Pick<Shown, 'description' | 'placeholder'> = {}) =>
	sentField({
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		default: '',
		typeOptions: { rows: 4 },
		required: true,
		description: 'Description of the video to generate',
		placeholder: 'e.g. A candle flickers on a wooden table',
		...shown,
	});

/** A text for the user, which has no value. */
export function notice(
	name: string,
	text: string,
	displayOptions: INodeProperties['displayOptions'] = {},
): Field<void> {
	return {
		...{ name, read() {}, meaning: () => null },
		properties: [{ displayName: text, name, type: 'notice', default: '', displayOptions }],
	};
}

const OPTIONS = 'options.';

/** The properties of an operation's fields, those under Options in alphabetical order, as n8n wants it. */
export function propertiesOf(fields: ReadonlyArray<Field<unknown>>): INodeProperties[] {
	const all = fields.flatMap(({ properties }) => properties);
	const options = all
		.filter(({ name }) => name.startsWith(OPTIONS))
		.map((property) => ({ ...property, name: property.name.slice(OPTIONS.length) }))
		.sort((a, b) => a.displayName.localeCompare(b.displayName));
	return [
		...all.filter(({ name }) => !name.startsWith(OPTIONS)),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add Option',
			default: {},
			options,
		},
	];
}
