/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

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

/** By how much each of 300 waiting videos makes the worker grow, in MB, by the table of that way. */
function memoryOfAWait(way: string): string {
	const rows = WAITING.split(`\n| ${way} |`)[1]?.split('\n') ?? [];
	const residentMB = (waiting: string) => {
		const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
		const cellsOf = cells.find((row) => row.includes(waiting)) ?? [];
		return Number(cellsOf[cellsOf.indexOf(waiting) + 1]?.replace(',', ''));
	};
	return ((residentMB('300') - residentMB('0')) / 300).toFixed(1);
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
	const perExecution = memoryOfAWait('in the node, one execution per video');
	const perItem = memoryOfAWait('in the node, items of one execution');
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
