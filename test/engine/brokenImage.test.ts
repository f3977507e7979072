/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { createNode, itemsOf, withScene } from './scene.ts';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(3_000, 0xfb)]);
const BASE64 = PNG.toString('base64');

describe('A data URL that is damaged in its middle', () => {
	test.concurrent.each([
		['with characters that are no base64', `${BASE64.slice(0, 400)}****${BASE64.slice(400)}`],
		['with padding before its end', `${BASE64}==AAAA`],
	])('%s keeps the good item of its run from being paid for', async (_name, damaged) => {
		await withScene({ plan: () => ({ seconds: 0.1 }) }, async ({ simulator, execute }) => {
			const node = createNode({ imageSource: 'url', imageUrl: '={{ $json.url }}' });
			const urls = [BASE64, damaged].map((base64) => ({ url: `data:image/png;base64,${base64}` }));
			const { error } = await execute(node, itemsOf(...urls));
			expect(error?.message).toBe('The file cannot be read [item 2 of 2]');
			expect(simulator.requests).toEqual([]);
		});
	});
});
