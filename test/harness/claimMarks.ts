/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A promise of the documents: the text before `<!-- claim: id -->`, which GitHub and npm don't show. */
export interface Claim {
	id: string;
	text: string;
}

/** The tests that show a claim, each as "file: title", by the claim's id. */
export type ShownBy = Record<string, string[]>;

const MARK = /<!-- claim: ([\w-]+) -->/;
/** A paragraph, a point of a list or a row of a table starts here. */
const BLOCK_START = /\n\s*\n|\n(?=\s*(?:-|\d+\.|\|) )/;

/** The files that may promise something, README.md first. */
export function documents(projectFolder: string): string[] {
	const docs = readdirSync(join(projectFolder, 'docs')).filter((name) => name.endsWith('.md'));
	return ['README.md', ...docs.sort().map((name) => join('docs', name))];
}

/** The claims of all documents, in the order in which a reader meets them. */
export function readClaims(projectFolder: string): Claim[] {
	return documents(projectFolder).flatMap((file) =>
		claimsIn(readFileSync(join(projectFolder, file), 'utf8')),
	);
}

/** A claim begins where its block begins, or after the claim before it. */
export function claimsIn(markdown: string): Claim[] {
	return markdown.split(BLOCK_START).flatMap((block) => {
		const parts = block.split(MARK);
		return parts.flatMap((part, index) =>
			index % 2 === 1 ? [{ id: part, text: plain(parts[index - 1] ?? '') }] : [],
		);
	});
}

/** Without line breaks and the marks of lists, tables, links and emphasis. */
function plain(markdown: string): string {
	return markdown
		.replace(/^\s*(?:-|\d+\.|\|) /, '')
		.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
		.replaceAll(/[*`]/g, '')
		.replaceAll(/\s*\|\s*/g, ': ')
		.replaceAll(/\s+/g, ' ')
		.trim();
}
