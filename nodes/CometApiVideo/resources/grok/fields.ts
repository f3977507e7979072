import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../../errors';
import { customBodyFields, user } from '../../fields/bodyFields';
import { promptField, type Field } from '../../fields/field';
import type { KnownModel } from '../../fields/knownModels';
import { modelField } from '../../fields/model';
import { isRecord, text } from '../../http/json';
import type { Item } from '../../item';

export const CLASSIC_MODEL = 'grok-imagine-video';
export const MODEL_1_5 = 'grok-imagine-video-1.5';

const GROK = {
	maker: 'xAI (Grok)',
	seconds: '1 to 15',
	byDefault: 8,
	images: 'one',
	references: 'none',
};

export const KNOWN_MODELS: readonly [KnownModel, ...KnownModel[]] = [
	{
		...{ ...GROK, name: 'Grok Imagine', ids: [CLASSIC_MODEL] },
		usd: { '480p': 0.05, '720p': 0.07 },
		priceNote: "This is xAI's list price; CometAPI's may differ",
	},
	{
		...{ ...GROK, name: 'Grok Imagine 1.5', ids: [MODEL_1_5] },
		usd: { '480p': 0.064, '720p': 0.112, '1080p': 0.2 },
		priceNote: 'An input image costs $0.008',
	},
];

/** Grok's video models of the account. */
export const model = modelField({
	method: 'searchGrokModels',
	known: KNOWN_MODELS,
	live: {
		path: '/v1/models',
		withKey: true,
		read(answer) {
			if (!isRecord(answer) || !Array.isArray(answer.data)) return [];
			const ids = answer.data.flatMap((each) => (isRecord(each) ? (text(each.id) ?? []) : []));
			return ids.filter((id) => /^grok-.*video/i.test(id)).map((id) => ({ id }));
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

export const videoOptions = [custom, user];

/** The body of both operations: the shared fields, the operation's own, and the user's on top. */
export function readBody(
	item: Item,
	prompt: ReturnType<typeof promptField>,
	fields: IDataObject,
): IDataObject {
	const users = custom.read(item);
	const unlessGiven = (name: string, field: Field<string>) =>
		name in users ? undefined : field.read(item);
	const endUser = user.read(item);
	return {
		model: unlessGiven('model', model),
		prompt: unlessGiven('prompt', prompt),
		...fields,
		...(endUser !== undefined && { user: endUser }),
		...users,
	};
}
