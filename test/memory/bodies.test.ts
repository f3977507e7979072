/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { expect, jest, test } from '@jest/globals';
import { sleep } from 'n8n-workflow';

import { createNode, itemsOf, until, withScene } from '../engine/scene.ts';

// Beside the other suites of memory, on a machine that may be busy.
jest.setTimeout(120_000);

const ITEMS = 12;
const IMAGE_MB = 5;

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Memory of buffers, in MB: request bodies are buffers. */
async function buffersMB(): Promise<number> {
	collectGarbage();
	await sleep(50);
	collectGarbage();
	return process.memoryUsage().arrayBuffers / 1e6;
}

test('while videos are waited for, no request body stays in memory', async () => {
	const image = Buffer.alloc(IMAGE_MB * 1e6);
	Buffer.from('89504e470d0a1a0a', 'hex').copy(image);
	const imageUrl = `data:image/png;base64,${image.toString('base64')}`;
	const plan = () => ({ seconds: 600 });
	await withScene({ plan }, async ({ simulator, start }) => {
		const before = await buffersMB();
		const node = createNode({ imageSource: 'url', imageUrl: '={{ $json.url }}' });
		const items = itemsOf(...Array.from({ length: ITEMS }, () => ({ url: imageUrl })));
		const { finished, stop } = await start(node, items);
		await until(() => simulator.requestsTo('status').length >= ITEMS);
		// The simulator keeps what it received as text; buffers are the node's and n8n's. Some of the last
		// request may still be on its way when its answer is there, so what counts is what stays.
		let held = Infinity;
		for (let look = 0; look < 20 && held >= IMAGE_MB * 2; look++) {
			held = (await buffersMB()) - before;
		}
		stop();
		await finished;
		expect(held).toBeLessThan(IMAGE_MB * 2);
	});
});
