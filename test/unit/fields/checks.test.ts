/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { customBodyFields } from '../../../nodes/CometApiVideo/fields/bodyFields';
import {
	checkChoice,
	checkNumber,
	checkOptionalText,
	checkSwitch,
	checkText,
	checkUrl,
} from '../../../nodes/CometApiVideo/fields/checks';
import { durationField, type Field } from '../../../nodes/CometApiVideo/fields/field';
import { maxVideos, settingFields } from '../../../nodes/CometApiVideo/fields/settings';
import type { Item } from '../../../nodes/CometApiVideo/item';
import { InputError } from '../../../nodes/CometApiVideo/errors';
import { countWords, MOST_WORDS } from '../../harness/words';

/** An item all of whose parameters have this value, but for those that are named. */
function itemOf(value: unknown, named: Record<string, unknown> = {}): Item {
	const getNodeParameter = (name: string) => (name in named ? named[name] : value);
	return { context: { getNodeParameter } } as unknown as Item;
}

const readOf =
	<T>({ read }: Field<T>) =>
	(value: unknown) =>
		read(itemOf(value));

const SETTINGS = settingFields(true, 900);
const setting = (name: string, value: unknown) =>
	SETTINGS.read(itemOf(null, { [`options.${name}`]: value }));

const checkDuration = readOf(durationField(1, 15, 8));
const checkMaxVideos = readOf(maxVideos);
const checkMaxWait = (value: unknown) => setting('maxWait', value).maxWaitS;
const checkPollInterval = (value: unknown) => setting('pollInterval', value).pollIntervalS;
const checkCustomBodyFields = (value: unknown, texts: string[] = []) =>
	readOf(customBodyFields(texts))(value);

/** What a check says of a value that it does not take. */
function refusal(check: () => unknown): InputError {
	let thrown: unknown;
	try {
		check();
	} catch (error) {
		thrown = error;
	}
	expect(thrown).toBeInstanceOf(InputError);
	const refused = thrown as InputError;
	expect(countWords(`${refused.message} ${refused.advice}`)).toBeLessThanOrEqual(MOST_WORDS);
	return refused;
}

const EMPTY = [undefined, null, '', '  '];
const NO_NUMBERS = [Number.NaN, 'abc', '8s', '8,5', true, [8], {}];

describe('text', () => {
	test.each([
		['a candle', 'a candle'],
		['  a candle\n', 'a candle'],
		[42, '42'],
		[0, '0'],
		[false, 'false'],
	])('%j is %j', (value, expected) => {
		expect(checkText(value, 'Prompt')).toBe(expected);
	});

	test.each([undefined, null, '', ' \n', {}, ['a candle']])('%j is empty', (value) => {
		const { message, description } = refusal(() => checkText(value, 'Prompt'));
		expect(message).toContain("'Prompt'");
		expect(description).toMatch(/\w/);
	});

	test('names the parameter that is empty', () => {
		expect(refusal(() => checkText('', 'Request ID')).message).toContain("'Request ID'");
	});
});

describe('duration', () => {
	test.each([
		[8, 8],
		['8', 8],
		[' 8 ', 8],
		[1, 1],
		['15', 15],
		[8.0, 8],
	])('%j is %j s', (value, seconds) => {
		expect(checkDuration(value)).toBe(seconds);
	});

	test.each([...NO_NUMBERS, 2.5, '2.5', 0, -1, 16, 40, '40', Infinity])(
		'%j is refused',
		(value) => {
			const { message, description } = refusal(() => checkDuration(value));
			expect(message).toBe("'Duration' must be a whole number of seconds from 1 to 15");
			expect(description).toMatch(/\w/);
		},
	);
});

describe('an empty value', () => {
	test.each(EMPTY)('%j means the default', (value) => {
		expect(checkDuration(value)).toBe(8);
		expect(checkMaxWait(value)).toBe(900);
		expect(checkPollInterval(value)).toBe(0);
		expect(checkMaxVideos(value)).toBe(0);
		expect(checkCustomBodyFields(value)).toEqual({});
		expect(checkOptionalText(value, 'User')).toBeUndefined();
		expect(checkSwitch(value, 'Download Video', true)).toBe(true);
		expect(checkSwitch(value, 'Download Video', false)).toBe(false);
		expect(checkChoice(value, 'Resolution', ['480p', '720p'], '480p')).toBe('480p');
	});
});

describe('a switch', () => {
	test.each([
		[true, true],
		[false, false],
		['true', true],
		['FALSE', false],
		[' True ', true],
	])('%j is %j', (value, on) => {
		expect(checkSwitch(value, 'Download Video', !on)).toBe(on);
	});

	test.each(['yes', 'on', 1, 0, '1', [true], {}])('%j is refused by name', (value) => {
		const { message } = refusal(() => checkSwitch(value, 'Download Video', false));
		expect(message).toBe("'Download Video' must be true or false");
	});
});

describe('a choice', () => {
	const check = (value: unknown) => checkChoice(value, 'Resolution', ['480p', '720p'], '480p');

	test.each(['720p', '720P', ' 720p\n'])('%j is meant', (value) => {
		expect(check(value)).toBe('720p');
	});

	test.each([720, '720', '16x9', true, ['720p'], {}])('%j is refused by name', (value) => {
		expect(refusal(() => check(value)).message).toBe("'Resolution' must be one of 480p, 720p");
	});
});

describe('an optional text', () => {
	test.each([
		['customer-42', 'customer-42'],
		[42, '42'],
	])('%j is %j', (value, expected) => {
		expect(checkOptionalText(value, 'User')).toBe(expected);
	});

	test.each([{}, ['a']])('%j is refused by name', (value) => {
		expect(refusal(() => checkOptionalText(value, 'User')).message).toContain("'User'");
	});
});

describe('the most videos', () => {
	test.each([
		[0, 0],
		['0', 0],
		[3, 3],
		[' 3 ', 3],
	])('%j is %j', (value, expected) => {
		expect(checkMaxVideos(value)).toBe(expected);
	});

	test.each([-1, 1.5, 'many', true, Infinity])('%j is refused by name', (value) => {
		expect(refusal(() => checkMaxVideos(value)).message).toContain("'Max Videos'");
	});
});

describe('the longest wait', () => {
	test.each([
		[900, 900],
		['900', 900],
		[1, 1],
		[1.5, 1.5],
		[86_400, 86_400],
	])('%j is %j s', (value, seconds) => {
		expect(checkMaxWait(value)).toBe(seconds);
	});

	test.each([...NO_NUMBERS, 0, 0.5, -900, 86_401, Infinity])('%j is refused', (value) => {
		expect(refusal(() => checkMaxWait(value)).message).toContain("'Max Wait'");
	});
});

describe('the interval of polls', () => {
	test.each([
		[0, 0],
		['0', 0],
		[1, 1],
		['5', 5],
		[3_600, 3_600],
	])('%j is %j s', (value, seconds) => {
		expect(checkPollInterval(value)).toBe(seconds);
	});

	test.each([...NO_NUMBERS, 0.1, -1, 3_601, Infinity])('%j is refused', (value) => {
		expect(refusal(() => checkPollInterval(value)).message).toContain("'Poll Interval'");
	});
});

describe('custom body fields', () => {
	test.each([
		{ value: {}, fields: {} },
		{ value: '{}', fields: {} },
		{ value: { seed: 1 }, fields: { seed: 1 } },
		{ value: ' { "seed": 1, "output": { "size": 2 } } ', fields: { seed: 1, output: { size: 2 } } },
	])('$value', ({ value, fields }) => {
		expect(checkCustomBodyFields(value)).toEqual(fields);
	});

	test.each(['{', '{"seed": 1', '[]', '[{"seed":1}]', 'null', '1', '"a"', 1, []])(
		'%j is no JSON object',
		(value) => {
			const { message } = refusal(() => checkCustomBodyFields(value));
			expect(message).toBe("'Custom Body Fields' must be a JSON object");
		},
	);

	test.each([new Date(0), { ts: 0, toJSON: () => '' }, new Map([['seed', 1]]), /seed/])(
		'%p is no JSON object either',
		(value) => {
			const { message } = refusal(() => checkCustomBodyFields(value));
			expect(message).toBe("'Custom Body Fields' must be a JSON object");
		},
	);

	test.each([{ seed: Number.NaN }, { output: { sizes: [1, Infinity] } }])(
		'%p has a number that cannot be sent',
		(value) => {
			const { message } = refusal(() => checkCustomBodyFields(value));
			expect(message).toBe("'Custom Body Fields' contains NaN or Infinity");
		},
	);

	test.each([null, '', ' ', 5, true, [], ['a'], {}])(
		'must have text where it counts: %j',
		(prompt) => {
			const { message } = refusal(() => checkCustomBodyFields({ prompt }, ['model', 'prompt']));
			expect(message).toBe("'Custom Body Fields' must have text for prompt");
			expect(checkCustomBodyFields({ prompt: 'a' }, ['model', 'prompt'])).toEqual({ prompt: 'a' });
		},
	);
});

test.each([Number.NaN, Infinity, -Infinity])('%p is no text', (value) => {
	expect(refusal(() => checkText(value, 'Prompt'))).toMatchObject({
		message: "'Prompt' must be text",
		description: `The value is ${value}. Correct the expression.`,
	});
});

test('custom body fields are refused when they are nested too deeply', () => {
	const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });
	expect(checkCustomBodyFields(nested(49))).toEqual(nested(49));
	for (const levels of [51, 1_000]) {
		const { message } = refusal(() => checkCustomBodyFields(nested(levels)));
		expect(message).toBe("'Custom Body Fields' is nested too deeply");
	}
});

describe('what a refusal tells of the value', () => {
	test.each([
		{ value: 40, shown: '40' },
		{ value: 'soon', shown: '"soon"' },
		{ value: {}, shown: '{}' },
		{ value: 8n, shown: '8' },
		{ value: Number.NaN, shown: 'NaN' },
		{ value: Infinity, shown: 'Infinity' },
	])('$value is shown as $shown', ({ value, shown }) => {
		const { description } = refusal(() => checkDuration(value));
		expect(description).toContain(`You entered ${shown}. Enter 1 to 15.`);
	});

	test('is not longer than one can read', () => {
		const { description } = refusal(() => checkDuration('x'.repeat(10_000_000)));
		expect(description.length).toBeLessThan(300);
	});
});

describe('a URL of a file', () => {
	test.each([
		'https://drive.google.com/file/d/1AbC/view?usp=sharing',
		'https://drive.google.com/open?id=1AbC',
		'https://docs.google.com/document/d/1AbC/edit',
		'https://photos.app.goo.gl/AbC',
		'https://www.dropbox.com/scl/fi/abc/photo.png?rlkey=xyz&dl=0',
		'https://www.dropbox.com/s/abc/photo.png',
		'https://1drv.ms/i/s!AbC',
		'https://contoso.sharepoint.com/:i:/s/team/AbC',
		'https://imgur.com/AbC',
		'https://github.com/owner/name/blob/main/photo.png',
		'HTTPS://WE.TL/t-abc',
	])('is not the page of a service: %s', (url) => {
		const { message, description } = refusal(() => checkUrl(url, 'Image URL'));
		expect(message).toBe("'Image URL' is a page that shows a file, not the file");
		expect(description).toMatch(/dropbox/i.test(url) ? /dl=1/ : /Binary Data/);
	});

	test.each([
		'https://drive.google.com/uc?export=download&id=1AbC',
		'https://www.dropbox.com/scl/fi/abc/photo.png?rlkey=xyz&dl=1',
		'https://dl.dropboxusercontent.com/s/abc/photo.png',
		'https://i.imgur.com/AbC.png',
		'https://raw.githubusercontent.com/owner/name/main/photo.png',
		'https://example.com/drive.google.com/file/photo.png',
	])('is one that opens the file: %s', (url) => {
		expect(checkUrl(url, 'Image URL')).toBe(url);
	});
});

describe('whatever an expression gives', () => {
	const checks = [
		(value: unknown) => checkText(value, 'Prompt'),
		(value: unknown) => checkNumber(value, 'Duration', { min: 1, zero: 'none' }),
		checkDuration,
		checkMaxWait,
		checkPollInterval,
		checkCustomBodyFields,
	];
	const value = fc.oneof(
		fc.jsonValue(),
		fc.double(),
		fc.bigInt(),
		fc.constant(undefined),
		fc.date(),
	);

	test('is accepted or refused as input, never something else', () => {
		fc.assert(
			fc.property(fc.constantFrom(...checks), value, (check, given) => {
				try {
					check(given);
				} catch (error) {
					expect(error).toBeInstanceOf(InputError);
				}
			}),
			{ numRuns: 1_000 },
		);
	});

	test('is sent as a duration only when it is a whole number from 1 to 15', () => {
		fc.assert(
			fc.property(fc.oneof(fc.double().map(String), fc.double(), fc.integer()), (given) => {
				try {
					expect(Array.from({ length: 15 }, (_, index) => index + 1)).toContain(
						checkDuration(given),
					);
				} catch (error) {
					expect(error).toBeInstanceOf(InputError);
				}
			}),
		);
	});
});
