/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { redact, redactTexts } from '../../../nodes/CometApiVideo/http/redact';

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
		['sk-a+b/0123456789==', '?key=sk-a%2Bb%2f0123456789%3D%3D&x=24%', '?key=***&x=24%'],
	])('%s is replaced in %s', (key, words, shown) => {
		expect(redact(words, key)).toBe(shown);
	});

	/** Ways in which JSON writes a text: all of them parse to it. */
	const escapes: Array<[string, (text: string) => string]> = [
		['a slash with its backslash', (text) => text.replaceAll('/', '\\/')],
		[
			'every character by its number',
			(text) =>
				[...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
		],
		[
			'some by their number in capitals',
			(text) => text.replace(/[/+&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16).toUpperCase()}`),
		],
	];
	const ESCAPED_KEYS = ['sk-a/b+c&d=0123456789abcdef', 'pa/ss+w&d'];

	test.each(escapes.flatMap(([how, escape]) => ESCAPED_KEYS.map((key) => ({ how, escape, key }))))(
		'$key is replaced in JSON with $how, in names and values, also in JSON text',
		({ escape, key }) => {
			const written = escape(key);
			const json = `{"${written}":"${written}","list":["is: ${written}","\\n${written}"]}`;
			expect(JSON.parse(json)).toHaveProperty([key], key);
			const shown = redact(json, key);
			expect(JSON.parse(shown)).toEqual({ '***': '***', list: ['is: ***', '\n***'] });
			const twice = JSON.stringify({ data: JSON.stringify({ data: json }) });
			const { data } = JSON.parse(redact(twice, key)) as { data: string };
			expect(JSON.parse((JSON.parse(data) as { data: string }).data)).toEqual(JSON.parse(shown));
			// An answer that was cut off is no JSON.
			expect(redact(json.slice(0, -3), key)).not.toContain(written);
		},
	);

	test.each(['key', 'cometapi', LONG])('%s is no text of an answer', (key) => {
		const json = JSON.stringify({ id: key, task_id: `${key}-7`, other: 'x' });
		expect(redactTexts(json, key)).not.toContain(`"${key}"`);
		expect(redactTexts(json, key)).toContain('"other":"x"');
	});

	test('a short key may be part of an id', () => {
		expect(redactTexts('{"id":"cometapi-7"}', 'cometapi')).toBe('{"id":"cometapi-7"}');
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
