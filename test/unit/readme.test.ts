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
const LIMITS = readFileSync('docs/limits.md', 'utf8');
const WAITING = readFileSync('docs/waiting.md', 'utf8');

/** The texts that promise something; each of their points needs a test. */
const PROMISING = {
	Waiting: sectionOf(README, 'Waiting'),
	'Billing and retries': sectionOf(README, 'Billing and retries'),
	Compatibility: sectionOf(README, 'Compatibility'),
	'docs/limits.md': LIMITS,
};

function sectionOf(document: string, title: string): string {
	return document.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
}

function pointsOf(text: string): string[] {
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

	test.each(Object.entries(PROMISING))('have a claim in every point of "%s"', (_title, text) => {
		const points = pointsOf(text);
		expect(points).not.toEqual([]);
		expect(points.filter((point) => claimsIn(point).length === 0)).toEqual([]);
	});
});

test('docs/waiting.md says what the bench measured of a waiting video', () => {
	const perExecution = memoryOfAWait('In the node, an execution');
	const perItem = memoryOfAWait('In the node, all videos');
	expect(WAITING).toContain(
		`${perExecution} MB as its own execution, ${perItem} MB as one of many items`,
	);
});

describe('the README', () => {
	test('names every example', () => {
		for (const file of readdirSync('examples')) {
			expect(README).toContain(`(examples/${file})`);
		}
	});
});
