/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { InputError } from '../../../../nodes/CometApiVideo/errors';
import type { Item } from '../../../../nodes/CometApiVideo/item';
import { custom } from '../../../../nodes/CometApiVideo/resources/grok/fields';

const checkGrokBodyFields = (value: unknown) =>
	custom.read({ context: { getNodeParameter: () => value } } as unknown as Item);

describe('custom body fields', () => {
	test.each([{ size: '1280x720' }, { size: null }, '{ "seed": 1, "size": "480x480" }'])(
		'%j has the field that CometAPI no longer takes',
		(value) => {
			let refusal: unknown;
			try {
				checkGrokBodyFields(value);
			} catch (error) {
				refusal = error;
			}
			expect(refusal).toBeInstanceOf(InputError);
			expect(refusal).toMatchObject({
				message: expect.stringMatching(/'Custom Body Fields'.*size/),
				description: expect.stringMatching(/'Resolution'.*'Aspect Ratio'/),
			});
		},
	);

	test('others go along as they are', () => {
		expect(checkGrokBodyFields('{ "output": { "size": 2 } }')).toEqual({ output: { size: 2 } });
	});
});
