import type { IDataObject } from 'n8n-workflow';

import { checkCustomBodyFields, checkOptionalText } from './checks';
import { field, option, type Field } from './field';

/**
 * The user's own fields of the request.
 *
 * @param texts fields without which there is no video
 * @param check what else the family refuses in them
 */
export function customBodyFields(
	texts: readonly string[],
	check: (fields: IDataObject) => void = () => {},
): Field<IDataObject> {
	const property = {
		displayName: 'Custom Body Fields',
		name: 'customBodyFields',
		type: 'json' as const,
		default: '{}',
		placeholder: 'e.g. { "seed": 1 }',
		description:
			'Additional fields of the request, as a JSON object. They replace fields of the same name.',
	};
	return option(
		field(property, (value) => {
			const fields = checkCustomBodyFields(value, texts);
			check(fields);
			return fields;
		}),
	);
}

export const user = option(
	field(
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			placeholder: 'e.g. customer-42',
			description: 'An identifier for your end user, sent to the provider',
		},
		(value, label) => checkOptionalText(label, value),
	),
);
