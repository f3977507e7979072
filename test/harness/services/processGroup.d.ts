export interface Exit {
	code: number | null;
	signal: NodeJS.Signals | null;
}

export interface ProcessGroup {
	readonly pid: number;
	readonly exited: Promise<Exit>;
	/** SIGTERM, and SIGKILL to whatever is left of the group after `graceMs` milliseconds. */
	end(graceMs: number): Promise<void>;
	/** SIGKILL to the whole group. */
	kill(): Promise<void>;
}

export interface SpawnOptions {
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** Told every line of stdout and stderr. */
	onLine?: ((line: string) => void) | undefined;
}

/** Starts a command as the leader of its own process group, so that exactly its tree can be ended. */
export function spawnGroup(
	command: string,
	args: string[],
	options: SpawnOptions,
): Promise<ProcessGroup>;
