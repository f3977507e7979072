/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CleanUp } from '../cleanUp.ts';
import { type Exit, type ProcessGroup, type SpawnOptions, spawnGroup } from './processGroup.js';

/** A program that runs until it is ended. */
export interface Program extends ProcessGroup {
	/** Everything that it has printed so far, line by line. */
	readonly log: readonly string[];
}

interface ProgramOptions extends SpawnOptions {
	/** A line of its output by which it is known to be ready. */
	readyLine: RegExp;
}

const START_LIMIT_MS = 120_000;
const STOP_GRACE_MS = 15_000;
const SHOWN_LINES = 25;

/** Resolves when the program is ready; its end is in `cleanUp` from the start. */
export async function startProgram(
	cleanUp: CleanUp,
	command: string,
	args: string[],
	{ readyLine, ...options }: ProgramOptions,
): Promise<Program> {
	const log: string[] = [];
	const group = await spawnGroup(command, args, { ...options, onLine: (line) => log.push(line) });
	cleanUp.push(async () => await group.end(STOP_GRACE_MS));
	let exit: Exit | undefined;
	void group.exited.then((value) => (exit = value));
	const deadline = Date.now() + START_LIMIT_MS;
	while (!log.some((line) => readyLine.test(line))) {
		if (exit !== undefined || Date.now() > deadline) {
			const reason = exit === undefined ? 'is not ready' : 'ended';
			throw new Error(`${command} ${reason}:\n${log.slice(-SHOWN_LINES).join('\n')}`);
		}
		await sleep(50);
	}
	return { ...group, log };
}
