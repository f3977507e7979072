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
const PIECE_BYTES = 64 * 1024;
const PNG_HEAD = Buffer.from('89504e470d0a1a0a', 'hex');

/** A set of references of 25 MB together, by the field that has each. */
const REFERENCES = ['image', 'video', 'audio'].flatMap((type) =>
	[0, 1, 2].map((at) => ({ type, name: `${type}${at}`, share: at === 2 ? 3 : 2.65 })),
);
const HEADS: Record<string, Buffer> = {
	image: PNG_HEAD,
	video: Buffer.from('00000020667479706d70343200000000', 'hex'),
	audio: Buffer.from('49443303000000000000', 'hex'),
};

export interface Cost {
	/** What the peak was above the resident memory before the run. */
	growthMB: number;
	/**
	 * What the peak was above that of plain Node, which has fetched videos in this process before:
	 * V8 lets 64 MB of used buffers lie before it collects them, whoever reads from a socket.
	 */
	overPlainNodeMB: number;
	/** What the heap and its buffers were above that before the run, at most. */
	heapMB: number;
	/** For how long nothing else had its turn, at most. */
	longestBlockMs: number;
	seconds: number;
	status: Finished['status'];
	/** SHA-256 of every file that went in or came out, by request id. */
	digests: Record<string, string>;
}

const [kind, count, mode, fileBytes, baseUrl = '', apiKey = ''] = process.argv.slice(2);
const hasFiles = kind === 'images' || kind === 'references';
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

/** An item for each set of references, all of it so large together. */
async function references(amount: number, bytes: number): Promise<INodeExecutionData[]> {
	const items: INodeExecutionData[] = [];
	const shares = REFERENCES.reduce((sum, { share }) => sum + share, 0);
	for (let index = 0; index < amount; index++) {
		const binary: INodeExecutionData['binary'] = {};
		for (const [at, { type, name, share }] of REFERENCES.entries()) {
			const size = Math.floor((bytes * share) / shares);
			const content = Readable.from(noise(index * 16 + at, size, HEADS[type]));
			binary[name] = await storeFile(content, { fileName: name, mimeType: `${type}/any` });
		}
		items.push({ json: {}, binary });
	}
	return items;
}

function* noise(seed: number, bytes: number, head: Buffer = PNG_HEAD): Generator<Buffer> {
	const stream = createCipheriv('aes-256-ctr', Buffer.alloc(32, seed), Buffer.alloc(16));
	yield head;
	for (let left = bytes - head.length; left > 0; left -= PIECE_BYTES) {
		yield stream.update(Buffer.alloc(Math.min(left, PIECE_BYTES)));
	}
}

async function run(items: INodeExecutionData[], downloadVideo: boolean): Promise<Finished> {
	const image = { imageSource: 'binary', inputDataFieldName: 'photo' };
	const create = kind === 'content' || kind === 'references' ? createVideoNode : createNode;
	const namesOf = (type: string) =>
		REFERENCES.filter((each) => each.type === type).map(({ name }) => name);
	const parameters = {
		images: image,
		references: {
			...{ imageSource: 'binary', inputDataFieldName: namesOf('image').join(', ') },
			options: {
				referenceVideos: namesOf('video').join(', '),
				referenceAudios: namesOf('audio').join(', '),
			},
		},
	}[String(kind)];
	const node = create(parameters ?? { downloadVideo });
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
	if (kind === 'references') return await references(amount, bytes);
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
	if (!hasFiles) await fetchWithPlainNode();
	const items = await inputs(Number(count), Number(fileBytes));
	await settle();

	const peakKB = () => process.resourceUsage().maxRSS;
	const heap = () => {
		const { heapUsed, arrayBuffers } = process.memoryUsage();
		return heapUsed + arrayBuffers;
	};
	const before = {
		...{ rss: process.memoryUsage.rss(), heap: heap(), peakKB: peakKB(), at: Date.now() },
	};
	let highest = before.rss;
	let highestHeap = before.heap;
	const sampling = setInterval(() => {
		highest = Math.max(highest, process.memoryUsage.rss());
		highestHeap = Math.max(highestHeap, heap());
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
		const sent = items[index]?.binary;
		const file = hasFiles ? (sent?.photo ?? sent?.audio2) : binary?.data;
		digests[String(json.request_id)] = await digestFile(file);
	}
	const heapMB = Math.round((highestHeap - before.heap) / MB);
	const growthMB = Math.round((highest - before.rss) / MB);
	const longestBlockMs = Math.round(delay.max / 1e6);
	const { status } = finished;
	return { growthMB, overPlainNodeMB, heapMB, longestBlockMs, seconds, status, digests };
}

try {
	const cost = await withBinaryMode(mode as BinaryMode, measure);
	process.stdout.write(JSON.stringify(cost));
} finally {
	rmSync(folder, { recursive: true, force: true });
}
