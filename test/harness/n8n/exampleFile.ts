/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { parseWorkflow, type Workflow } from './restClient.ts';
import { PROJECT_FOLDER } from './stage.ts';

const FOLDER = join(PROJECT_FOLDER, 'examples');

/** The examples that share a data table. */
export const PIPELINE = [
	'pipeline-submit',
	'pipeline-collect',
	'pipeline-watch',
	'scheduled-content-pipeline',
] as const;

/** The names of all examples, without .json. */
export async function exampleNames(): Promise<string[]> {
	const files = await readdir(FOLDER);
	return files.map((file) => file.replace(/\.json$/, '')).sort();
}

export async function exampleText(name: string): Promise<string> {
	return await readFile(join(FOLDER, `${name}.json`), 'utf8');
}

export async function readExample(name: string): Promise<Workflow> {
	return parseWorkflow(await exampleText(name));
}

/** The workflow with some parameters of one node replaced. */
export function withParameters(workflow: Workflow, nodeName: string, changes: object): Workflow {
	if (!workflow.nodes.some(({ name }) => name === nodeName)) throw new Error(`No node ${nodeName}`);
	const nodes = workflow.nodes.map((node) =>
		node.name === nodeName
			? { ...node, parameters: { ...Object(node['parameters']), ...changes } }
			: node,
	);
	return { ...workflow, nodes };
}
