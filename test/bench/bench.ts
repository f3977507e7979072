/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { parseArgs } from 'node:util';

import { measureBatches } from './batches.ts';
import { measureEndings } from './endings.ts';
import { measureLag } from './lag.ts';
import { measureLearning } from './learning.ts';
import { measureManyItems } from './manyItems.ts';
import { measureOverhead } from './overhead.ts';
import { measurePackage } from './package.ts';
import { measureRateLimit } from './rateLimit.ts';
import { isHeld, toTable, type Figure, type Settings } from './report.ts';
import { measureWaiting } from './waiting.ts';

const GROUPS = {
	lag: measureLag,
	learning: measureLearning,
	batches: measureBatches,
	rateLimit: measureRateLimit,
	waiting: measureWaiting,
	endings: measureEndings,
	manyItems: measureManyItems,
	overhead: measureOverhead,
	package: measurePackage,
};

const USAGE = `npm run bench -- [options]

  --quick         about two minutes instead of eleven: fewer repetitions, smaller loads
  --only <group>  one of ${Object.keys(GROUPS).join(', ')}; may be given again
  --help          print this

Exits with 1 when a figure misses its limit.
`;

const { values } = parseArgs({
	options: {
		quick: { type: 'boolean', default: false },
		only: { type: 'string', multiple: true },
		help: { type: 'boolean', default: false },
	},
});

if (values.help) process.stdout.write(USAGE);
else await measure(values.quick, values.only);

async function measure(isQuick: boolean, only: string[] | undefined): Promise<void> {
	const unknown = only?.find((name) => !(name in GROUPS));
	if (unknown !== undefined) throw new Error(`No group ${unknown}\n\n${USAGE}`);
	const startedAt = Date.now();
	const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
	const figures: Figure[] = [];
	for (const [name, measureGroup] of Object.entries(GROUPS)) {
		if (only?.includes(name) === false) continue;
		const settings: Settings = {
			isQuick,
			tell: (progress) => void process.stderr.write(`${seconds()}: ${name}: ${progress}\n`),
		};
		settings.tell('begins');
		figures.push(...(await measureGroup(settings)));
	}
	process.stdout.write(`\n${toTable(figures)}\n`);
	process.stdout.write(`Median (min-max) of the repetitions; measured in ${seconds()}\n`);
	if (!figures.every(isHeld)) process.exitCode = 1;
}
