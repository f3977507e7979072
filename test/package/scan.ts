/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { unpackPackage } from '../harness/n8n/nodePackage.ts';

// What n8n's scanner looks at: the sources that ship, and what is in the tarball.
const PROJECT = join(import.meta.dirname, '..', '..');
const TARBALL_PATTERNS = ['**/*.js', 'package.json'];

const folder = await mkdtemp(join(tmpdir(), 'n8n-cometapi-video-scan-'));
try {
	await unpackPackage(PROJECT, folder);
	await scan('The sources', PROJECT, SOURCE_FILE_PATTERNS);
	await scan('The tarball', folder, TARBALL_PATTERNS);
} finally {
	await rm(folder, { recursive: true, force: true });
}

async function scan(what: string, where: string, patterns: string[]) {
	const { passed, message, details } = await analyzePackage(where, patterns);
	process.stdout.write(
		`${what}: ${passed ? "n8n's scanner finds nothing" : [message, details].join('\n')}\n`,
	);
	if (!passed) process.exitCode = 1;
}
