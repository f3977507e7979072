/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
// What the package weighs: the time to load it and its size.
import { resolve } from 'node:path';

import { npm } from '../harness/services/command.ts';
import { runNode } from '../memory/runNode.cjs';
import { sample, type Figure, type Settings } from './report.ts';

const LOADING = `
	const time = (load) => {
		const startedAt = performance.now();
		load();
		return performance.now() - startedAt;
	};
	const n8nWorkflowMs = time(() => require('n8n-workflow'));
	const packageMs = time(() => {
		const { CometApiVideoApi } = require('./dist/credentials/CometApiVideoApi.credentials.js');
		const { CometApiVideo } = require('./dist/nodes/CometApiVideo/CometApiVideo.node.js');
		new CometApiVideoApi();
		new CometApiVideo();
	});
	console.log(JSON.stringify({ n8nWorkflowMs, packageMs }));
`;

interface LoadTimes {
	n8nWorkflowMs: number;
	packageMs: number;
}

export async function measurePackage({ isQuick, tell }: Settings): Promise<Figure[]> {
	const processes = isQuick ? 5 : 20;
	tell(`loading it in ${processes} processes`);
	const loads: LoadTimes[] = [];
	for (let times = 0; times < processes; times++) {
		loads.push(JSON.parse(await runNode(['--eval', LOADING])) as LoadTimes);
	}
	const { size, unpackedSize, entryCount } = await pack();
	const group = 'The package, in fresh processes';
	const once = (name: string, unit: string, value: number): Figure => ({
		group,
		name,
		unit,
		value: sample([value]),
	});
	return [
		{
			group,
			name: 'Loading it once n8n-workflow is there',
			unit: 'ms',
			value: sample(loads.map(({ packageMs }) => packageMs)),
			wanted: 30,
			rivals: { 'n8n-workflow itself': sample(loads.map(({ n8nWorkflowMs }) => n8nWorkflowMs)) },
		},
		once('Packed', 'kB', size / 1000),
		once('Unpacked', 'kB', unpackedSize / 1000),
		once('Files', 'in all', entryCount),
	];
}

interface PackedPackage {
	size: number;
	unpackedSize: number;
	entryCount: number;
}

async function pack(): Promise<PackedPackage> {
	const lines: string[] = [];
	await npm(['pack', '--dry-run', '--json', '--ignore-scripts', '--silent'], {
		cwd: resolve('.'),
		onLine: (line) => void lines.push(line),
	});
	const [packed] = JSON.parse(lines.join('\n')) as PackedPackage[];
	if (!packed) throw new Error('npm packed nothing');
	return packed;
}
