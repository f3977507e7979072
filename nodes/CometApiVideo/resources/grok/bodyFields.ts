import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../../errors';
import { checkCustomBodyFields, checkOptionalText, checkText } from '../../fields/checks';
import type { Item } from '../../item';

/**
 * The body: what the routing has put together, checked, with the user's own fields on top.
 *
 * @param custom the user's own fields
 * @param own the operation's own fields, checked
 * @throws InputError
 */
export function readBodyFields(
	{ context, request }: Item,
	custom: IDataObject,
	own: IDataObject,
): IDataObject {
	const sent = request.body as IDataObject;
	const user = checkOptionalText('User', context.getNodeParameter('options.user', null));
	return {
		model: 'model' in custom ? undefined : checkText('Model', sent.model),
		prompt: 'prompt' in custom ? undefined : checkText('Prompt', sent.prompt),
		...own,
		...(user !== undefined && { user }),
		...custom,
	};
}

/** @throws InputError */
export function readCustomFields({ context }: Item): IDataObject {
	return checkGrokBodyFields(context.getNodeParameter('options.customBodyFields', null));
}

/** The user's own fields; throws InputError for what cannot be sent. */
export function checkGrokBodyFields(value: unknown): IDataObject {
	const fields = checkCustomBodyFields(value, ['model', 'prompt']);
	if (!('size' in fields)) return fields;
	throw new InputError(
		"'Custom Body Fields' has the field size, which CometAPI no longer accepts",
		"Use 'Resolution' and 'Aspect Ratio' instead.",
	);
}
