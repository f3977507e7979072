/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { parseArgs } from 'node:util';
import {
	FAMILY_NAMES,
	OUTCOMES,
	PROGRESS_NAMES,
	PROMPT_WORDS,
	type RecordedRequest,
	type Simulator,
	type Submission,
	planByPrompt,
	shapesOf,
	startSimulator,
} from '../test/simulator/simulator.ts';

const SHAPE_NAMES = [...new Set(FAMILY_NAMES.flatMap(shapesOf))];

const text = { type: 'string' } as const;

const OPTIONS = {
	port: { ...text, default: '4010', help: 'port of the API' },
	'media-port': { ...text, default: '4011', help: 'port of the video files' },
	'api-key': { ...text, default: 'test-key', help: 'the key that the API accepts' },
	'job-seconds': { ...text, default: '12', help: 'how long a job takes' },
	outcome: { ...text, default: 'done', help: `how a job ends: ${OUTCOMES.join(', ')}` },
	progress: { ...text, default: 'linear', help: `what it tells: ${PROGRESS_NAMES.join(', ')}` },
	shape: { ...text, help: `of its answers, where a family has it: ${SHAPE_NAMES.join(', ')}` },
	help: { type: 'boolean', short: 'h', default: false, help: 'prints this' },
} as const;

const print = (line: string) => process.stdout.write(`${line}\n`);

function wordsHelp(): string {
	return PROMPT_WORDS.map(({ word, effect }) => `  ${word.padEnd(10)}${effect}`).join('\n');
}

function help(): string {
	const lines = Object.entries(OPTIONS).map(([name, option]) => {
		const usual =
			'default' in option && option.type === 'string' ? ` (default ${option.default})` : '';
		return `  --${name.padEnd(13)}${option.help}${usual}`;
	});
	return `Usage: npm run simulator -- [options]

Starts a simulated CometAPI on this machine. It costs nothing: every job that succeeds
gets the same small MP4.

Options
${lines.join('\n')}

Words in a prompt that change its job
${wordsHelp()}`;
}

function oneOf<T extends string>(option: string, names: readonly T[], given: string): T {
	const found = names.find((name) => name === given);
	if (found === undefined) throw new Error(`--${option} is one of ${names.join(', ')}`);
	return found;
}

function numberFrom(option: string, given: string): number {
	const number = Number(given);
	if (given.trim() === '' || !(number >= 0)) {
		throw new Error(`--${option} is a number, not ${given}`);
	}
	return number;
}

function line({ at, endedAt = at, host, method, path, status }: RecordedRequest): string {
	const time = new Date(at).toISOString().slice(11, 23);
	return `${time} ${host} ${method} ${path} ${status ?? 'no answer'} ${endedAt - at} ms`;
}

const readArguments = () => parseArgs({ options: OPTIONS }).values;

/** Throws for what cannot be meant. */
function settingsFrom(values: ReturnType<typeof readArguments>) {
	const seconds = numberFrom('job-seconds', values['job-seconds']);
	const outcome = oneOf('outcome', OUTCOMES, values.outcome);
	const progress = oneOf('progress', PROGRESS_NAMES, values.progress);
	const shape = values.shape === undefined ? undefined : oneOf('shape', SHAPE_NAMES, values.shape);
	const plan = ({ family, body }: Submission) => {
		const named = shapesOf(family).find((name) => name === shape);
		// No cost is told, so that none is taken for a bill.
		const usual = { seconds, outcome, progress, usd: 0, ...(named && { shape: named }) };
		return planByPrompt(body.prompt, usual);
	};
	return {
		port: numberFrom('port', values.port),
		mediaPort: numberFrom('media-port', values['media-port']),
		apiKey: values['api-key'],
		plan,
	};
}

const welcome = ({ url, mediaUrl, apiKey }: Simulator) => `CometAPI simulator ${url}
Video files        ${mediaUrl}

In your n8n, on this machine, create a CometAPI Video API credential:
  API Key   ${apiKey}
  Base URL  ${url}
In Docker, start n8n with --network host, so that it reaches this address.

Words in a prompt that change its job:
${wordsHelp()}

Requests:`;

async function run(): Promise<void> {
	const values = readArguments();
	if (values.help) return void print(help());
	const simulator = await startSimulator({
		...settingsFrom(values),
		log: (request) => print(line(request)),
	});
	print(welcome(simulator));
	for (const signal of ['SIGINT', 'SIGTERM']) {
		process.once(signal, () => void simulator.close());
	}
}

try {
	await run();
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.stderr.write('npm run simulator -- --help shows the options.\n');
	process.exitCode = 1;
}
