import type { Claim, ShownBy } from '../harness/claimMarks.ts';

/** One finished test of a suite that runs in a real n8n. */
export interface TestedCase {
	/** Its file, without folder and ending. */
	suite: string;
	/** The titles around it, the outermost being the n8n it ran on ("n8n 2.41.1"), and its own. */
	titles: string[];
	passed: boolean;
}

const NEWEST_FIRST = new Intl.Collator('en', { numeric: true });

/** docs/tested.md: the results by version of n8n, and the tests that show each claim. */
export function testedDocument(cases: TestedCase[], claims: Claim[], shownBy: ShownBy): string {
	const versions = [...new Set(cases.map(versionOf))].sort((a, b) => NEWEST_FIRST.compare(b, a));
	const suites = [...new Set(cases.map(({ suite }) => suite))].sort();
	return [
		'# Test results by n8n version',
		'`npm run test:e2e` writes this page when all suites have passed. A dash means not run.',
		...suites.map((suite) => suiteSection(suite, cases, versions)),
		'## Claims of the documents, and their tests',
		table(
			['claim', 'text', 'test'],
			claims.map(({ id, text }) => [id, text, (shownBy[id] ?? []).join('<br>')]),
		),
	]
		.join('\n\n')
		.concat('\n');
}

function suiteSection(suite: string, cases: TestedCase[], versions: string[]): string {
	const own = cases.filter((each) => each.suite === suite);
	const statements = [...new Set(own.map(statementOf))];
	const rows = statements.map((statement) => {
		const marks = versions.map((version) => {
			const ran = own.find(
				(each) => statementOf(each) === statement && versionOf(each) === version,
			);
			return ran === undefined ? '-' : ran.passed ? 'passed' : 'failed';
		});
		return [statement, ...marks];
	});
	return `## ${suite}\n\n${table(['test', ...versions], rows)}`;
}

function table(head: string[], rows: string[][]): string {
	const line = (cells: string[]) =>
		`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function versionOf({ titles: [version = ''] }: TestedCase): string {
	return version;
}

function statementOf({ titles }: TestedCase): string {
	return titles.slice(1).join(' ');
}
