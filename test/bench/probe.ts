/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { join } from 'node:path';

import { runNode } from '../memory/runNode.cjs';
import type { Simulator } from '../simulator/simulator.ts';

/** Runs a probe of this folder against the simulator, in a process of its own. */
export async function runProbe<T>(
	name: string,
	{ url, apiKey }: Simulator,
	order: object,
): Promise<T> {
	const printed = await runNode([
		'--expose-gc',
		'--import',
		join(import.meta.dirname, '..', 'engine', 'plainNode.js'),
		join(import.meta.dirname, `${name}.ts`),
		JSON.stringify({ ...order, credential: { baseUrl: url, apiKey } }),
	]);
	return JSON.parse(printed) as T;
}
