import { InputError } from '../errors';
import { plainId } from '../http/json';
import { checkText } from './checks';
import { field, type Field } from './field';

export function requestIdField(placeholder: string): Field<string> {
	return field(
		{
			displayName: 'Request ID',
			name: 'requestId',
			type: 'string',
			required: true,
			default: '',
			placeholder,
			description: "The 'request_id' in the output of the node that submitted the video",
		},
		checkId(
			'a request ID',
			"the 'request_id' from the output of the node that submitted the video",
		),
	);
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
