/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import queue from '../bench/queueResults.json';
import shownByTests from '../e2e/claims.json';
import { claimsIn, readClaims, type ShownBy } from '../harness/claimMarks';

const shownBy: ShownBy = shownByTests;
const claims = readClaims('.');
const README = readFileSync('README.md', 'utf8');
/** The sections that promise something; each of their points needs a test. */
const PROMISING = ['What it costs you, and what not', 'Which way of waiting?', 'Compatibility'];

function pointsOf(section: string): string[] {
	const [text = ''] = README.split(`\n## ${section}\n`)[1]?.split('\n## ') ?? [];
	return [...text.matchAll(/^- ([\s\S]+?)(?=\n- |\n\n|$(?![\s\S]))/gm)].map(
		([, point = '']) => point,
	);
}

/** A title begins where a text of the source begins. */
const QUOTES = ["'", '"', '`'];

/** By how much each of 300 waiting videos makes the worker grow, in MB. */
function memoryOfAWait(way: string): string {
	const residentMB = (waiting: number) =>
		queue.levels.find((level) => level.way.startsWith(way) && level.waiting === waiting)?.worker
			.residentMB ?? Number.NaN;
	return ((residentMB(300) - residentMB(0)) / 300).toFixed(1);
}

describe('the documents', () => {
	test('make exactly the claims that tests show, each once', () => {
		expect(claims.map(({ id }) => id).sort()).toEqual(Object.keys(shownBy).sort());
	});

	test.each(claims)('show by a test: $id: $text', ({ id, text }) => {
		expect(text).not.toBe('');
		expect(shownBy[id]).not.toEqual([]);
	});

	test.each(Object.values(shownBy).flat())('have a test: %s', (name) => {
		const [file = '', ...words] = name.split(': ');
		const title = words.join(': ');
		expect(file).toMatch(/\.test\.ts$|^harness\/n8n\/serverCases\.ts$/);
		const source = readFileSync(join('test', file), 'utf8');
		expect(QUOTES.some((quote) => source.includes(quote + title))).toBe(true);
	});

	test.each(PROMISING)('have a claim in every point of "%s"', (section) => {
		const points = pointsOf(section);
		expect(points).not.toEqual([]);
		expect(points.filter((point) => claimsIn(point).length === 0)).toEqual([]);
	});
});

describe('the README', () => {
	test('says what the bench measured of a waiting video', () => {
		const perExecution = memoryOfAWait('In the node, an execution');
		const perItem = memoryOfAWait('In the node, all videos');
		expect(README).toContain(
			`${perExecution} MB as an execution of its own, ${perItem} MB as one of many items`,
		);
	});

	test('names every example', () => {
		for (const file of readdirSync('examples')) {
			expect(README).toContain(`(examples/${file})`);
		}
	});
});
