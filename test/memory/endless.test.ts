/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { expect, jest, test } from '@jest/globals';

import { withStorage, type Storage } from '../engine/files.ts';
import { createNode, until, withScene } from '../engine/scene.ts';

// Beside the other suites of memory, on a machine that may be busy.
jest.setTimeout(120_000);

/** Takes everything and keeps nothing. */
const discarding: Partial<Storage> = {
	async store(_location, file) {
		let fileSize = 0;
		for await (const piece of file as AsyncIterable<Buffer>) fileSize += piece.length;
		return { fileId: 'none', fileSize };
	},
};

test('an endless video is read up to 2 GB, once', async () => {
	const plan = () => ({ seconds: 0.1, video: { bytes: Infinity } });
	await withStorage(discarding as Storage, async () => {
		await withScene({ plan }, async ({ simulator, execute }) => {
			const { error } = await execute(createNode({ downloadVideo: true }));
			expect(error?.description).toContain('The file has more than 2 GB');
			expect(error?.description).not.toContain('Get Status');
			await until(() => simulator.requestsTo('video')[0]?.abortedByClient === true);
			expect(simulator.requestsTo('video')).toHaveLength(1);
		});
	});
}, 300_000);
