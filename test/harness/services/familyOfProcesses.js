// Processes that start one another, for processGroup.test.ts. Each connects to the test, says what it
// is and its process ID, and lives until it is killed or the test closes the connection.
import { fork, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { spawnGroup } from './processGroup.js';

const [role, port] = process.argv.slice(2);
const file = import.meta.filename;

connect(Number(port), '127.0.0.1', function () {
	this.write(`${role} ${process.pid}`);
}).on('close', () => process.exit());

const startNext = {
	// As Jest starts a worker.
	jest: () => fork(file, ['owner', port]),
	owner: () => spawnGroup(process.execPath, [file, 'program', port], { env: process.env }),
	program: () => spawn(process.execPath, [file, 'child of program', port]),
};
startNext[role]?.();
