/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { access, constants } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './command.ts';

const LOCK = join(tmpdir(), 'n8n-cometapi-video-apt.lock');

/**
 * The path of a program, which is installed from Debian's package if need be and allowed.
 *
 * @param folders where to look beside PATH
 */
export async function ensureDebianPackage(
	binary: string,
	packageName: string,
	folders: () => Promise<string[]> = async () => [],
): Promise<string> {
	const find = async () => await findProgram(binary, await folders());
	const found = await find();
	if (found !== undefined) return found;
	if (!(await canInstall())) {
		throw new Error(`${binary} is not there: install Debian's package ${packageName}, or the like`);
	}
	await aptGet('update');
	await aptGet('install', '-y', '--no-install-recommends', packageName);
	const installed = await find();
	if (installed === undefined) throw new Error(`${packageName} has no program ${binary}`);
	return installed;
}

async function findProgram(binary: string, folders: string[]): Promise<string | undefined> {
	for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...folders]) {
		const path = join(folder, binary);
		if (folder !== '' && (await isExecutable(path))) return path;
	}
	return undefined;
}

async function canInstall(): Promise<boolean> {
	return process.getuid?.() === 0 && (await findProgram('apt-get', [])) !== undefined;
}

// Suites run side by side, and apt lets one at a time in.
async function aptGet(...args: string[]): Promise<void> {
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	await run('flock', [LOCK, 'apt-get', ...args], { cwd: '/', env });
}

async function isExecutable(path: string): Promise<boolean> {
	return await access(path, constants.X_OK).then(
		() => true,
		() => false,
	);
}
