/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { randomInt } from 'node:crypto';

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { play } from './play.ts';
import { story } from './story.ts';

// Stories have two to six items, so these are well above the 1,000 items wanted.
const STORIES = 300;
const SIDE_BY_SIDE = 50;
const SHRINK_MS = 120_000;

const seeds = process.env.CHAOS_SEED
	? [Number(process.env.CHAOS_SEED)]
	: Array.from({ length: Number(process.env.CHAOS_SEEDS ?? 5) }, () => randomInt(2 ** 31));

const holds = fc.asyncProperty(story, async (told) => expect(await play(told)).toEqual([]));

test.each(seeds)(
	'pays once for every wanted video and loses none, seed %d',
	async (seed) => {
		const stories = fc.sample(story, { seed, numRuns: STORIES });
		const items = stories.reduce((sum, { fates }) => sum + fates.length, 0);
		process.stdout.write(`seed ${seed}: ${items} items in ${STORIES} executions\n`);
		for (let first = 0; first < STORIES; first += SIDE_BY_SIDE) {
			const round = stories.slice(first, first + SIDE_BY_SIDE);
			const complaints = await Promise.all(round.map(play));
			const failed = complaints.findIndex((told) => told.length > 0);
			if (failed < 0) continue;
			// The smallest story that shows it; if it shows only in company, the one that did.
			const path = String(first + failed);
			await fc.assert(holds, { seed, path, interruptAfterTimeLimit: SHRINK_MS });
			throw new Error(`${fc.stringify(round[failed])}\n${complaints[failed]?.join('\n')}`);
		}
		expect(items).toBeGreaterThanOrEqual(1_000);
	},
	1_200_000,
);
