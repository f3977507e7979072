/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { basename, delimiter, dirname } from 'node:path';
import { spawnGroup } from './processGroup.js';

interface RunOptions {
	cwd: string;
	env?: NodeJS.ProcessEnv;
	onLine?: (line: string) => void;
	signal?: AbortSignal | undefined;
}

const SHOWN_LINES = 60;

/** Runs a command to its end; throws with the last lines it printed unless it ends with code 0. */
export async function run(
	command: string,
	args: string[],
	{ cwd, env = process.env, onLine, signal }: RunOptions,
): Promise<void> {
	signal?.throwIfAborted();
	const tail: string[] = [];
	const group = await spawnGroup(command, args, {
		cwd,
		env,
		onLine: (line) => {
			if (tail.push(line) > SHOWN_LINES) tail.shift();
			onLine?.(line);
		},
	});
	const stop = () => void group.end(5_000);
	signal?.addEventListener('abort', stop, { once: true });
	const { code } = await group.exited;
	await group.kill();
	signal?.removeEventListener('abort', stop);
	signal?.throwIfAborted();
	if (code !== 0) {
		throw new Error(`${command} ${args.join(' ')} ended with code ${code}:\n${tail.join('\n')}`);
	}
}

/** Runs the npm that runs this script (or the one in PATH), with this script's Node in front in PATH. */
export async function npm(args: string[], { env, ...options }: RunOptions): Promise<void> {
	const [command, ...first] = npmCommand();
	await run(command, [...first, ...args], { ...options, env: { ...npmEnvironment(), ...env } });
}

function npmCommand(): [string, ...string[]] {
	const { npm_execpath: script = '' } = process.env;
	return basename(script).startsWith('npm') ? [process.execPath, script] : ['npm'];
}

/** Without what npm tells its scripts (npm_package_…, the project as prefix), which would mislead an npm elsewhere. */
export function npmEnvironment(): NodeJS.ProcessEnv {
	const inherited = Object.entries(process.env).filter(
		([name]) =>
			!/^npm_(package_|lifecycle_|command$|config_local_prefix$|config_loglevel$)/.test(name),
	);
	const PATH = [dirname(process.execPath), process.env['PATH']].filter(Boolean).join(delimiter);
	return { ...Object.fromEntries(inherited), PATH };
}
