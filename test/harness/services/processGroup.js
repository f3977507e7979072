// JavaScript, since the rules for n8n nodes, under which all TypeScript here is linted, forbid spawn.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWindows, signalGroup } from './signalGroup.js';

const livePids = new Set();
let guardian;

export async function spawnGroup(command, args, { cwd, env, onLine }) {
	const child = spawn(command, args, {
		cwd,
		env,
		detached: !isWindows,
		windowsHide: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	if (child.pid !== undefined) keep(child.pid);
	for (const stream of [child.stdout, child.stderr]) {
		createInterface({ input: stream }).on('line', (line) => onLine?.(line));
	}
	const exited = new Promise((resolve) => {
		child.once('exit', (code, signal) => resolve({ code, signal }));
	});
	// A pipe stays open as long as a grandchild holds it.
	const closed = new Promise((resolve) => child.once('close', resolve));
	await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('spawn', resolve);
	});
	const { pid } = child;

	const kill = async () => {
		if (!livePids.has(pid)) return;
		signalGroup(pid, 'SIGKILL');
		await closed;
		release(pid);
	};

	const end = async (graceMs) => {
		if (!livePids.has(pid)) return;
		signalGroup(pid, 'SIGTERM');
		await Promise.race([exited, sleep(graceMs, undefined, { ref: false })]);
		await kill();
	};

	return { pid, exited, end, kill };
}

function keep(pid) {
	livePids.add(pid);
	tellGuardian();
}

function release(pid) {
	livePids.delete(pid);
	tellGuardian();
}

function tellGuardian() {
	guardian ??= startGuardian();
	guardian.write(`${[...livePids].join(' ')}\n`);
}

function startGuardian() {
	// Killed Jest leaves its workers running, and they their programs: a worker shall end with it.
	const overseer = process.connected ? [process.ppid] : [];
	const args = [join(import.meta.dirname, 'guardian.js'), process.pid, ...overseer];
	const child = spawn(process.execPath, args.map(String), {
		// Ctrl-C in the terminal must not reach it.
		detached: true,
		windowsHide: true,
		stdio: ['pipe', 'ignore', 'ignore'],
	});
	child.unref();
	child.stdin.unref();
	return child.stdin;
}
