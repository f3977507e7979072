/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_FOLDER } from '../n8n/stage.ts';

/** The size of every picture. */
export const PICTURE_SIZE = { width: 1400, height: 800 } as const;

/** In docs/images. */
const DOCUMENTED = new Set(['credential', 'error', 'node', 'workflow']);
const DOCUMENTED_MAX_BYTES = 150_000;

const {
	UPDATE_PICTURES: updates,
	E2E_PICTURES: folder = join(tmpdir(), 'n8n-cometapi-video-pictures'),
} = process.env;

/**
 * Writes a PNG into the folder that the variable E2E_PICTURES names, or one of the system's temporary
 * ones; with UPDATE_PICTURES=1 the pictures of the documentation go to their place there.
 */
export async function keepPicture(name: string, png: Buffer): Promise<void> {
	const isDocumented = DOCUMENTED.has(name);
	if (isDocumented && png.length > DOCUMENTED_MAX_BYTES) {
		throw new Error(`${name}.png has ${png.length} bytes, which is too much for the documentation`);
	}
	const target = isDocumented && updates === '1' ? join(PROJECT_FOLDER, 'docs', 'images') : folder;
	await mkdir(target, { recursive: true });
	await writeFile(join(target, `${name}.png`), png);
}
