/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { describe, expect, test } from '@jest/globals';
import { BinaryDataBlobManager, ErrorReporter, FileTooLargeError } from 'n8n-core';
import type { INodeExecutionData } from 'n8n-workflow';

import { Container } from './engine.ts';
import { createVideoNode, FAMILIES } from './families.ts';
import { storeFile, withStorage, type Storage } from './files.ts';
import { createNode, until, withScene } from './scene.ts';

const ofCore = createRequire(createRequire(import.meta.url).resolve('n8n-core'));
const { FsByteStore } = ofCore('@n8n/blob-storage') as typeof import('@n8n/blob-storage');

const BYTES = 1_000_000;

/** n8n's storages as they are when they take no file, but for the disk, which is the kernel's full one. */
const storages: Array<[string, Storage, string]> = [
	['has a full disk', storing((file) => writeFile('/dev/full', file)), 'ENOSPC'],
	[
		'may not write to its folder',
		new BinaryDataBlobManager(
			new FsByteStore({ storagePath: join(import.meta.filename, 'none'), reportError: () => {} }),
			Container.get(ErrorReporter),
		),
		'ENOTDIR',
	],
	[
		'takes no file of this size',
		storing(async (file) => {
			const fileSizeMb = (await buffer(file)).length / 1_048_576;
			throw new FileTooLargeError({ fileSizeMb, maxFileSizeMb: 0.5, fileId: 'id' });
		}),
		'exceeds the max size limit of 0.5 MB',
	],
];

function storing(store: (file: Readable) => Promise<unknown>): Storage {
	const manager: Partial<Storage> = {
		async store(_location, file) {
			await store(file as Readable);
			throw new Error('It was full');
		},
	};
	return manager as Storage;
}

const DOWNLOAD = { downloadVideo: true };
const plan = () => ({ seconds: 0.1, video: { bytes: BYTES } });

describe("n8n's storage", () => {
	test.concurrent.each(storages)('that %s is told as that, after one try', async (...args) => {
		const [, storage, words] = args;
		await withStorage(storage, async () => {
			await withScene({ plan }, async ({ simulator, execute }) => {
				const { error } = await execute(createNode(DOWNLOAD));
				expect(error?.description).toContain('n8n could not store the file: ');
				expect(error?.description).toContain(words);
				expect(error?.description).toContain('whoever runs your n8n');
				expect(error?.description).not.toContain('Get Status');
				expect(error?.description).toContain(`/videos/${simulator.jobs[0]?.requestId}.mp4`);
				expect(simulator.requestsTo('video')).toHaveLength(1);
			});
		});
	});

	test.concurrent('is not blamed when the host breaks off', async () => {
		const [[, full]] = storages as [(typeof storages)[0]];
		await withStorage(full, async () => {
			await withScene({ plan }, async ({ simulator, execute }) => {
				const fault = { kind: 'shortRead', bytes: 100 } as const;
				simulator.inject({ route: 'video', fault });
				const { error } = await execute(createNode(DOWNLOAD));
				expect(error?.description).toContain('n8n could not store the file: ');
				expect(simulator.requestsTo('video')).toHaveLength(2);
			});
		});
	});
});

describe('A file that is too large', () => {
	test.concurrent('is refused by the length that its host tells, and not read', async () => {
		const bytes = 2_000_000_001;
		await withScene({ plan: () => ({ seconds: 0.1, video: { bytes } }) }, async (scene) => {
			const { error } = await scene.execute(createNode(DOWNLOAD));
			expect(error?.description).toContain('The file has more than 2 GB');
			expect(error?.description).not.toContain('Get Status');
			const [asked, ...more] = scene.simulator.requestsTo('video');
			await until(() => asked?.abortedByClient === true);
			expect(more).toEqual([]);
		});
	});
});

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
