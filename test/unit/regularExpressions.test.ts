/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

import { saysNoBalance } from '../../nodes/CometApiVideo/answers/balance';
import { readCutJson } from '../../nodes/CometApiVideo/http/json';
import { redact, redactTexts } from '../../nodes/CometApiVideo/http/redact';

const CHARACTERS = 100_000;

/** A hundred times what such a text takes, and a tenth of what it takes with a nested repetition. */
const MOST_CPU_MS = 500;

interface Found {
	place: string;
	pattern: RegExp;
}

const sources = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((path) => path.endsWith('.ts'))
		.map((path) => join(folder, path)),
);

const literals: Found[] = [];
/** How often a file makes an expression of a text. */
const made: Record<string, number> = {};

for (const path of sources) {
	const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
	const visit = (node: ts.Node): void => {
		if (ts.isRegularExpressionLiteral(node)) {
			const [, source = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
			const { line } = file.getLineAndCharacterOfPosition(node.getStart());
			literals.push({
				place: `${path}:${line + 1} ${node.text}`,
				pattern: new RegExp(source, flags),
			});
		}
		if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
			made[path] = (made[path] ?? 0) + 1;
		}
		ts.forEachChild(node, visit);
	};
	visit(file);
}

const SIGNS = [
	...' \t\n0aA-_,;:"\'\\/.<>{}[]()%*+=$`!x',
	'\u0085',
	'\ud83c\udfa5',
	', ',
	',http://x',
];

/**
 * Long texts of one part, alone, and after and before others; the parts are signs and the pattern's own
 * words.
 *
 * @param keys those of them that may stand in front as a key of JSON
 */
function* attacks(words: readonly string[], keys: readonly string[]): Generator<string> {
	const parts = [...SIGNS, ...words, ...words.map((word) => `${word} `)];
	for (const start of ['', 'a', ...words, ...keys.map((key) => `"${key}":`)]) {
		for (const part of parts) {
			for (const end of ['', 'a', '!', '\0']) {
				yield `${start}${part.repeat(Math.ceil(CHARACTERS / part.length))}${end}`;
			}
		}
	}
}

const wordsOf = ({ source }: RegExp) =>
	[...new Set(source.match(/[a-z0-9]{2,}/gi) ?? [])].slice(0, 6);

function cpuMs(work: () => unknown): number {
	const before = process.cpuUsage();
	work();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1_000;
}

function expectQuick(
	words: readonly string[],
	work: (text: string) => unknown,
	keys = words,
): void {
	const slow: string[] = [];
	for (const text of attacks(words, keys)) {
		if (cpuMs(() => work(text)) > MOST_CPU_MS) slow.push(`${text.slice(0, 30)}…${text.slice(-3)}`);
	}
	expect(slow).toEqual([]);
}

const REDACTED = 'sk-0123456789/abcdef+g';

/** What uses the expressions that are made of texts. */
const MADE: Record<string, Array<(text: string) => unknown>> = {
	'nodes/CometApiVideo/answers/balance.ts': [(text) => saysNoBalance({ message: text })],
	'nodes/CometApiVideo/http/json.ts': [(text) => readCutJson(`{${text}`, ['id', 'sk'])],
	'nodes/CometApiVideo/http/redact.ts': [
		(text) => redact(text, REDACTED),
		(text) => redactTexts(text, 'sk-short1'),
	],
};

describe('A text of 100,000 characters is no burden', () => {
	test.each(literals)('$place', ({ pattern }) => {
		const global = new RegExp(pattern, [...new Set(`${pattern.flags}g`)].join(''));
		const words = wordsOf(pattern);
		const keys = /["':]/.test(pattern.source) ? words : [];
		expectQuick(words, (text) => text.replace(global, ''), keys);
	});

	test('expressions that are made of texts are all listed', () => {
		expect(made).toEqual(
			Object.fromEntries(Object.entries(MADE).map(([path, uses]) => [path, uses.length])),
		);
	});

	test.each(Object.entries(MADE))('%s', (_path, uses) => {
		for (const use of uses) expectQuick(['sk', 'id', 'balance', REDACTED], use);
	});
});
