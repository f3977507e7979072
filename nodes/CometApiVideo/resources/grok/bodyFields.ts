import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../../errors';
import { checkCustomBodyFields, checkText } from '../../fields/checks';
import type { Item } from '../../item';

/**
 * What the routing of an operation has put together, checked, with the user's own fields on top.
 *
 * @param own the operation's own fields, checked
 * @throws InputError
 */
export function readBodyFields({ context, request }: Item, own: IDataObject): IDataObject {
	const sent = request.body as IDataObject;
	const custom = context.getNodeParameter('options.customBodyFields', {});
	return {
		...sent,
		model: checkText('Model', sent.model),
		prompt: checkText('Prompt', sent.prompt),
		...own,
		...checkGrokBodyFields(custom),
	};
}

/** The user's own fields; throws InputError for what is no JSON object, or has a withdrawn field. */
export function checkGrokBodyFields(value: unknown): IDataObject {
	const fields = checkCustomBodyFields(value);
	if (!('size' in fields)) return fields;
	throw new InputError(
		"'Custom Body Fields' has the field size, which CometAPI no longer takes",
		"Use 'Resolution' and 'Aspect Ratio' instead.",
	);
}
