/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, jest, test } from '@jest/globals';
import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { CometApiVideo } from '../../nodes/CometApiVideo/CometApiVideo.node';
import { shapesOf, type JobPlan, type Submission } from '../simulator/simulator.ts';
import { videoNode } from './engine.ts';
import { FAMILIES } from './families.ts';
import { speedUpClock } from './fastClock.ts';
import { editNode, itemsOf, jsonOf, merge, withScene, type Scene } from './scene.ts';

speedUpClock(20);

// All forms of answers, and waits that end early, on a machine that may be busy.
jest.setTimeout(90_000);

/** n8n looks for them beside the built node. */
const SOURCE = 'nodes/CometApiVideo/__schema__/v1.0.0';
const BUILT = `dist/${SOURCE}`;

type Json = INodeExecutionData['json'];

interface Schema {
	type: string;
	enum?: string[];
	properties?: Record<string, Schema>;
}

describe('The schema of its output, which n8n shows before the node has run, is that of real output:', () => {
	describe.each(FAMILIES)('$resource', ({ family, resource, create, ofJob }) => {
		const shapes = shapesOf(family);
		/** A prompt is the shape of the answers about its job. */
		const plan = ({ body }: Submission): JobPlan => {
			const prompt = String(Object(body).prompt);
			if (prompt === 'endless') return { seconds: Infinity };
			if (prompt === 'failed' || prompt === 'expired') return { seconds: 0.1, outcome: prompt };
			return { seconds: 0.1, shape: shapes.find((shape) => shape === prompt) };
		};
		const parameters = {
			prompt: '={{ $json.prompt }}',
			options: { reference: '={{ $json.prompt }}' },
		};
		const prompts = shapes.map((prompt) => ({ prompt }));

		/** Items of finished videos, of one that is not finished in time, and of one without a wait. */
		async function makeAll(
			{ execute }: Scene,
			node: (parameters: INodeParameters, settings?: Partial<INode>) => INode,
		): Promise<Json[]> {
			const early = { ...parameters.options, maxWait: 1, onTimeout: 'return' };
			const done = await execute(node(parameters), itemsOf(...prompts));
			const pending = await execute(
				node({ ...parameters, options: early }),
				itemsOf({ prompt: 'endless' }),
			);
			const accepted = await execute(
				node({ ...parameters, waitForCompletion: false }),
				itemsOf({ prompt: 'quick' }),
			);
			return [done, pending, accepted].flatMap((finished) => jsonOf(finished));
		}

		test('create', async () => {
			await withScene({ plan }, async (scene) => {
				expectSchema(resource, 'create', await makeAll(scene, create));
			});
		});

		test('getStatus', async () => {
			await withScene({ plan }, async (scene) => {
				const { execute, simulator } = scene;
				const items = itemsOf(
					...[...prompts, { prompt: 'failed' }, { prompt: 'expired' }, { prompt: 'endless' }],
				);
				await execute(create({ ...parameters, waitForCompletion: false }), items);
				const made = simulator.jobs.map(({ requestId }) => ({ requestId }));
				const node = (more: INodeParameters) =>
					videoNode({
						...{ resource, operation: 'getStatus', requestId: '={{ $json.requestId }}' },
						...merge({ ...ofJob }, more),
					});
				const looked = jsonOf(await execute(node({}), itemsOf(...made)));
				const early = { maxWait: 1, onTimeout: 'return' };
				const waited = await execute(
					node({ waitForCompletion: true, options: early }),
					itemsOf(...made.slice(0, 1), ...made.slice(-1)),
				);
				expectSchema(resource, 'getStatus', [...looked, ...jsonOf(waited)]);
			});
		});

		if (resource === 'grok') {
			test('edit', async () => {
				await withScene({ plan }, async (scene) => {
					expectSchema(resource, 'edit', await makeAll(scene, editNode));
				});
			});
		}

		if (resource === 'kling') {
			const nodeWith = (own: INodeParameters) => (more: INodeParameters) =>
				videoNode(merge({ resource, options: { pollInterval: 1 }, ...own }, more));

			test('extend', async () => {
				await withScene({ plan }, async (scene) => {
					const model = { __rl: true, mode: 'id', value: 'kling-v1-6' };
					const [made] = jsonOf(await scene.execute(create({ prompt: 'quick', model })));
					const videoId = String(Object(made?.video).id);
					const requestId = String(made?.request_id);
					const node = nodeWith({ operation: 'extend', requestId, videoId });
					expectSchema(resource, 'extend', await makeAll(scene, node));
				});
			});

			test('createFromReferences', async () => {
				await withScene({ plan }, async (scene) => {
					const operation = 'createFromReferences';
					const node = nodeWith({ operation, referenceVideos: 'https://media.example/a.mp4' });
					expectSchema(resource, operation, await makeAll(scene, node));
				});
			});
		}
	});

	test('is there for every operation', () => {
		const operations = new CometApiVideo().description.properties
			.filter(({ name, type }) => name === 'operation' && type === 'options')
			.flatMap(({ options = [], displayOptions }) =>
				(displayOptions?.show?.resource ?? []).flatMap((resource) =>
					options.map((option) => ({ resource, operation: Object(option).value })),
				),
			)
			.filter(({ resource }) => resource !== undefined);
		expect(operations.length).toBeGreaterThan(7);
		const files = readdirSync(BUILT, { recursive: true, encoding: 'utf8' });
		expect(files.filter((file) => file.endsWith('.json')).sort()).toEqual(
			operations.map(({ resource, operation }) => `${resource}/${operation}.json`).sort(),
		);
	});
});

/** Compares with the built file; UPDATE_SCHEMAS=1 writes its source instead. */
function expectSchema(resource: string, operation: string, items: Json[]): void {
	const schema = schemaOf(items);
	const file = `${resource}/${operation}.json`;
	if (process.env.UPDATE_SCHEMAS) {
		mkdirSync(join(SOURCE, resource), { recursive: true });
		writeFileSync(join(SOURCE, file), `${JSON.stringify(schema, null, '\t')}\n`);
		return;
	}
	const written: unknown = JSON.parse(readFileSync(join(BUILT, file), 'utf8'));
	// As text, since n8n shows the fields in their order.
	expect(JSON.stringify(written, null, 1)).toBe(JSON.stringify(schema, null, 1));
}

/** The type that all values of a field have; their fields stand in the order of the values. */
function schemaOf(values: unknown[], name?: string): Schema {
	const [type = '', ...others] = new Set(values.map((value) => typeof value));
	if (others.length > 0) throw new Error(`${name} has values of several types`);
	if (name === 'status') return { type, enum: [...new Set(values.map(String))] };
	// CometAPI passes on what the makers tell there.
	if (type !== 'object' || name === 'usage') return { type };
	const records = values.map((value): Record<string, unknown> => Object(value));
	const properties = namesOf(records).map((each): [string, Schema] => {
		const there = records.filter((record) => each in record);
		return [
			each,
			schemaOf(
				there.map((record) => record[each]),
				each,
			),
		];
	});
	return { type, properties: Object.fromEntries(properties) };
}

/** All names, each behind those that stand before it in any record. */
function namesOf(records: Array<Record<string, unknown>>): string[] {
	const names: string[] = [];
	let left = records.map((record) => Object.keys(record));
	while (left.flat().length > 0) {
		const isNext = (name: string) => left.every((each) => each.indexOf(name) <= 0);
		const next = left.flat().find(isNext);
		if (next === undefined) throw new Error('The fields have no common order');
		names.push(next);
		left = left.map((each) => each.filter((name) => name !== next));
	}
	return names;
}
