/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { until } from '../until.ts';
import { freePort, LOOPBACK } from './loopback.ts';
import { spawnGroup } from './processGroup.js';

const GONE_WITHIN_MS = 10_000;

interface Relative {
	role: string;
	pid: number;
	socket: Socket;
}

/** Starts the processes from `head` down to the child of its program, and ends what is left of them. */
async function withFamily(
	[head = '', ...others]: string[],
	play: (family: Relative[]) => Promise<void>,
): Promise<void> {
	const family: Relative[] = [];
	const server = createServer((socket) => {
		// A killed process resets its connection.
		socket.on('error', () => {});
		socket.once('data', (said) => {
			const [, role = '', pid] = /^(.+) (\d+)$/.exec(String(said)) ?? [];
			family.push({ role, pid: Number(pid), socket });
		});
	});
	const port = await freePort();
	await once(server.listen(port, LOOPBACK), 'listening');
	const args = [join(import.meta.dirname, 'familyOfProcesses.js'), head, String(port)];
	const group = await spawnGroup(process.execPath, args, { cwd: '/', env: process.env });
	try {
		await until(() => family.length > others.length);
		await play(family);
	} finally {
		for (const { socket } of family) socket.destroy();
		server.close();
		await group.kill();
	}
}

describe('a process that is killed leaves nothing behind', () => {
	test.concurrent.each([
		{ killed: 'owner', left: ['program', 'child of program'] },
		{ killed: 'jest', left: ['owner', 'program', 'child of program'] },
	])('$killed', async ({ killed, left }) => {
		await withFamily([killed, ...left], async (family) => {
			// Each process connects when it comes to it, which is in no order.
			expect(family.map(({ role }) => role).sort()).toEqual([killed, ...left].sort());
			const signal = AbortSignal.timeout(GONE_WITHIN_MS);
			const allGone = Promise.all(family.map(({ socket }) => once(socket, 'close', { signal })));
			process.kill(Number(family.find(({ role }) => role === killed)?.pid), 'SIGKILL');
			await allGone;
		});
	});
});
