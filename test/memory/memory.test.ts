/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { describe, expect, jest, test } from '@jest/globals';

import {
	generatedVideoSha256,
	startSimulator,
	type RecordedRequest,
	type Simulator,
	type Submission,
} from '../simulator/simulator.ts';
import type { BinaryMode } from '../engine/files.ts';
import type { Cost } from './memoryProbe.ts';
import { runNode } from './runNode.cjs';

const MB = 1_000_000;

interface Load {
	/** Videos at public URLs, at the API's own with the key, images, or sets of references. */
	kind: 'videos' | 'content' | 'images' | 'references';
	count: number;
	mode: BinaryMode;
	/** Of the image or the set of an item. */
	fileBytes?: number;
	videoBytes?: number;
}

/** The first job is the probe's warm-up, then come those of plain Node. */
function planOf({ kind, count, videoBytes = MB }: Load, imageDigests: string[]) {
	return ({ index, body }: Submission) => {
		const { image } = body as { image?: { url: string } };
		if (image) {
			const bytes = Buffer.from(image.url.slice(image.url.indexOf(',') + 1), 'base64');
			imageDigests.push(createHash('sha256').update(bytes).digest('hex'));
			image.url = '';
		}
		const share = index === 0 ? 0 : index <= count ? 0.5 : 1;
		return {
			seconds: 0.1,
			video: { bytes: Math.max(MB, videoBytes * share) },
			...(kind === 'content' && { shape: 'contentOnly' as const }),
		};
	};
}

async function probe(
	load: Load,
	check: (cost: Cost, simulator: Simulator, imageDigests: string[]) => void,
): Promise<void> {
	const { kind, count, mode, fileBytes = 0 } = load;
	const imageDigests: string[] = [];
	const simulator = await startSimulator({
		plan: planOf(load, imageDigests),
		// Twenty large bodies are not to be kept.
		log: (request: RecordedRequest) => void delete request.body,
	});
	try {
		const printed = await runNode([
			'--expose-gc',
			'--import',
			join(import.meta.dirname, '..', 'engine', 'plainNode.js'),
			join(import.meta.dirname, 'memoryProbe.ts'),
			kind,
			String(count),
			mode,
			String(fileBytes),
			simulator.url,
			simulator.apiKey,
		]);
		const cost = JSON.parse(printed) as Cost;
		const { growthMB, overPlainNodeMB, heapMB, longestBlockMs, seconds } = cost;
		process.stdout.write(
			`${count} ${kind} (${mode}): +${growthMB} MB (over plain Node ${overPlainNodeMB}, heap ${heapMB}), longest block ${longestBlockMs} ms, ${seconds} s\n`,
		);
		expect(cost.status).toBe('success');
		expect(Object.keys(cost.digests)).toHaveLength(count);
		check(cost, simulator, imageDigests);
	} finally {
		await simulator.close();
	}
}

function checkVideos({ digests }: Cost, bytes: number): void {
	for (const [requestId, digest] of Object.entries(digests)) {
		expect(digest).toBe(generatedVideoSha256(requestId, bytes));
	}
}

function checkImages(cost: Cost, { jobs }: Simulator, digests: string[], count: number): void {
	expect(digests.slice(1).sort()).toEqual(Object.values(cost.digests).sort());
	expect(new Set(digests).size).toBe(count + 1);
	expect(jobs).toHaveLength(count + 1);
}

// Processes of their own, which take 25 s each side by side: memory is what counts here.
jest.setTimeout(120_000);

describe('Memory, in a process of its own', () => {
	test.concurrent('a video of 200 MB takes at most 32 MB more than plain Node does', async () => {
		const videoBytes = 200 * MB;
		await probe({ kind: 'videos', count: 1, mode: 'filesystem', videoBytes }, (cost) => {
			checkVideos(cost, videoBytes);
			expect(cost.overPlainNodeMB).toBeLessThanOrEqual(32);
			expect(cost.growthMB).toBeLessThanOrEqual(100);
		});
	});

	test.concurrent(
		'a video of 100 MB behind the key takes at most 32 MB more than plain Node does',
		async () => {
			const videoBytes = 100 * MB;
			await probe({ kind: 'content', count: 1, mode: 'filesystem', videoBytes }, (cost) => {
				checkVideos(cost, videoBytes);
				expect(cost.overPlainNodeMB).toBeLessThanOrEqual(32);
				expect(cost.growthMB).toBeLessThanOrEqual(100);
			});
		},
	);

	test.concurrent(
		'ten videos of 20 MB at once take at most 64 MB more than plain Node does',
		async () => {
			const videoBytes = 20 * MB;
			await probe({ kind: 'videos', count: 10, mode: 'filesystem', videoBytes }, (cost) => {
				checkVideos(cost, videoBytes);
				expect(cost.overPlainNodeMB).toBeLessThanOrEqual(64);
				expect(cost.growthMB).toBeLessThanOrEqual(130);
			});
		},
	);

	// Alone, since it also measures time.
	test('twenty images of 20 MB take at most 250 MB, and block nothing for 200 ms', async () => {
		const load = { kind: 'images', count: 20, mode: 'filesystem', fileBytes: 20 * MB } as const;
		await probe(load, (cost, simulator, digests) => {
			checkImages(cost, simulator, digests, load.count);
			expect(cost.growthMB).toBeLessThanOrEqual(250);
			expect(cost.longestBlockMs).toBeLessThanOrEqual(200);
		});
	});

	test('a hundred images of 5 MB take no more', async () => {
		const load = { kind: 'images', count: 100, mode: 'filesystem', fileBytes: 5 * MB } as const;
		await probe(load, (cost, simulator, digests) => {
			checkImages(cost, simulator, digests, load.count);
			expect(cost.growthMB).toBeLessThanOrEqual(250);
		});
	});

	test('a set of references of 25 MB takes at most 32 MB more of the heap than its bytes', async () => {
		const load = { kind: 'references', count: 1, mode: 'filesystem', fileBytes: 25 * MB } as const;
		await probe(load, (cost, simulator) => {
			const [, request] = simulator.requestsTo('submit');
			const files = (request?.form ?? []).flatMap(({ name, value }) =>
				typeof value === 'string' ? [] : [{ ...value, name }],
			);
			expect(files.map(({ name }) => name)).toEqual([
				...Array<string>(3).fill('input_reference'),
				...Array<string>(3).fill('reference_videos'),
				...Array<string>(3).fill('reference_audios'),
			]);
			expect(files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(24.9 * MB);
			expect(files.at(-1)?.sha256).toBe(Object.values(cost.digests).join());
			expect(cost.heapMB).toBeLessThanOrEqual(25 + 32);
		});
	});
});
