/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
	checkCustomBodyFields,
	checkDuration as checkDurationWithin,
	checkMaxWait,
	checkPollInterval,
	checkText,
} from '../../../nodes/CometApiVideo/fields/checks';
import { InputError } from '../../../nodes/CometApiVideo/errors';

const checkDuration = (value: unknown) => checkDurationWithin(value, { min: 1, max: 15 });

/** What a check says of a value that it does not take. */
function refusal(check: () => unknown): InputError {
	let thrown: unknown;
	try {
		check();
	} catch (error) {
		thrown = error;
	}
	expect(thrown).toBeInstanceOf(InputError);
	return thrown as InputError;
}

const NO_NUMBERS = [undefined, null, '', '  ', Number.NaN, 'abc', '8s', '8,5', true, [8], {}];

describe('text', () => {
	test.each([
		['a candle', 'a candle'],
		['  a candle\n', 'a candle'],
		[42, '42'],
		[0, '0'],
		[false, 'false'],
	])('%j is %j', (value, expected) => {
		expect(checkText('Prompt', value)).toBe(expected);
	});

	test.each([undefined, null, '', ' \n', {}, ['a candle']])('%j is empty', (value) => {
		const { message, description } = refusal(() => checkText('Prompt', value));
		expect(message).toContain("'Prompt'");
		expect(description).toMatch(/\w/);
	});

	test('names the parameter that is empty', () => {
		expect(refusal(() => checkText('Request ID', '')).message).toContain("'Request ID'");
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

	test.each([
		'',
		'{',
		'{"seed": 1',
		'[]',
		'[{"seed":1}]',
		'null',
		'1',
		'"a"',
		null,
		undefined,
		1,
		[],
	])('%j is no JSON object', (value) => {
		const { message } = refusal(() => checkCustomBodyFields(value));
		expect(message).toBe("'Custom Body Fields' must be a JSON object");
	});
});

describe('what a refusal tells of the value', () => {
	test.each([
		{ value: 40, shown: '40' },
		{ value: 'soon', shown: '"soon"' },
		{ value: '', shown: '""' },
		{ value: null, shown: 'null' },
		{ value: undefined, shown: 'nothing' },
		{ value: Number.NaN, shown: 'NaN' },
		{ value: Infinity, shown: 'Infinity' },
	])('$value came out as $shown', ({ value, shown }) => {
		const { description } = refusal(() => checkDuration(value));
		expect(description).toContain(`It came out as ${shown}.`);
	});

	test('is not longer than one can read', () => {
		const { description } = refusal(() => checkDuration('x'.repeat(10_000_000)));
		expect(description.length).toBeLessThan(300);
	});
});

describe('whatever an expression gives', () => {
	const checks = [
		(value: unknown) => checkText('Prompt', value),
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
