/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

const PROJECT = join(__dirname, '..', '..');
const read = (...path: string[]) => readFileSync(join(PROJECT, ...path), 'utf8');

const LOCKS = ['.', 'test/harness/n8n/1.110.1', 'test/harness/n8n/2.41.1'];
const WORKFLOWS = readdirSync(join(PROJECT, '.github', 'workflows'));

interface Lock {
	packages: Record<string, { integrity?: string; link?: boolean }>;
}

test.each(LOCKS)('every package in the lock file of %s is known by its hash', (folder) => {
	const { packages } = JSON.parse(read(folder, 'package-lock.json')) as Lock;
	const entries = Object.entries(packages).filter(([path, { link }]) => path !== '' && !link);
	expect(entries.length).toBeGreaterThan(500);
	expect(entries.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
});

describe.each(WORKFLOWS)('the workflow %s', (file) => {
	const actions = read('.github', 'workflows', file).match(/uses: .*/g) ?? [];

	test('names each action by its commit', () => {
		expect(actions.length).toBeGreaterThan(0);
		expect(actions.filter((each) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v/.test(each))).toEqual(
			[],
		);
	});
});

test("only a job that runs nobody's code may publish, and only a tag on main", () => {
	const [head = '', build = '', publish = ''] = read('.github', 'workflows', 'publish.yml').split(
		/\n {2}(?:build|publish):\n/,
	);
	expect(head).toContain('permissions: {}');
	expect(build).toContain('merge-base --is-ancestor "$GITHUB_SHA" origin/main');
	expect(build).not.toContain('id-token');
	expect(publish).toContain('id-token: write');
	expect(publish).toContain('environment: npm');
	expect(publish.match(/- run: .*/g)).toEqual([
		'- run: npm publish ./*.tgz --provenance --access public',
	]);
});
