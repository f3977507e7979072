import type { IDataObject } from 'n8n-workflow';

import { checkCustomBodyFields, checkText } from '../checks';
import type { ItemRun } from '../job/itemRun';
import type { Submission } from '../job/submit';

/**
 * What the routing of an operation has put together, checked, with the user's own fields on top.
 *
 * @param own the operation's own fields, checked
 * @throws InputError
 */
export function readSubmission({ context, request }: ItemRun, own: IDataObject): Submission {
	const sent = request.body as IDataObject;
	const model = checkText('Model', sent.model);
	const fields = {
		...sent,
		model,
		prompt: checkText('Prompt', sent.prompt),
		...own,
		...checkCustomBodyFields(context.getNodeParameter('options.customBodyFields', {})),
	};
	return { model, fields };
}
