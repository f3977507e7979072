/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { watch } from 'node:fs';
import { copyFile, mkdir, readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CleanUp } from '../cleanUp.ts';
import { run } from '../services/command.ts';
import { spawnGroup } from '../services/processGroup.js';
import { PROJECT_FOLDER } from './stage.ts';

interface HotReloadOptions {
	/** The package folder that n8n has loaded, and watches. */
	packageFolder: string;
	cleanUp: CleanUp;
	/** Told what the compiler says and which files n8n gets anew. */
	print: (line: string) => void;
}

const COMPILED = /Found \d+ errors?\. Watching/;
const ASSET = /\.(svg|node\.json)$/;
const SETTLE_MS = 150;

const TSC = join(PROJECT_FOLDER, 'node_modules', 'typescript', 'bin', 'tsc');
const GULP = join(PROJECT_FOLDER, 'node_modules', 'gulp', 'bin', 'gulp.js');

/**
 * Compiles on every change, and brings what changed in dist to the package folder of an n8n that
 * runs with N8N_DEV_RELOAD. Copies, since n8n reloads no file whose real path is elsewhere.
 */
export async function watchProject({ packageFolder, cleanUp, print }: HotReloadOptions) {
	const dist = join(PROJECT_FOLDER, 'dist');
	let queue = Promise.resolve();
	const enqueue = (work: () => Promise<void>) => {
		queue = queue.then(work).catch((error: unknown) => print(String(error)));
	};
	const bringToN8n = async () => {
		const changed = await copyChanged(dist, join(packageFolder, 'dist'));
		if (changed.length > 0) print(`n8n gets ${changed.join(', ')}`);
	};

	const compiler = await spawnGroup(process.execPath, [TSC, '--watch', '--preserveWatchOutput'], {
		cwd: PROJECT_FOLDER,
		env: process.env,
		onLine: (line) => {
			if (line.trim()) print(line);
			if (COMPILED.test(line)) enqueue(bringToN8n);
		},
	});
	cleanUp.push(async () => await compiler.end(2_000));

	const copyAssets = async () => {
		await run(process.execPath, [GULP, 'assets'], { cwd: PROJECT_FOLDER });
		await bringToN8n();
	};
	let settling: NodeJS.Timeout | undefined;
	for (const folder of ['icons', 'nodes']) {
		const watcher = watch(join(PROJECT_FOLDER, folder), { recursive: true }, (_event, name) => {
			if (name === null || !ASSET.test(name)) return;
			clearTimeout(settling);
			settling = setTimeout(() => enqueue(copyAssets), SETTLE_MS);
		});
		cleanUp.push(async () => watcher.close());
	}
	cleanUp.push(async () => clearTimeout(settling));
}

// Equal files stay untouched, for every written one makes n8n reload.
async function copyChanged(from: string, to: string): Promise<string[]> {
	const entries = await readdir(from, { recursive: true, withFileTypes: true });
	const changed: string[] = [];
	for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
		const source = join(parentPath, name);
		const path = source.slice(from.length + 1);
		if (await isSame(source, join(to, path))) continue;
		await mkdir(dirname(join(to, path)), { recursive: true });
		await copyFile(source, join(to, path));
		changed.push(path);
	}
	return changed;
}

async function isSame(a: string, b: string): Promise<boolean> {
	const [first, second] = await Promise.all([readFile(a), readFile(b).catch(() => undefined)]);
	return second !== undefined && first.equals(second);
}
