/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { backoffMs } from '../../nodes/CometApiVideo/backoff';

const random = fc.double({ min: 0, max: 1, noNaN: true });

describe('the backoff after HTTP 429', () => {
	test.each([
		[1, 1_000],
		[2, 2_000],
		[3, 4_000],
		[5, 16_000],
		[6, 30_000],
		[100, 30_000],
		[10_000, 30_000],
	])('after %i in a row it is %i ms on average', (attempt, ms) => {
		expect(backoffMs(attempt, 0.5)).toBe(ms);
	});

	test('has a random part, and stays within 0.5 and 45 s', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 5_000 }), random, (attempt, drawn) => {
				expect(backoffMs(attempt, drawn)).toBeGreaterThanOrEqual(500);
				expect(backoffMs(attempt, drawn)).toBeLessThanOrEqual(45_000);
				const spread = backoffMs(attempt, 1) - backoffMs(attempt, 0);
				expect(spread).toBeGreaterThanOrEqual(1_000);
			}),
		);
	});
});
