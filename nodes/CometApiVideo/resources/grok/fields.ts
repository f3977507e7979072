import type { IDataObject } from 'n8n-workflow';

import { InputError } from '../../errors';
import { customBodyFields } from '../../fields/bodyFields';
import { optionalTextField, type Field } from '../../fields/field';
import { modelField } from '../../fields/model';
import { isRecord, text } from '../../http/json';
import type { Item } from '../../item';
import { jobAt, type VideoApi } from '../../videoApi';

export const VIDEOS_PATH = '/grok/v1/videos';

/** CometAPI's Grok video API, by docs/api.md. */
export const grokApi: VideoApi = {
	resource: 'Grok',
	idNames: ['request_id', 'id'],
	jobsPath: VIDEOS_PATH,
	jobOf: (_item, requestId) => jobAt(VIDEOS_PATH, requestId),
	maxWaitS: 900,
};

export const CLASSIC_MODEL = 'grok-imagine-video';
export const MODEL_1_5 = 'grok-imagine-video-1.5';

const GROK = {
	maker: 'xAI (Grok)',
	seconds: '1 to 15',
	byDefault: 8,
	images: 'one',
	references: 'none',
};

/** Grok's video models of the account. */
export const model = modelField({
	method: 'searchGrokModels',
	known: [
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
	],
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

export const user = optionalTextField({
	displayName: 'User',
	name: 'options.user',
	placeholder: 'e.g. customer-42',
	description: 'An identifier for your end user, sent to the provider',
});

/** The body of both operations: the shared fields, the operation's own, and the user's on top. */
export function readBody(item: Item, prompt: Field<string>, fields: IDataObject): IDataObject {
	const overrides = custom.read(item);
	const endUser = user.read(item);
	return {
		model: overrides.model ?? model.read(item),
		prompt: overrides.prompt ?? prompt.read(item),
		...fields,
		...(endUser !== undefined && { user: endUser }),
		...overrides,
	};
}
