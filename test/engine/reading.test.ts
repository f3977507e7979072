/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';
import { BinaryDataBlobManager, ErrorReporter } from 'n8n-core';
import type { INodeExecutionData } from 'n8n-workflow';

import { Container } from './engine.ts';
import { createVideoNode, FAMILIES } from './families.ts';
import { storeFile, withStorage } from './files.ts';
import { until, withScene } from './scene.ts';

const ofCore = createRequire(createRequire(import.meta.url).resolve('n8n-core'));
const { FsByteStore } = ofCore('@n8n/blob-storage') as typeof import('@n8n/blob-storage');

const ITEMS = 100;
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100_000, 7)]);

/** n8n's files on disk, counting those that are open. */
class CountingStorage extends BinaryDataBlobManager {
	open = 0;
	mostOpen = 0;
	opened = 0;

	constructor() {
		const storagePath = mkdtempSync(join(String(process.env.N8N_USER_FOLDER), 'counted-'));
		const store = new FsByteStore({ storagePath, reportError: () => {} });
		super(store, Container.get(ErrorReporter));
	}

	override async getAsStream(fileId: string, chunkSize?: number) {
		this.opened++;
		this.mostOpen = Math.max(this.mostOpen, ++this.open);
		const stream = await super.getAsStream(fileId, chunkSize);
		return stream.once('close', () => this.open--);
	}
}

async function itemsWithImages(): Promise<INodeExecutionData[]> {
	const items: INodeExecutionData[] = [];
	for (let index = 0; index < ITEMS; index++) {
		const data = await storeFile(PNG, { fileName: 'a.png', mimeType: 'image/png' });
		items.push({ json: {}, binary: { data } });
	}
	return items;
}

/** Lets all be read, and nothing be sent. */
const WITHOUT_IMAGE = { json: {} };

describe('The images of a run', () => {
	test.each(FAMILIES)('are opened a few at a time: $family', async ({ create }) => {
		const storage = new CountingStorage();
		await withStorage(storage, async () => {
			await withScene({}, async ({ simulator, execute }) => {
				const items = [...(await itemsWithImages()), WITHOUT_IMAGE];
				const { error } = await execute(create({ imageSource: 'binary' }), items);
				expect(error?.message).toContain(`[item ${ITEMS + 1} of`);
				expect(simulator.requests).toEqual([]);
				await until(() => storage.open === 0);
				expect(storage.opened).toBeGreaterThanOrEqual(2 * ITEMS);
				// One whose last byte has been read is closed a moment later.
				expect(storage.mostOpen).toBeLessThanOrEqual(2 * 8);
			});
		});
	});

	test('are opened a few at a time with their references of all kinds', async () => {
		const storage = new CountingStorage();
		await withStorage(storage, async () => {
			await withScene({}, async ({ simulator, execute }) => {
				const file = { fileName: 'a', mimeType: 'application/octet-stream' };
				const video = await storeFile(Buffer.from('00000020667479706d703432', 'hex'), file);
				const audio = await storeFile(Buffer.from('49443303000000000000', 'hex'), file);
				const items = (await itemsWithImages()).map(({ json, binary }) => ({
					...{ json, binary: { ...binary, video, audio } },
				}));
				const options = {
					...{ lastFrame: 'data', referenceVideos: 'video, video', referenceAudios: 'audio' },
				};
				const node = createVideoNode({ imageSource: 'binary', options });
				const { error } = await execute(node, [...items, WITHOUT_IMAGE]);
				expect(error?.message).toContain(`[item ${ITEMS + 1} of`);
				expect(simulator.requests).toEqual([]);
				await until(() => storage.open === 0);
				expect(storage.opened).toBeGreaterThanOrEqual(2 * 5 * ITEMS);
				expect(storage.mostOpen).toBeLessThanOrEqual(2 * 8);
			});
		});
	});

	test('are not opened after Stop', async () => {
		const storage = new CountingStorage();
		await withStorage(storage, async () => {
			await withScene({}, async ({ simulator, start }) => {
				const [family] = FAMILIES;
				const items = await itemsWithImages();
				const node = family?.create({ imageSource: 'binary' });
				if (!node) throw new Error('No family');
				const { finished, stop } = await start(node, items);
				await until(() => storage.opened >= 20);
				stop();
				expect((await finished).status).toBe('canceled');
				await until(() => storage.open === 0);
				expect(storage.opened).toBeLessThan(ITEMS);
				expect(simulator.requests).toEqual([]);
			});
		});
	});
});
