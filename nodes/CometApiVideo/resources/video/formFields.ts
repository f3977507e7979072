import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../../errors';
import type { MediaFile } from '../../files/mediaFile';
import type { FormField } from '../../files/multipartBody';

/** The values of each field, in order: a form repeats the name for more than one. */
export type FormValues = Record<string, Array<string | MediaFile>>;

export function toFormFields(values: FormValues): FormField[] {
	return Object.entries(values).flatMap(([name, all]) => all.map((value) => ({ name, value })));
}

/**
 * The user's own fields as a form has them: a list repeats the field, an object is its JSON text, and
 * an empty text leaves the field out.
 *
 * @throws InputError for null, which a form cannot say
 */
export function toFormValues(fields: IDataObject): Record<string, string[]> {
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) => [
			name,
			(Array.isArray(value) ? value : [value]).flatMap((each: unknown) => toTexts(name, each)),
		]),
	);
}

function toTexts(name: string, value: unknown): string[] {
	if (value === null || value === undefined) {
		throw new InputError(
			`'Custom Body Fields' has null for ${name}, which this API can't take`,
			`Give ${name} a value, or leave it out.`,
		);
	}
	const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
	return text.trim() === '' ? [] : [text];
}
