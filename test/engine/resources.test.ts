/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import {
	NodeHelpers,
	Workflow,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyOptions,
} from 'n8n-workflow';

import { CometApiVideo } from '../../nodes/CometApiVideo/CometApiVideo.node';
import { resources } from '../../nodes/CometApiVideo/resources';
import { videoNode } from './engine.ts';
import { KNOWN_MODELS } from '../../nodes/CometApiVideo/resources/video/models';
import { createKlingNode, FAMILIES } from './families.ts';
import { createNode, jsonOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };

describe('A workflow of 0.1', () => {
	test.concurrent.each([
		['as it was stored, without a resource', {}],
		['with the resource that it was given', { resource: 'grok' }],
	])('runs unchanged: %s', async (_case, parameters) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const finished = await execute(createNode(parameters));
			expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'done' })]);
			expect(simulator.requests.map(({ path }) => path)).toEqual([
				'/grok/v1/videos/generations',
				`/grok/v1/videos/${simulator.jobs[0]?.requestId}`,
			]);
		});
	});

	test.concurrent.each(['noSuchFamily', '={{ "kling" }}', '', null])(
		'sends nothing for a resource that this version does not have: %j',
		async (resource) => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const { error } = await execute(createNode({ resource } as INodeParameters));
				expect(error?.message).toContain('is not an operation of this node');
				expect(simulator.requests).toEqual([]);
			});
		},
	);
});

const PAIRS = FAMILIES.flatMap((own) =>
	FAMILIES.filter((other) => other !== own).map(
		(other) => [own.family, other.family, own, other] as const,
	),
);

describe.each(PAIRS)(
	'%s refuses a model of %s, and pays for nothing',
	(_own, _other, own, other) => {
		const { model } = other.create().parameters;
		const { name } = resources.find(({ value }) => value === other.resource) ?? {};
		const { value } = Object(model);
		const custom = (id: unknown) => ({
			customBodyFields: JSON.stringify({ model: id, model_name: id }),
		});

		test.concurrent.each([
			['from the list', { model }],
			['by expression', { model: `={{ " ${value} ".toUpperCase() }}` }],
			['among the custom fields', { options: custom(value) }],
		])('%s', async (_case, parameters) => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const { error } = await execute(own.create(parameters));
				expect(error?.message).toContain(`belongs to the resource '${name}'`);
				expect(simulator.requests).toEqual([]);
			});
		});
	},
);

test.concurrent('A Kling node that lost its resource makes no Grok video', async () => {
	await withScene(QUICK, async ({ simulator, execute }) => {
		const node = createKlingNode({ duration: 5 });
		delete node.parameters.resource;
		const { error } = await execute(node);
		expect(error?.message).toBe("'Model' kling-v2-6 belongs to the resource 'Kling'");
		expect(simulator.requests).toEqual([]);
	});
});

test('Each known model is the own one of its family only', () => {
	const known: Record<string, readonly string[]> = {
		grok: ['grok-imagine-video', 'grok-imagine-video-1.5'],
		video: KNOWN_MODELS.flatMap(({ ids }) => ids),
		kling: ['kling-v2-6', 'kling-v3', 'kling-3.0-turbo', 'kling-video-o1'],
	};
	for (const { value } of resources) {
		for (const id of known[value] ?? []) {
			const owners = resources.filter(({ modelPattern }) => modelPattern.test(id));
			expect([id, owners.map((owner) => owner.value)]).toEqual([id, [value]]);
		}
	}
});

const { description } = new CometApiVideo();

test('no number field changes what is typed into it', () => {
	const all = description.properties.flatMap((property) => [
		property,
		...(property.type === 'collection' ? (property.options as INodeProperties[]) : []),
	]);
	const numbers = all.filter(({ type }) => type === 'number');
	expect(numbers.length).toBeGreaterThan(0);
	for (const { name, typeOptions } of numbers)
		expect([name, typeOptions]).toEqual([name, undefined]);
});

describe('The subtitle', () => {
	const model = (value: string) => ({ __rl: true, mode: 'id', value });
	const subtitleOf = (parameters: INodeParameters) => {
		const node = videoNode(parameters);
		const types = { getByName: () => new CometApiVideo(), getKnownTypes: () => ({}) };
		const nodeTypes = { ...types, getByNameAndVersion: types.getByName };
		const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
		return workflow.expression.getSimpleParameterValue(node, description.subtitle, 'internal', {});
	};

	test.each([
		[{ operation: 'create', model: model('grok-imagine-video') }, 'Create: grok-imagine-video'],
		[{ resource: 'video', operation: 'create', model: model('veo3.1') }, 'Create: veo3.1'],
		[{ resource: 'video', operation: 'getStatus', requestId: 'x' }, 'Get Status'],
		[{ operation: 'edit', model: model('={{ $json.model }}') }, 'Edit'],
		[{ operation: 'create', model: model("={{ $('Nobody').item.json.model }}") }, 'Create'],
		[{ operation: 'create', model: '={{ $json.model }}' }, 'Create'],
		[{ operation: 'create' }, 'Create: grok-imagine-video'],
		[
			{ resource: 'kling', operation: 'createFromReferences' },
			'Create From References: kling-video-o1',
		],
	])('of %j is %s', (parameters, subtitle) => {
		expect(subtitleOf(parameters)).toBe(subtitle);
	});
});

test('every resource has its line in the suites that hold for all', () => {
	expect(resources.map(({ value }) => value)).toEqual(FAMILIES.map(({ resource }) => resource));
});

describe('The editor shows', () => {
	const { properties } = description;
	const isShown = (parameters: INodeParameters, field: INodeProperties) => {
		const all = NodeHelpers.getNodeParameters(
			...([properties, parameters, true, false, null, description] as const),
		);
		return NodeHelpers.displayParameter(all ?? {}, field, null, description);
	};
	const shown = (parameters: INodeParameters) =>
		properties.filter((field) => isShown(parameters, field)).map(({ name }) => name);

	test.each(FAMILIES.map(({ resource }) => resource))(
		'each field of %s once, also when others hang on an expression',
		(resource) => {
			const names = shown({
				...{ resource, operation: 'create' },
				...{ imageSource: '={{ $json.source }}', downloadVideo: '={{ $json.download }}' },
			});
			expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
			expect(names).toContain('imageUrl');
		},
	);

	const noticesOf = (resource: string, model: INodeParameters['model']) =>
		description.properties
			.filter(({ name }) => /model/i.test(name) && name !== 'model')
			.filter((field) => isShown({ resource, operation: 'create', model }, field))
			.map(({ displayName }) => displayName);
	const byMode = (mode: string, value: string) => ({ __rl: true, mode, value });
	const NEUTRAL = expect.stringMatching(/^You pay for each item/);

	test.each([
		['video', byMode('list', 'seedance-2-5'), /^5 seconds: \$0\.52 at 480p, \$1\.16 at 720p, for/],
		['video', byMode('id', 'veo3-fast'), /^8 seconds: \$0\.40, for each item/],
		['video', byMode('list', 'omni-fast'), /^4 seconds: price not known, for each item/],
		['grok', byMode('list', 'grok-imagine-video'), /^8 seconds: \$0\.40 at 480p, \$0\.56 at 720p,/],
		['grok', byMode('list', 'grok-imagine-video-1.5'), /\$1\.60 at 1080p, .* image costs \$0\.008/],
		['kling', byMode('list', 'kling-v3'), /^A video: \$0\.13 to \$2\.64, for each item/],
	])('the price of the model in %s: %j', (resource, model, text) => {
		expect(noticesOf(resource, model)).toEqual([expect.stringMatching(text)]);
	});

	test.each([
		['an expression for the ID', byMode('id', '={{ $json.model }}')],
		['an expression for the list', byMode('list', '={{ $json.model }}')],
		['an expression for all', '={{ $json.model }}'],
		['a model of tomorrow', byMode('id', 'a-model-of-tomorrow')],
		['none', byMode('list', '')],
	])('one neutral notice for %s', (_case, model) => {
		for (const { value } of resources) expect(noticesOf(value, model)).toEqual([NEUTRAL]);
	});
});

/** All that a user may see, options in collections among them. */
function allFields(fields: INodeProperties[] = description.properties): INodeProperties[] {
	return fields.flatMap((field) => [
		field,
		...(field.type === 'collection' ? allFields(field.options as INodeProperties[]) : []),
	]);
}

describe("n8n's editor", () => {
	test('changes nothing that is typed into a number field', () => {
		const limited = allFields().filter(
			({ type, typeOptions }) => type === 'number' && typeOptions !== undefined,
		);
		expect(limited.map(({ name }) => name)).toEqual([]);
	});

	test('finds no HTML in notices, which it would drop', () => {
		const notices = allFields().filter(({ type }) => type === 'notice');
		expect(notices.filter(({ displayName }) => /[<>]/.test(displayName))).toEqual([]);
	});

	test("gives every tool a name of at most 64 characters, chat models' limit", () => {
		const operations = description.properties.filter(({ name }) => name === 'operation');
		const actions = operations
			.flatMap(({ options = [] }) => options as INodePropertyOptions[])
			.map(({ action }) => `${action} in ${description.displayName}`);
		expect(actions.filter((name) => name.length > 64)).toEqual([]);
	});
});
