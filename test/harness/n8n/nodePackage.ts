/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { npm, run } from '../services/command.ts';

const packageJsonShape = z
	.object({ name: z.string(), version: z.string(), dependencies: z.record(z.string()).optional() })
	.passthrough();

// The flags with which n8n's own "Install community node" runs npm in the unpacked package.
const N8N_INSTALL = [
	'install',
	'--audit=false',
	'--fund=false',
	'--bin-links=false',
	'--install-strategy=shallow',
	'--ignore-scripts=true',
	'--package-lock=false',
];

/** Where an n8n with this user folder keeps its community package of that name. */
export function communityPackageFolder(userFolder: string, packageName: string): string {
	return join(userFolder, '.n8n', 'nodes', 'node_modules', packageName);
}

/**
 * Packs the (built) project and installs the tarball as n8n's community-packages service does:
 * unpacked into .n8n/nodes/node_modules, its package.json without dev and peer dependencies.
 */
export async function installNodePackage(
	userFolder: string,
	projectFolder: string,
	signal?: AbortSignal,
): Promise<string> {
	const { name } = await readPackageJson(projectFolder);
	const packageFolder = communityPackageFolder(userFolder, name);
	await mkdir(packageFolder, { recursive: true });

	await unpackPackage(projectFolder, packageFolder, signal);

	const packed = await readPackageJson(packageFolder);
	delete packed['devDependencies'];
	delete packed['peerDependencies'];
	delete packed['optionalDependencies'];
	await writeJson(join(packageFolder, 'package.json'), packed);
	if (Object.keys(packed.dependencies ?? {}).length > 0) {
		await npm(N8N_INSTALL, { cwd: packageFolder, signal });
	}
	await writeLedger(userFolder, { [name]: packed.version });
	return packageFolder;
}

/** Packs the (built) project as npm publishes it and unpacks the tarball into a folder that exists. */
export async function unpackPackage(
	projectFolder: string,
	packageFolder: string,
	signal?: AbortSignal,
): Promise<void> {
	const packFolder = await mkdtemp(join(tmpdir(), 'n8n-cometapi-video-pack-'));
	try {
		const arguments_ = ['pack', '--ignore-scripts', '--pack-destination', packFolder];
		await npm(arguments_, { cwd: projectFolder, signal });
		const [tarball] = await readdir(packFolder);
		if (tarball === undefined) throw new Error('npm pack made no tarball');
		await run('tar', ['-xzf', tarball, '-C', packageFolder, '--strip-components=1'], {
			cwd: packFolder,
			signal,
		});
	} finally {
		await rm(packFolder, { recursive: true, force: true });
	}
}

/** The package.json of .n8n/nodes, in which n8n lists its community packages. */
async function writeLedger(userFolder: string, dependencies: Record<string, string>) {
	await writeJson(join(userFolder, '.n8n', 'nodes', 'package.json'), {
		name: 'installed-nodes',
		private: true,
		dependencies,
	});
}

export async function readPackageJson(folder: string): Promise<z.infer<typeof packageJsonShape>> {
	return packageJsonShape.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
}

async function writeJson(path: string, value: unknown) {
	await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
