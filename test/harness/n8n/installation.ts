/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { createHash, randomBytes } from 'node:crypto';
import { access, copyFile, mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { npm } from '../services/command.ts';

export interface Installation {
	/** The folder that holds node_modules. */
	folder: string;
	/** n8n's start script, to be run with this process's Node. */
	n8nBin: string;
	version: string;
	/** Whether this call has just installed it. */
	fresh: boolean;
}

interface EnsureOptions {
	/** Told what is happening, also many times a second. */
	onProgress?: ((text: string) => void) | undefined;
	signal?: AbortSignal | undefined;
}

const lockedPackage = z.object({
	version: z.string().optional(),
	os: z.array(z.string()).optional(),
	cpu: z.array(z.string()).optional(),
});
const lockFile = z.object({ packages: z.record(lockedPackage) });

/** The n8n that `npm run dev` opens, and the oldest one that the README claims. */
export const CURRENT_N8N = '2.41.1';
export const OLDEST_N8N = '1.110.1';

const PARTIAL = '.partial-';
const ABANDONED_AFTER_MS = 2 * 3600_000;

/**
 * n8n as the lock file of that version says, installed at most once per machine into a cache
 * folder of the user. Interrupted installs are invisible: the folder gets its name when complete.
 */
export async function ensureN8n(
	version: string = CURRENT_N8N,
	{ onProgress, signal }: EnsureOptions = {},
): Promise<Installation> {
	const folder = await folderOf(version);
	const fresh = !(await exists(folder));
	if (fresh) {
		await removeAbandoned(folder);
		await install(join(import.meta.dirname, version), folder, { onProgress, signal });
	}
	const packageFolder = join(folder, 'node_modules', 'n8n');
	return { folder, n8nBin: join(packageFolder, 'bin', 'n8n'), version, fresh };
}

export async function isInstalled(version: string): Promise<boolean> {
	return await exists(await folderOf(version));
}

async function folderOf(version: string): Promise<string> {
	const lock = await readFile(join(import.meta.dirname, version, 'package-lock.json'));
	return join(cacheFolder(), `n8n-${shortHash(lock)}`);
}

async function install(from: string, folder: string, { onProgress, signal }: EnsureOptions) {
	const partial = `${folder}${PARTIAL}${randomBytes(4).toString('hex')}`;
	await mkdir(partial, { recursive: true });
	try {
		for (const name of ['package.json', 'package-lock.json']) {
			await copyFile(join(from, name), join(partial, name));
		}
		await installPackages(partial, { onProgress, signal });
		await buildDatabaseDriver(partial, { onProgress, signal });
		await renameUnlessDone(partial, folder);
	} finally {
		await rm(partial, { recursive: true, force: true, maxRetries: 3 });
	}
}

async function installPackages(folder: string, { onProgress, signal }: EnsureOptions) {
	const total = await countTarballs(join(folder, 'package-lock.json'));
	const fetched = new Set<string>();
	const report = () =>
		onProgress?.(
			`Installing n8n (up to 2.9 GB, once per machine): ${fetched.size} of ${total} packages`,
		);
	report();
	// --ignore-scripts: one of n8n's native add-ons downloads sources and breaks a plain install.
	await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http'], {
		cwd: folder,
		signal,
		onLine: (line) => {
			const [tarball] = /\S+\.tgz/.exec(line) ?? [];
			if (tarball === undefined) return;
			fetched.add(tarball);
			report();
		},
	});
}

// Where no prebuilt driver can be had, this compiles one, for a minute or more.
async function buildDatabaseDriver(folder: string, { onProgress, signal }: EnsureOptions) {
	const title = "Preparing n8n's database driver (sqlite3)";
	onProgress?.(title);
	// Optimised, SQLite takes more than three times as long to compile.
	const unoptimised = { CFLAGS: '-O0', CXXFLAGS: '-O0' };
	// In the foreground: else npm keeps what the compiler says to itself.
	await npm(['rebuild', 'sqlite3', '--foreground-scripts', '--no-audit', '--no-fund'], {
		cwd: folder,
		env: unoptimised,
		signal,
		onLine: (line) => {
			const [, source] = /^\s+C(?:C|XX)\(target\) \S+?(\w+)\.o$/.exec(line) ?? [];
			if (source === undefined) return;
			const isLongest = source === 'sqlite3';
			onProgress?.(`${title}: compiling ${source}${isLongest ? ', the longest part' : ''}`);
		},
	});
}

// A package at several places of the tree is fetched once, one for another platform never.
async function countTarballs(lockFilePath: string): Promise<number> {
	const { packages } = lockFile.parse(JSON.parse(await readFile(lockFilePath, 'utf8')));
	const tarballs = Object.entries(packages)
		.filter(
			([path, { os, cpu }]) =>
				path && isForThis(os, process.platform) && isForThis(cpu, process.arch),
		)
		.map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`);
	return new Set(tarballs).size;
}

// The lists of a package.json: names, or names to exclude with an exclamation mark.
function isForThis(list: string[] | undefined, name: string): boolean {
	if (list === undefined) return true;
	return (
		list.includes(name) ||
		(list.every((each) => each.startsWith('!')) && !list.includes(`!${name}`))
	);
}

// Another process may have finished the same install first: then its folder is as good.
async function renameUnlessDone(partial: string, folder: string) {
	await rename(partial, folder).catch(async (error: unknown) => {
		if (!(await exists(folder))) throw error;
	});
}

async function removeAbandoned(folder: string) {
	const parent = dirname(folder);
	const names = await readdir(parent).catch(() => []);
	for (const name of names.filter((each) => each.includes(PARTIAL))) {
		const path = join(parent, name);
		const { mtimeMs } = await stat(path);
		if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
	}
}

/** For what this project keeps on the machine, outside of it. */
export function cacheFolder(): string {
	return join(userCacheFolder(), 'n8n-nodes-cometapi-video');
}

export function shortHash(content: string | Buffer): string {
	return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

/** The platform's usual cache folder of this user; XDG_CACHE_HOME wins everywhere. */
function userCacheFolder(): string {
	const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: localAppData } = process.env;
	if (xdg) return xdg;
	if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
	if (process.platform === 'win32' && localAppData) return localAppData;
	return join(homedir(), '.cache');
}

async function exists(path: string): Promise<boolean> {
	return await access(path).then(
		() => true,
		() => false,
	);
}
