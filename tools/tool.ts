/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { type CleanUp, cleanUpAll } from '../test/harness/cleanUp.ts';

class UsageError extends Error {}

class Interrupted extends Error {}

interface Tool {
	/** Aborted by Ctrl-C and its kin, so that everything started can be ended in order. */
	signal: AbortSignal;
	/** What is in here is ended, the last first, however the tool ends. */
	cleanUp: CleanUp;
}

export type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T }>>['values'];

/** Options as parseArgs takes them, each with a line of help. */
type Options = Record<string, NonNullable<ParseArgsOptionsConfig[string]> & { help: string }>;

interface Usage<T> {
	/** The script in package.json. */
	name: string;
	/** Printed by --help above and below the options. */
	about: string;
	notes?: string;
	options: T;
}

const HELP = { type: 'boolean', short: 'h', default: false, help: 'prints this' } as const;

export const print = (line: string) => process.stdout.write(`${line}\n`);

/** Does what the command line asks for, and gives the process its exit code. */
export async function runTool<T extends Options>(
	usage: Usage<T>,
	work: (values: Values<T>, tool: Tool) => Promise<void>,
): Promise<void> {
	const signal = interruptSignal();
	const cleanUp: CleanUp = [];
	try {
		const options = { ...usage.options, help: HELP };
		const values = parseArgs({ options }).values as Values<T> & { help: boolean };
		if (values.help) print(help({ ...usage, options }));
		else await work(values, { signal, cleanUp });
	} catch (error) {
		process.exitCode = signal.aborted ? 130 : 1;
		process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
		if (error instanceof UsageError || /^ERR_PARSE_ARGS/.test(Object(error).code)) {
			process.stderr.write(`npm run ${usage.name} -- --help shows the options.\n`);
		}
	} finally {
		await cleanUpAll(cleanUp);
	}
}

export function numberFrom(option: string, given: string): number {
	const number = Number(given);
	if (given.trim() !== '' && number >= 0) return number;
	throw new UsageError(`--${option} is a number, not ${given}`);
}

export function oneOf<T extends string>(option: string, names: readonly T[], given: string): T {
	const found = names.find((name) => name === given);
	if (found === undefined) throw new UsageError(`--${option} is one of ${names.join(', ')}`);
	return found;
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
	if (signal.aborted) return;
	await new Promise<void>((resolve) => {
		// A listener alone does not keep the process alive.
		const alive = setInterval(() => {}, 60_000);
		signal.addEventListener('abort', () => {
			clearInterval(alive);
			resolve();
		});
	});
}

function help({ name, about, notes, options }: Usage<Options>): string {
	const lines = Object.entries(options).map(([option, { default: usual, help }]) => {
		const more = typeof usual === 'string' ? ` (default ${usual})` : '';
		return `  --${option.padEnd(13)}${help}${more}`;
	});
	const parts = [
		`Usage: npm run ${name} -- [options]`,
		about,
		`Options\n${lines.join('\n')}`,
		notes,
	];
	return parts.filter(Boolean).join('\n\n');
}

function interruptSignal(): AbortSignal {
	const controller = new AbortController();
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(name, () => controller.abort(new Interrupted(`Stopped by ${name}`)));
	}
	return controller.signal;
}
