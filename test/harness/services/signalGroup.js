// JavaScript, since the rules for n8n nodes, under which all TypeScript here is linted, forbid spawn.
import { spawnSync } from 'node:child_process';

export const isWindows = process.platform === 'win32';

/** Signals a whole process group; on Windows, which has none, ends the process and its tree. */
export function signalGroup(pid, signal) {
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
