/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { Readable } from 'node:stream';

import { BinaryDataService, FileLocation } from 'n8n-core';
import type { IBinaryData } from 'n8n-workflow';

import { Container } from './engine.ts';

const BINARY_MODES = ['memory', 'filesystem'] as const;
export type BinaryMode = (typeof BINARY_MODES)[number];

/** Every case once per mode, for a table of tests. */
export function inBothModes<Case extends unknown[]>(cases: Case[]): Array<[BinaryMode, ...Case]> {
	return BINARY_MODES.flatMap((mode) => cases.map((row): [BinaryMode, ...Case] => [mode, ...row]));
}

const modes = new AsyncLocalStorage<string>();
const service = Container.get(BinaryDataService);
const ready = service.init().then(() => {
	// One process has one mode in n8n; here each test has its own, beside others that run meanwhile.
	Object.defineProperty(service, 'mode', { get: () => modes.getStore() ?? 'default' });
});

/** Runs the task with n8n keeping files in that way; outside of this it keeps them in memory. */
export async function withBinaryMode<T>(mode: BinaryMode, task: () => Promise<T>): Promise<T> {
	await ready;
	return await modes.run(mode === 'filesystem' ? 'filesystem-v2' : 'default', task);
}

type SetManager = Parameters<BinaryDataService['setManager']>;

/** What n8n calls a manager of its binary data. */
export type Storage = SetManager[1];

/** Runs the task with n8n keeping files in that storage. */
export async function withStorage<T>(storage: Storage, task: () => Promise<T>): Promise<T> {
	await ready;
	const mode = `storage-${randomUUID()}`;
	service.setManager(mode as SetManager[0], storage);
	return await modes.run(mode, task);
}

/** A file as a node in front would hand it on. */
export async function storeFile(
	content: Buffer | Readable,
	{ fileName, mimeType }: { fileName: string; mimeType: string },
): Promise<IBinaryData> {
	await ready;
	const location = FileLocation.ofExecution('workflow', 'input');
	return await service.store(location, content, { fileName, mimeType, data: '' });
}

/** SHA-256 of a file, in hex. */
export async function digestFile(binary: IBinaryData | undefined): Promise<string> {
	if (binary === undefined) throw new Error('No file');
	const hash = createHash('sha256');
	if (!binary.id) return hash.update(Buffer.from(binary.data, 'base64')).digest('hex');
	for await (const piece of await service.getAsStream(binary.id)) hash.update(piece);
	return hash.digest('hex');
}

/** Files that were begun and neither finished nor removed. */
export function unfinishedFiles(): string[] {
	const all = readdirSync(String(process.env.N8N_USER_FOLDER), { recursive: true });
	return all.map(String).filter((name) => name.includes('.tmp.'));
}
