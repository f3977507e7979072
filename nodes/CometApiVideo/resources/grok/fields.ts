import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../../errors';
import { customBodyFields, user } from '../../fields/bodyFields';
import { promptField, type Field } from '../../fields/field';
import { modelField } from '../../fields/model';
import { isRecord, text } from '../../http/json';
import type { Item } from '../../item';

export const CLASSIC_MODEL = 'grok-imagine-video';
export const MODEL_1_5 = 'grok-imagine-video-1.5';

/** Grok's video models of the account. */
export const model = modelField({
	method: 'searchGrokModels',
	known: [CLASSIC_MODEL, MODEL_1_5],
	live: {
		path: '/v1/models',
		withKey: true,
		read(answer) {
			if (!isRecord(answer) || !Array.isArray(answer.data)) return [];
			const ids = answer.data.flatMap((each) => (isRecord(each) ? (text(each.id) ?? []) : []));
			const ours = ids.filter((id) => /^grok-.*video/i.test(id));
			return ours.map((id) => ({ name: id, value: id }));
		},
	},
});

export const custom = customBodyFields(['model', 'prompt'], (fields) => {
	if (!('size' in fields)) return;
	throw new InputError(
		"'Custom Body Fields' has the field size, which CometAPI no longer accepts",
		"Use 'Resolution' and 'Aspect Ratio' instead.",
	);
});

export const optionsOfVideo = [custom, user];

/** The body of both operations: the shared fields, the operation's own, and the user's on top. */
export function readBody(
	item: Item,
	prompt: ReturnType<typeof promptField>,
	own: IDataObject,
): IDataObject {
	const users = custom.read(item);
	const unlessGiven = (name: string, field: Field<string>) =>
		name in users ? undefined : field.read(item);
	const endUser = user.read(item);
	return {
		model: unlessGiven('model', model),
		prompt: unlessGiven('prompt', prompt),
		...own,
		...(endUser !== undefined && { user: endUser }),
		...users,
	};
}
