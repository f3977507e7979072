import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../errors';
import { isDeeperThan, isRecord, parseJson, text, type JsonRecord } from '../http/json';
import { badValue, DEEPEST, isEmpty } from './checks';
import { field, type Field } from './field';

/**
 * The user's own fields of the request, as a JSON object or its text.
 *
 * @param texts those of which none may be empty; `check` refuses others
 */
export function customBodyFields(
	texts: readonly string[],
	check: (fields: IDataObject) => void = () => {},
): Field<IDataObject> {
	const property = {
		displayName: 'Custom Body Fields',
		name: 'options.customBodyFields',
		type: 'json' as const,
		default: '{}',
		placeholder: 'e.g. { "seed": 1 }',
		description:
			'Additional fields of the request, as a JSON object. They replace fields of the same name.',
	};
	return field(property, (value, label) => {
		const fields = readObject(value, label);
		const name = texts.find((each) => each in fields && text(fields[each]) === undefined);
		if (name !== undefined) {
			throw new InputError(
				`'${label}' must have text for ${name}`,
				`Give ${name} a text, or leave it out.`,
			);
		}
		check(fields);
		return fields;
	});
}

function readObject(value: unknown, label: string): IDataObject {
	const fields = isEmpty(value) ? {} : typeof value === 'string' ? parseJson(value) : value;
	if (!isRecord(fields) || !isPlain(fields)) {
		throw badValue(`'${label}' must be a JSON object`, value, 'Enter one such as {"seed": 1}.');
	}
	if (isDeeperThan(fields, DEEPEST)) {
		throw new InputError(`'${label}' is nested too deeply`, `Use at most ${DEEPEST} levels.`);
	}
	if (hasNoNumber(fields)) {
		throw new InputError(
			`'${label}' contains NaN or Infinity`,
			'A calculation in its expression went wrong. Correct the expression.',
		);
	}
	return fields as IDataObject;
}

/** Not a date, a map or the like, whose fields are not what it says. */
function isPlain(fields: JsonRecord): boolean {
	const tag = Object.prototype.toString.call(fields);
	return tag === '[object Object]' && typeof fields.toJSON !== 'function';
}

function hasNoNumber(value: unknown): boolean {
	if (typeof value === 'number') return !Number.isFinite(value);
	return typeof value === 'object' && value !== null && Object.values(value).some(hasNoNumber);
}
