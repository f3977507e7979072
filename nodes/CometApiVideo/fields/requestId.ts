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
		checkRequestId,
	);
}

/** An id that can stand in a path: throws InputError for what could be none of CometAPI's. */
function checkRequestId(value: unknown, label: string): string {
	const id = checkText(value, label).replace(/^["'`“”‘’]+|["'`“”‘’]+$/g, '');
	// JavaScript has rounded a number of more than 16 digits: it is the ID of another video, if any.
	const isRounded = typeof value === 'number' && !Number.isSafeInteger(value);
	const isId = plainId(id) !== undefined && !/^https?:|["“”]/i.test(id);
	if (isId && typeof value !== 'boolean' && !isRounded) return id;
	throw new InputError(
		`'${label}' is not a request ID`,
		"Enter the 'request_id' from the output of the node that submitted the video, with nothing around it.",
	);
}
