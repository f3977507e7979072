import {
	FAMILY_NAMES,
	OUTCOMES,
	PROGRESS_NAMES,
	PROMPT_WORDS_HELP,
	type RecordedRequest,
	type Simulator,
	type Submission,
	planByPrompt,
	shapesOf,
	startSimulator,
} from '../test/simulator/simulator.ts';
import { type Values, aborted, numberFrom, oneOf, print, runTool } from './tool.ts';

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
} as const;

const WORDS = `Words in a prompt that change its job
${PROMPT_WORDS_HELP}`;

function line({ at, endedAt = at, host, method, path, status }: RecordedRequest): string {
	const time = new Date(at).toISOString().slice(11, 23);
	return `${time} ${host} ${method} ${path} ${status ?? 'no answer'} ${endedAt - at} ms`;
}

/** Throws for what cannot be meant. */
function settingsFrom(values: Values<typeof OPTIONS>) {
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

${WORDS}

Requests:`;

const USAGE = {
	name: 'simulator',
	about: `Starts a simulated CometAPI on this machine. It costs nothing: every job that succeeds
gets the same small MP4.`,
	notes: WORDS,
	options: OPTIONS,
};

await runTool(USAGE, async (values, { signal, cleanUp }) => {
	const simulator = await startSimulator({
		...settingsFrom(values),
		log: (request) => print(line(request)),
	});
	cleanUp.push(simulator.close);
	print(welcome(simulator));
	await aborted(signal);
});
