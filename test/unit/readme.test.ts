/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import queue from '../bench/queueResults.json';
import claimsOfReadme from '../e2e/claims.json';
import type { Claim } from '../e2e/testedTable';

const claims: Claim[] = claimsOfReadme;
const README = plain(readFileSync('README.md', 'utf8'));
/** The sections that promise something; each of their points needs a test. */
const PROMISING = ['What it costs you, and what not', 'Which way of waiting?', 'Compatibility'];

/** Without line breaks and the marks of links and emphasis, which a claim is quoted without. */
function plain(markdown: string): string {
	return markdown
		.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
		.replaceAll(/[*`]/g, '')
		.replaceAll(/\s+/g, ' ');
}

function pointsOf(section: string): string[] {
	const readme = readFileSync('README.md', 'utf8');
	const [text = ''] = readme.split(`\n## ${section}\n`)[1]?.split('\n## ') ?? [];
	return [...text.matchAll(/^- ([\s\S]+?)(?=\n- |\n\n|$(?![\s\S]))/gm)].map(([, point = '']) =>
		plain(point).trim(),
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

describe('the README', () => {
	test.each(claims)('says, and has a test for it: $claim', ({ claim, shownBy }) => {
		expect(README).toContain(plain(claim));
		expect(shownBy).not.toEqual([]);
	});

	test.each(claims.flatMap(({ shownBy }) => shownBy))('has a test: %s', (name) => {
		const [file = '', ...words] = name.split(': ');
		const title = words.join(': ');
		expect(file).toMatch(/\.test\.ts$|^harness\/n8n\/serverCases\.ts$/);
		const source = readFileSync(join('test', file), 'utf8');
		expect(QUOTES.some((quote) => source.includes(quote + title))).toBe(true);
	});

	test.each(PROMISING.flatMap(pointsOf))('shows by a test that: %s', (point) => {
		expect(claims.filter(({ claim }) => point.includes(plain(claim)))).not.toEqual([]);
	});

	test('says what the bench measured of a waiting video', () => {
		const perExecution = memoryOfAWait('In the node, an execution');
		const perItem = memoryOfAWait('In the node, all videos');
		expect(README).toContain(
			`${perExecution} MB as an execution of its own, ${perItem} MB as one of many items`,
		);
	});

	test('names every example', () => {
		for (const file of readdirSync('examples')) {
			expect(readFileSync('README.md', 'utf8')).toContain(`(examples/${file})`);
		}
	});
});
