/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleanUp } from '../cleanUp.ts';
import { run } from './command.ts';
import { ensureDebianPackage } from './debianPackage.ts';
import { freePort, LOOPBACK } from './loopback.ts';
import { startProgram } from './program.ts';

export interface Postgres {
	/** By which n8n finds it. */
	env: Record<string, string>;
	/** The rows of an SQL query, their columns joined by a vertical bar. */
	query(sql: string): Promise<string[]>;
}

const PACKAGE = 'postgresql';
const USER = 'postgres';

/** A PostgreSQL of its own in a temporary folder, which trusts everybody on this machine. */
export async function startPostgres(cleanUp: CleanUp): Promise<Postgres> {
	const initdb = await ensureDebianPackage('initdb', PACKAGE, debianFolders);
	const server = await ensureDebianPackage('postgres', PACKAGE, debianFolders);
	const psql = await ensureDebianPackage('psql', PACKAGE, debianFolders);
	const folder = await mkdtemp(join(tmpdir(), 'n8n-cometapi-video-postgres-'));
	cleanUp.push(async () => await rm(folder, { recursive: true, force: true }));
	const options = { cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
	if (isRoot()) {
		await chmod(folder, 0o755);
		await run('chown', [USER, folder], options);
	}
	const data = join(folder, 'data');
	const initialise = [initdb, '--no-sync', '--auth=trust', `--username=${USER}`, '-D', data];
	await run(...asUser(initialise), options);

	const port = String(await freePort());
	const serve = [server, '-D', data, '-p', port, '-h', LOOPBACK, '-k', folder, '-c', 'fsync=off'];
	const readyLine = /ready to accept connections/;
	await startProgram(cleanUp, ...asUser(serve), { ...options, readyLine });
	return {
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: LOOPBACK,
			DB_POSTGRESDB_PORT: port,
			DB_POSTGRESDB_USER: USER,
			DB_POSTGRESDB_DATABASE: USER,
		},
		async query(sql) {
			const rows: string[] = [];
			const client = ['-h', LOOPBACK, '-p', port, '-U', USER, '-At', '-c', sql];
			await run(psql, client, { ...options, onLine: (line) => void rows.push(line) });
			return rows;
		},
	};
}

// Debian keeps the server's programs out of PATH, in a folder for each version.
async function debianFolders(): Promise<string[]> {
	const root = '/usr/lib/postgresql';
	const versions = await readdir(root).catch(() => []);
	return versions.map((version) => join(root, version, 'bin'));
}

// PostgreSQL refuses to run as root.
function asUser(command: string[]): [string, string[]] {
	const [program = '', ...args] = isRoot() ? ['runuser', '-u', USER, '--', ...command] : command;
	return [program, args];
}

function isRoot(): boolean {
	return process.getuid?.() === 0;
}
