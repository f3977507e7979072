/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { describe, expect, test } from '@jest/globals';
import { BinaryDataBlobManager, ErrorReporter, FileTooLargeError } from 'n8n-core';

import { Container } from './engine.ts';
import { withStorage, type Storage } from './files.ts';
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
