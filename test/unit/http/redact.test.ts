/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { redact } from '../../../nodes/CometApiVideo/http/redact';

const LONG = 'sk-0123456789abcdefghij';

describe('The key in what is shown', () => {
	test.each([
		[LONG, `Bearer ${LONG}`, 'Bearer ***'],
		[
			LONG,
			`https://example.com/x${LONG}y?key=${LONG}.mp4`,
			'https://example.com/x***y?key=***.mp4',
		],
		['cometapi', 'bad key cometapi.', 'bad key ***.'],
		['cometapi', '{"error":"cometapi","key=cometapi&a"}', '{"error":"***","key=***&a"}'],
		['sk.(1)+$x', 'Bearer sk.(1)+$x', 'Bearer ***'],
	])('%s is replaced in %s', (key, words, shown) => {
		expect(redact(words, key)).toBe(shown);
	});

	test.each([
		['cometapi', 'cometapi-7f31'],
		['cometapi', 'https://cdn.cometapi.com/cometapi/my-cometapi.mp4'],
		['key', 'the key'],
		['', 'nothing'],
	])('%s is ordinary text in %s', (key, words) => {
		expect(redact(words, key)).toBe(words);
	});
});
