// Outlives the process that starts it, and ends the process groups that it leaves behind: a process
// that is killed cannot do so itself. Its arguments: that process, and one without which that process
// shall not live on either. Every line of its input lists the groups there are.
import { createInterface } from 'node:readline';
import { signalGroup } from './signalGroup.js';

const LOOK_EVERY_MS = 500;

const [owner, overseer] = process.argv.slice(2).map(Number);
let groups = [];

// Ctrl-C is for the owner, which ends its groups in order; then this process ends too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

createInterface({ input: process.stdin })
	.on('line', (line) => (groups = line.split(' ').filter(Boolean).map(Number)))
	.on('close', () => {
		for (const pid of groups) signalGroup(pid, 'SIGKILL');
		process.exit();
	});

if (overseer !== undefined) {
	setInterval(() => {
		if (!isAlive(overseer)) process.kill(owner, 'SIGKILL');
	}, LOOK_EVERY_MS);
}

function isAlive(pid) {
	try {
		return process.kill(pid, 0);
	} catch ({ code }) {
		return code === 'EPERM';
	}
}
