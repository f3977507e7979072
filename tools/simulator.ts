/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { parseArgs } from 'node:util';
import { PROGRESS_NAMES } from '../test/simulator/simulator.ts';
import { type RecordedRequest, SHAPES, SHAPE_NAMES, startSimulator } from '../test/simulator/simulator.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

function oneOf<T extends string>(option: string, names: readonly T[], given: string): T {
	const found = names.find((name) => name === given);
	if (found === undefined) throw new Error(`--${option} is one of ${names.join(', ')}`);
	return found;
}

function numberFrom(option: string, given: string): number {
	const number = Number(given);
	if (!(number >= 0)) throw new Error(`--${option} is a number, not ${given}`);
	return number;
}

function line({ at, endedAt = at, host, method, path, status }: RecordedRequest): string {
	const time = new Date(at).toISOString().slice(11, 23);
	return `${time} ${host} ${method} ${path} ${status ?? 'no answer'} ${endedAt - at} ms`;
}

const { values } = parseArgs({
	options: {
		port: { type: 'string', default: '4010' },
		'media-port': { type: 'string', default: '4011' },
		'job-seconds': { type: 'string', default: '12' },
		'api-key': { type: 'string', default: 'test-key' },
		shape: { type: 'string', default: 'wrapped' },
		progress: { type: 'string', default: 'linear' },
	},
});
const seconds = numberFrom('job-seconds', values['job-seconds']);
const shape = oneOf('shape', SHAPE_NAMES, values.shape);
const progress = oneOf('progress', PROGRESS_NAMES, values.progress);

const simulator = await startSimulator({
	port: numberFrom('port', values.port),
	mediaPort: numberFrom('media-port', values['media-port']),
	apiKey: values['api-key'],
	plan: () => ({ seconds, shape, progress }),
	log: (request) => print(line(request)),
});

print(`CometAPI simulator ${simulator.url}  key ${simulator.apiKey}  videos ${simulator.mediaUrl}`);
print(`Jobs take ${seconds} s; shape ${shape} (${SHAPES[shape].standing}); progress ${progress}`);

for (const signal of ['SIGINT', 'SIGTERM']) {
	process.once(signal, () => void simulator.close());
}
