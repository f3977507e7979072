/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
// Runs the node in a process of its own and prints what that cost. The simulator is elsewhere, so
// that its memory does not count.
import { createCipheriv } from 'node:crypto';
import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import type { INodeExecutionData } from 'n8n-workflow';

import { execute, type Finished } from '../engine/engine.ts';
import { digestFile, storeFile, withBinaryMode, type BinaryMode } from '../engine/files.ts';
import { createVideoNode } from '../engine/families.ts';
import { createNode } from '../engine/scene.ts';

const SAMPLE_EVERY_MS = 10;
const MB = 1_000_000;
const IMAGE_BYTES = 20 * MB;
const PIECE_BYTES = 64 * 1024;
const PNG_HEAD = Buffer.from('89504e470d0a1a0a', 'hex');

export interface Cost {
	/** What the peak was above the resident memory before the run. */
	growthMB: number;
	/**
	 * What the peak was above that of plain Node, which has fetched videos in this process before:
	 * V8 lets 64 MB of used buffers lie before it collects them, whoever reads from a socket.
	 */
	overPlainNodeMB: number;
	/** For how long nothing else had its turn, at most. */
	longestBlockMs: number;
	seconds: number;
	status: Finished['status'];
	/** SHA-256 of every file that went in or came out, by request id. */
	digests: Record<string, string>;
}

const [kind, count, mode, baseUrl = '', apiKey = ''] = process.argv.slice(2);
const credential = { baseUrl, apiKey };
const folder = String(process.env.N8N_USER_FOLDER);

/** Pictures of that many bytes, all of them different and never whole in memory. */
async function images(amount: number, bytes: number): Promise<INodeExecutionData[]> {
	const items: INodeExecutionData[] = [];
	for (let index = 0; index < amount; index++) {
		const file = { fileName: 'image.png', mimeType: 'image/png' };
		const photo = await storeFile(Readable.from(noise(index, bytes)), file);
		items.push({ json: {}, binary: { photo } });
	}
	return items;
}

function* noise(seed: number, bytes: number): Generator<Buffer> {
	const stream = createCipheriv('aes-256-ctr', Buffer.alloc(32, seed), Buffer.alloc(16));
	yield PNG_HEAD;
	for (let left = bytes - PNG_HEAD.length; left > 0; left -= PIECE_BYTES) {
		yield stream.update(Buffer.alloc(Math.min(left, PIECE_BYTES)));
	}
}

async function run(items: INodeExecutionData[], downloadVideo: boolean): Promise<Finished> {
	const image = { imageSource: 'binary', inputDataFieldName: 'photo' };
	const create = kind === 'content' ? createVideoNode : createNode;
	const node = create(kind === 'images' ? image : { downloadVideo });
	return await execute({ video: node }, items, credential);
}

/** What Node does with as many videos at once without n8n and this package. */
async function fetchWithPlainNode(): Promise<void> {
	const { outputs } = await run(await inputs(Number(count), MB), false);
	const urls = (outputs[0] ?? []).map(({ json: { video } }) =>
		String(Object(video).url ?? Object(video).content_url),
	);
	const headers = { authorization: `Bearer ${apiKey}` };
	await Promise.all(
		urls.map(async (url, index) => {
			const answer = await new Promise<IncomingMessage>((resolve) =>
				get(url, { headers }, resolve),
			);
			await writeFile(join(folder, `plain-${index}.mp4`), answer);
		}),
	);
}

async function inputs(amount: number, bytes: number): Promise<INodeExecutionData[]> {
	if (kind === 'images') return await images(amount, bytes);
	return Array.from({ length: amount }, () => ({ json: {} }));
}

async function settle(): Promise<void> {
	for (let times = 0; times < 3; times++) {
		globalThis.gc?.();
		await sleep(50);
	}
}

async function measure(): Promise<Cost> {
	await run(await inputs(1, MB), true);
	if (kind !== 'images') await fetchWithPlainNode();
	const items = await inputs(Number(count), IMAGE_BYTES);
	await settle();

	const peakKB = () => process.resourceUsage().maxRSS;
	const before = { rss: process.memoryUsage.rss(), peakKB: peakKB(), at: Date.now() };
	let highest = before.rss;
	const sampling = setInterval(() => {
		highest = Math.max(highest, process.memoryUsage.rss());
	}, SAMPLE_EVERY_MS);
	const delay = monitorEventLoopDelay({ resolution: 1 });
	delay.enable();
	const finished = await run(items, true);
	delay.disable();
	clearInterval(sampling);
	const seconds = (Date.now() - before.at) / 1000;
	const overPlainNodeMB = Math.round(((peakKB() - before.peakKB) * 1024) / MB);
	// What the kernel has seen counts when it is new.
	if (overPlainNodeMB > 0) highest = Math.max(highest, peakKB() * 1024);

	const digests: Record<string, string> = {};
	for (const [index, { json, binary }] of (finished.outputs[0] ?? []).entries()) {
		const file = kind === 'images' ? items[index]?.binary?.photo : binary?.data;
		digests[String(json.request_id)] = await digestFile(file);
	}
	const growthMB = Math.round((highest - before.rss) / MB);
	const longestBlockMs = Math.round(delay.max / 1e6);
	return { growthMB, overPlainNodeMB, longestBlockMs, seconds, status: finished.status, digests };
}

try {
	const cost = await withBinaryMode(mode as BinaryMode, measure);
	process.stdout.write(JSON.stringify(cost));
} finally {
	rmSync(folder, { recursive: true, force: true });
}
