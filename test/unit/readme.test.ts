/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

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

describe('the README', () => {
	test.each(claims)('says, and has a test for it: $claim', ({ claim, shownBy }) => {
		expect(README).toContain(plain(claim));
		expect(shownBy).not.toEqual([]);
	});

	test.each(claims.flatMap(({ shownBy }) => shownBy))('has a test: %s', (name) => {
		const [file = '', ...title] = name.split(': ');
		const source = plain(readFileSync(join('test', file), 'utf8'));
		expect(source).toContain(plain(title.join(': ')));
	});

	test.each(PROMISING.flatMap(pointsOf))('shows by a test that: %s', (point) => {
		expect(claims.filter(({ claim }) => point.includes(plain(claim)))).not.toEqual([]);
	});

	test('names every example', () => {
		for (const file of readdirSync('examples')) {
			expect(readFileSync('README.md', 'utf8')).toContain(`(examples/${file})`);
		}
	});
});
