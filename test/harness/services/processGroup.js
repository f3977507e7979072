// JavaScript, since the rules for n8n nodes, under which all TypeScript here is linted, forbid spawn.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const isWindows = process.platform === 'win32';
const livePids = new Set();

// The last resort when this process ends without its own clean-up.
process.on('exit', () => {
	for (const pid of livePids) signalGroup(pid, 'SIGKILL');
});

export async function spawnGroup(command, args, { cwd, env, onLine }) {
	const child = spawn(command, args, {
		cwd,
		env,
		detached: !isWindows,
		windowsHide: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
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
	livePids.add(pid);

	const kill = async () => {
		if (!livePids.has(pid)) return;
		signalGroup(pid, 'SIGKILL');
		await closed;
		livePids.delete(pid);
	};

	const end = async (graceMs) => {
		if (!livePids.has(pid)) return;
		signalGroup(pid, 'SIGTERM');
		await Promise.race([exited, sleep(graceMs, undefined, { ref: false })]);
		await kill();
	};

	return { pid, exited, end, kill };
}

function signalGroup(pid, signal) {
	if (isWindows) {
		spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true });
		return;
	}
	try {
		process.kill(-pid, signal);
	} catch {
		// Nobody of the group is left.
	}
}
