/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleanUp } from '../cleanUp.ts';
import { ensureDebianPackage } from './debianPackage.ts';
import { freePort, LOOPBACK } from './loopback.ts';
import { startProgram } from './program.ts';

/** A Redis that keeps nothing on disk; resolves with the environment by which n8n finds it. */
export async function startRedis(cleanUp: CleanUp): Promise<Record<string, string>> {
	const binary = await ensureDebianPackage('redis-server', 'redis-server');
	const folder = await mkdtemp(join(tmpdir(), 'n8n-cometapi-video-redis-'));
	cleanUp.push(async () => await rm(folder, { recursive: true, force: true }));
	const port = String(await freePort());
	const settings = ['--bind', LOOPBACK, '--port', port, '--save', '', '--appendonly', 'no'];
	await startProgram(cleanUp, binary, [...settings, '--dir', folder], {
		cwd: folder,
		env: {},
		readyLine: /Ready to accept connections/,
	});
	return { QUEUE_BULL_REDIS_HOST: LOOPBACK, QUEUE_BULL_REDIS_PORT: port };
}
