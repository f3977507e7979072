/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import type { AggregatedResult, TestContext } from '@jest/reporters';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { readClaims, type ShownBy } from '../harness/claimMarks.ts';
import { type TestedCase, testedDocument } from './testedTable.ts';

const FOLDER = import.meta.dirname;
const PROJECT = join(FOLDER, '..', '..');
const DOCUMENT = join(PROJECT, 'docs', 'tested.md');
const ENDING = '.test.ts';

/** Writes docs/tested.md after a run of all suites that passed; a part of them leaves it alone. */
export default class TestedReporter {
	async onRunComplete(
		_contexts: Set<TestContext>,
		{ numFailedTestSuites, numPendingTests, testResults }: AggregatedResult,
	) {
		const files = (await readdir(FOLDER)).filter((name) => name.endsWith(ENDING));
		const wasRun = new Set(testResults.map(({ testFilePath }) => basename(testFilePath)));
		if (numFailedTestSuites + numPendingTests > 0 || files.some((name) => !wasRun.has(name)))
			return;
		const cases = testResults.flatMap(({ testFilePath, testResults: results }): TestedCase[] =>
			results.map(({ ancestorTitles, title, status }) => ({
				suite: basename(testFilePath, ENDING),
				titles: [...ancestorTitles, title],
				passed: status === 'passed',
			})),
		);
		const shownBy = JSON.parse(await readFile(join(FOLDER, 'claims.json'), 'utf8')) as ShownBy;
		await writeFile(DOCUMENT, testedDocument(cases, readClaims(PROJECT), shownBy));
	}
}
