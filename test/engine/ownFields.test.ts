/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import type { INodeParameters } from 'n8n-workflow';

import { createVideoNode, FAMILIES } from './families.ts';
import { createNode, itemsOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const FROM_ITEM = '={{ $json.value }}';

describe.each(FAMILIES)(
	'One bad item spends nothing: $family',
	({ create, promptName = 'prompt' }) => {
		test.concurrent.each<[string, INodeParameters, unknown, string]>([
			[
				'no own prompt',
				{ options: { customBodyFields: FROM_ITEM } },
				{ [promptName]: null },
				promptName,
			],
			[
				'an own prompt in pieces',
				{ options: { customBodyFields: FROM_ITEM } },
				{ [promptName]: {} },
				promptName,
			],
			[
				'own fields that are a date',
				{ options: { customBodyFields: '={{ $json.value ? $now : "" }}' } },
				true,
				'must be a JSON object',
			],
			[
				'an own number that is none',
				{ options: { customBodyFields: '={{ $json.value ? { seed: NaN } : "" }}' } },
				true,
				'NaN or Infinity',
			],
			[
				'a prompt that is no number',
				{ prompt: '={{ $json.value ? NaN : "A comet" }}' },
				true,
				"'Prompt'",
			],
		])('%s', async (_case, parameters, value, message) => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const items = itemsOf({}, { value } as never, {});
				const finished = await execute(create(parameters), items);
				expect(finished.error?.message).toContain(message);
				expect(finished.error?.message).toContain('[item 2 of 3]');
				expect(simulator.requests).toEqual([]);
			});
		});
	},
);

test.concurrent('names of images that all come out empty make no video without them', async () => {
	await withScene(QUICK, async ({ simulator, execute }) => {
		const inputDataFieldName = '={{ $json.first }},{{ $json.last }}';
		const { error } = await execute(createVideoNode({ imageSource: 'binary', inputDataFieldName }));
		expect(error?.message).toBe("'Input Data Field Name' is empty");
		expect(simulator.requests).toEqual([]);
	});
});

test.concurrent('a video from an own image gets no ratio that would stretch it', async () => {
	await withScene(QUICK, async ({ simulator, execute }) => {
		const customBodyFields = { image: { url: 'https://example.com/wide.png' } };
		await execute(createNode({ options: { customBodyFields } }));
		expect(simulator.jobs[0]?.body).toMatchObject(customBodyFields);
		expect(simulator.jobs[0]?.body).not.toHaveProperty('aspect_ratio');
	});
});
