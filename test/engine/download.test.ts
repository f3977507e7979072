/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createHash } from 'node:crypto';

import { describe, expect, jest, test } from '@jest/globals';
import { sleep, type INode } from 'n8n-workflow';

import {
	generatedVideoSha256,
	otherFile,
	sampleMp4,
	type Fault,
	type JobPlan,
	type Simulator,
} from '../simulator/simulator.ts';
import type { Finished } from './engine.ts';
import { digestFile, inBothModes, unfinishedFiles, withBinaryMode } from './files.ts';
import {
	AT_ONCE_TICKS,
	createNode,
	editNode,
	getStatusNode,
	itemsOf,
	jsonOf,
	ticksUntil,
	type Scene,
	until,
	withScene,
} from './scene.ts';

// Pauses and time-outs of real seconds, on a machine that may be busy.
jest.setTimeout(120_000);

const API_KEY = 'sk-only-for-the-api-host';
const SAMPLE_SHA256 = createHash('sha256').update(sampleMp4).digest('hex');
const DOWNLOAD = { downloadVideo: true };

/** A scene at whose end the host of the videos must have seen nothing of the key. */
async function withVideos(plan: JobPlan, play: (scene: Scene) => Promise<void>): Promise<void> {
	const options = { apiKey: API_KEY, plan: () => ({ seconds: 0.1, ...plan }) };
	await withScene(options, async (scene) => {
		await play(scene);
		const { requests, jobs } = scene.simulator;
		for (const { headers } of requests.filter(({ host }) => host === 'media')) {
			expect(headers).not.toHaveProperty('authorization');
			expect(JSON.stringify(headers)).not.toContain(API_KEY);
		}
		expect(jobs).toHaveLength(1);
	});
}

/** The id of a job that another execution has made. */
async function makeVideo({ simulator, execute }: Scene): Promise<string> {
	await execute(createNode({ waitForCompletion: false }));
	const requestId = String(simulator.jobs[0]?.requestId);
	simulator.finishJob(requestId);
	return requestId;
}

const fileOf = ({ outputs }: Finished, field = 'data') => outputs[0]?.[0]?.binary?.[field];
const idOf = ({ jobs }: Simulator) => String(jobs[0]?.requestId);
const downloads = (simulator: Simulator) => simulator.requestsTo('video');

describe('Download Video', () => {
	// The longest comes first, since only so many run at a time.
	test.concurrent('gives up after four more tries, with id and address', async () => {
		await withBinaryMode('filesystem', async () => {
			await withVideos({}, async ({ simulator, execute }) => {
				const fault = { kind: 'shortRead', bytes: 1_000 } as const;
				simulator.inject({ route: 'video', fault, times: Infinity });
				const { error } = await execute(createNode(DOWNLOAD));
				const requestId = idOf(simulator);
				expect(error?.message).toBe(
					`The video is finished, but could not be downloaded [request ID ${requestId}]`,
				);
				expect(error?.description).toContain('The download was interrupted');
				expect(error?.description).toContain(`${simulator.mediaUrl}/videos/${requestId}.mp4`);
				expect(error?.description).toContain('Get Status');
				expect(downloads(simulator)).toHaveLength(5);
			});
		});
	});

	const operations: Array<[string, (scene: Scene) => Promise<INode>]> = [
		['Create', async () => createNode(DOWNLOAD)],
		['Edit', async () => editNode(DOWNLOAD)],
		[
			'Get Status',
			async (scene) => getStatusNode({ ...DOWNLOAD, requestId: await makeVideo(scene) }),
		],
		[
			'Get Status that waits',
			async (scene) =>
				getStatusNode({
					...DOWNLOAD,
					requestId: await makeVideo(scene),
					waitForCompletion: true,
				}),
		],
	];

	test.concurrent.each(inBothModes(operations))(
		'brings the file, with files in %s: %s',
		async (mode, _operation, nodeIn) => {
			await withBinaryMode(mode, async () => {
				await withVideos({}, async (scene) => {
					const { simulator, execute } = scene;
					const finished = await execute(await nodeIn(scene));
					const requestId = idOf(simulator);
					expect(jsonOf(finished)).toEqual([
						expect.objectContaining({
							request_id: requestId,
							status: 'done',
							video: expect.objectContaining({
								url: `${simulator.mediaUrl}/videos/${requestId}.mp4`,
							}),
						}),
					]);
					expect(fileOf(finished)).toMatchObject({
						fileName: `${requestId}.mp4`,
						fileExtension: 'mp4',
						fileType: 'video',
						mimeType: 'video/mp4',
						bytes: sampleMp4.length,
					});
					expect(await digestFile(fileOf(finished))).toBe(SAMPLE_SHA256);
					expect(downloads(simulator)).toHaveLength(1);
				});
			});
		},
	);

	test.concurrent.each(inBothModes([[]]))(
		'takes a file of many pieces, under the names that were chosen, with files in %s',
		async (mode) => {
			await withBinaryMode(mode, async () => {
				await withVideos({ video: { bytes: 3_000_001 } }, async ({ simulator, execute }) => {
					simulator.inject({
						route: 'video',
						fault: { kind: 'contentType', value: 'video/quicktime; codecs="avc1"' },
					});
					const node = createNode({
						...DOWNLOAD,
						outputDataFieldName: 'clip',
						options: { fileName: 'candle.mov' },
					});
					const finished = await execute(node);
					const [item] = finished.outputs[0] ?? [];
					expect(Object.keys(item?.binary ?? {})).toEqual(['clip']);
					expect(item?.pairedItem).toEqual({ item: 0 });
					expect(fileOf(finished, 'clip')).toMatchObject({
						fileName: 'candle.mov',
						// Its bytes say so, and not the host.
						mimeType: 'video/mp4',
					});
					expect(await digestFile(fileOf(finished, 'clip'))).toBe(
						generatedVideoSha256(idOf(simulator), 3_000_001),
					);
				});
			});
		},
	);

	const passing: Array<[string, Fault]> = [
		['a short read', { kind: 'shortRead', bytes: 400_000 }],
		['no byte at all', { kind: 'shortRead', bytes: 0 }],
		['a reset', { kind: 'reset' }],
		['an empty file', { kind: 'empty', status: 200 }],
		['a 503', { kind: 'status', status: 503 }],
		['a 429', { kind: 'status', status: 429 }],
		['a 502 with a page', { kind: 'html', status: 502 }],
		['a part of it', { kind: 'partial', bytes: 1_000 }],
		['a 403, since it is not there yet', { kind: 'empty', status: 403 }],
		['a 404, since it is not there yet', { kind: 'html', status: 404 }],
		['a 409, since it is not there yet', { kind: 'status', status: 409 }],
		['a 202, since it is not there yet', { kind: 'empty', status: 202 }],
		['a 400, since it is not there yet', { kind: 'status', status: 400 }],
		[
			'JSON that says so',
			{
				kind: 'status',
				status: 200,
				body: { error: { code: 'video_not_ready', message: 'wait' } },
			},
		],
	];

	test.concurrent('takes no file whose end is missing', async () => {
		await withVideos({}, async ({ simulator, execute }) => {
			simulator.inject({ route: 'video', fault: { kind: 'shortFile', bytes: 5_000 } });
			const finished = await execute(createNode(DOWNLOAD));
			expect(await digestFile(fileOf(finished))).toBe(SAMPLE_SHA256);
			expect(downloads(simulator)).toHaveLength(2);
		});
	});

	test.concurrent.each(
		inBothModes([
			['gzip that nobody asked for', { kind: 'gzip' }],
			['a type that says nothing', { kind: 'contentType', value: 'application/octet-stream' }],
			['a type in capitals', { kind: 'contentType', value: 'Video/MP4' }],
			['the type of a page', { kind: 'contentType', value: 'text/html' }],
			['the type of JSON', { kind: 'contentType', value: 'application/json' }],
			['a part that is all of it', { kind: 'partial', bytes: sampleMp4.length }],
		] as Array<[string, Fault]>),
	)('is content, with files in %s, with %s', async (mode, _case, fault) => {
		await withBinaryMode(mode, async () => {
			await withVideos({}, async ({ simulator, execute }) => {
				simulator.inject({ route: 'video', fault });
				const finished = await execute(createNode(DOWNLOAD));
				expect(fileOf(finished)).toMatchObject({ mimeType: 'video/mp4', fileExtension: 'mp4' });
				expect(await digestFile(fileOf(finished))).toBe(SAMPLE_SHA256);
				expect(downloads(simulator)).toHaveLength(1);
			});
		});
	});

	const slow: Array<[string, Fault]> = [
		['drips', { kind: 'drip', everyMs: 400 }],
		['falls silent after the head', { kind: 'headersOnly' }],
		['never answers', { kind: 'hang' }],
	];

	test.concurrent.each(inBothModes(slow))(
		'starts again, with files in %s, when the host %s',
		async (mode, _case, fault) => {
			await withBinaryMode(mode, async () => {
				await withVideos({}, async ({ simulator, execute }) => {
					simulator.inject({ route: 'video', fault });
					const node = createNode({ ...DOWNLOAD, requestOptions: { timeout: 6_000 } });
					const finished = await execute(node);
					expect(await digestFile(fileOf(finished))).toBe(SAMPLE_SHA256);
					expect(downloads(simulator)).toHaveLength(2);
					expect(downloads(simulator)[0]?.abortedByClient).toBe(true);
				});
			});
		},
	);

	test.concurrent('goes on while the bytes come, however long that takes', async () => {
		await withVideos({ video: { bytes: 100_000 } }, async ({ simulator, execute }) => {
			simulator.inject({ route: 'video', fault: { kind: 'slowBody', ms: 6_000 } });
			const finished = await execute(
				createNode({ ...DOWNLOAD, requestOptions: { timeout: 2_000 } }),
			);
			expect(await digestFile(fileOf(finished))).toBe(
				generatedVideoSha256(idOf(simulator), 100_000),
			);
			expect(downloads(simulator)).toHaveLength(1);
		});
	});

	test.concurrent.each(inBothModes(slow))(
		'takes no longer than Max Wait, with files in %s, when the host %s',
		async (mode, _case, fault) => {
			await withBinaryMode(mode, async () => {
				await withVideos({}, async ({ simulator, execute, retry }) => {
					simulator.inject({ route: 'video', fault, times: 2 });
					const node = createNode({ ...DOWNLOAD, options: { maxWait: 3 } });
					const begun = Date.now();
					const failed = await execute(node);
					// Without the bound, five tries of up to a minute each.
					expect(Date.now() - begun).toBeLessThan(60_000);
					expect(failed.error?.message).toBe(
						`The video is finished, but could not be downloaded [request ID ${idOf(simulator)}]`,
					);
					expect(failed.error?.description).toContain("'Max Wait'");
					simulator.inject({ route: 'video', fault: { kind: 'contentType', value: 'video/mp4' } });
					const again = await retry(
						createNode({ ...DOWNLOAD, requestOptions: { timeout: 6_000 } }),
						failed,
					);
					expect(await digestFile(fileOf(again))).toBe(SAMPLE_SHA256);
				});
			});
		},
	);

	test.concurrent.each(inBothModes(passing))(
		'starts again, with files in %s, after %s',
		async (mode, _case, fault) => {
			await withBinaryMode(mode, async () => {
				await withVideos({ video: { bytes: 1_000_000 } }, async ({ simulator, execute }) => {
					simulator.inject({ route: 'video', fault });
					const finished = await execute(createNode(DOWNLOAD));
					expect(await digestFile(fileOf(finished))).toBe(
						generatedVideoSha256(idOf(simulator), 1_000_000),
					);
					expect(downloads(simulator)).toHaveLength(2);
					expect(downloads(simulator)[1]?.headers).not.toHaveProperty('range');
				});
			});
		},
	);

	test.concurrent.each(inBothModes([[]]))(
		'ends at once on Stop, and sends nothing more, with files in %s',
		async (mode) => {
			await withBinaryMode(mode, async () => {
				await withVideos({ video: { bytes: 1_000_000 } }, async ({ simulator, start }) => {
					simulator.inject({ route: 'video', fault: { kind: 'slowBody', ms: 20_000 } });
					const retrying = { retryOnFail: true, maxTries: 2, waitBetweenTries: 50 };
					const { finished, stop } = await start(createNode(DOWNLOAD, retrying));
					await until(() => downloads(simulator).length > 0);
					await sleep(300);
					const requestsAtStop = simulator.requests.length;
					stop();
					expect(await ticksUntil(finished)).toBeLessThan(AT_ONCE_TICKS);
					const { status } = await finished;
					expect(status).toBe('canceled');
					await sleep(1_500);
					expect(simulator.requests).toHaveLength(requestsAtStop);
					expect(downloads(simulator)[0]?.abortedByClient).toBe(true);
				});
			});
		},
	);

	test.concurrent.each([
		['a name with folders', '../../a/b.mp4', 'b.mp4'],
		['a name without an ending', 'candle', 'candle'],
	])('keeps to a file name: %s', async (_case, fileName, expected) => {
		await withVideos({}, async ({ execute }) => {
			const finished = await execute(createNode({ ...DOWNLOAD, options: { fileName } }));
			expect(fileOf(finished)).toMatchObject({ fileName: expected, mimeType: 'video/mp4' });
		});
	});

	test.concurrent('ends at once on Stop between two tries', async () => {
		await withVideos({}, async ({ simulator, start }) => {
			const fault = { kind: 'status', status: 503 } as const;
			simulator.inject({ route: 'video', fault, times: Infinity });
			const { finished, stop } = await start(createNode(DOWNLOAD));
			await until(() => downloads(simulator)[1]?.endedAt !== undefined);
			await sleep(200);
			stop();
			expect(await ticksUntil(finished)).toBeLessThan(AT_ONCE_TICKS);
			expect((await finished).status).toBe('canceled');
			await sleep(2_500);
			expect(downloads(simulator)).toHaveLength(2);
		});
	});

	const final: Array<[string, JobPlan, Fault | undefined, string]> = [
		['a 410', {}, { kind: 'empty', status: 410 }, 'has expired (HTTP 410)'],
		['a page', {}, { kind: 'html', status: 200 }, 'sent text/html; charset=utf-8 instead'],
		[
			'JSON, with its words',
			{},
			{ kind: 'status', status: 200, body: { message: 'No such bucket' } },
			'sent application/json; charset=utf-8 instead of a video: No such bucket',
		],
		[
			'a playlist',
			{},
			{ kind: 'status', status: 200, body: '#EXTM3U\n#EXT-X-VERSION:3', contentType: 'video/mp4' },
			'sent text instead of a video: #EXTM3U',
		],
		[
			'a refusal, with its words',
			{},
			{ kind: 'status', status: 401, body: { message: 'Sign in' } },
			'answered HTTP 401: Sign in',
		],
		['an SVG', {}, otherFile('svg'), 'sent image/svg+xml instead of a video'],
		['a script', {}, otherFile('script'), 'sent text/javascript instead of a video'],
		[
			'a script under a name that says nothing',
			{},
			{ ...otherFile('script'), contentType: 'application/octet-stream' },
			'sent text instead of a video',
		],
		[
			'a script under the name of a video',
			{},
			{ ...otherFile('script'), contentType: 'video/mp4' },
			'sent text instead of a video',
		],
	];

	test.concurrent(
		'says after some 20 s that a link has expired',
		async () => {
			await withVideos({ linkSeconds: 0 }, async ({ simulator, execute }) => {
				const { error } = await execute(createNode(DOWNLOAD));
				expect(error?.description).toContain('The link to the video has expired (HTTP 403)');
				expect(error?.description).toContain(`/videos/${idOf(simulator)}.mp4`);
				const [first, ...later] = downloads(simulator).map(({ at }) => at);
				const patience = Number(later.at(-1)) - Number(first);
				expect(patience).toBeGreaterThan(18_000);
				expect(patience).toBeLessThan(25_000);
			});
		},
		40_000,
	);

	test.concurrent.each(final)('is not tried again after %s', async (_case, plan, fault, reason) => {
		await withVideos(plan, async ({ simulator, execute }) => {
			if (fault) simulator.inject({ route: 'video', fault, times: Infinity });
			const { error } = await execute(createNode(DOWNLOAD));
			const requestId = idOf(simulator);
			expect(error?.message).toContain(`[request ID ${requestId}]`);
			expect(error?.description).toContain(reason);
			expect(error?.description).toContain(`/videos/${requestId}.mp4`);
			expect(downloads(simulator)).toHaveLength(1);
		});
	});

	test.concurrent('goes after a redirect of the host', async () => {
		await withVideos({ videoUrl: 'redirect' }, async ({ simulator, execute }) => {
			const finished = await execute(createNode(DOWNLOAD));
			expect(await digestFile(fileOf(finished))).toBe(SAMPLE_SHA256);
			const media = simulator.requests.filter(({ host }) => host === 'media');
			expect(media.map(({ route }) => route)).toEqual(['redirect', 'video']);
		});
	});

	test.concurrent('goes after a redirect to another host, and back to the API', async () => {
		await withVideos({}, async ({ simulator, execute }) => {
			const elsewhere = `${simulator.url}/v1/models`;
			simulator.inject({
				route: 'video',
				fault: { kind: 'redirect', status: 307, location: elsewhere },
			});
			const { error } = await execute(createNode(DOWNLOAD));
			expect(error?.description).toContain('answered HTTP 401');
			expect(simulator.requestsTo('models')).toHaveLength(1);
			expect(simulator.requestsTo('models')[0]?.headers).not.toHaveProperty('authorization');
		});
	});

	test.concurrent.each(['file:///etc/passwd', 'ftp://127.0.0.1/a.mp4', 'data:video/mp4;base64,AA'])(
		'fetches web addresses only, and no %s',
		async (url) => {
			await withVideos({}, async ({ simulator, execute }) => {
				const body = { status: 'done', video: { url } };
				const fault = { kind: 'status', status: 200, body } as const;
				simulator.inject({ route: 'status', fault, times: Infinity });
				const finished = await execute(createNode({ ...DOWNLOAD, options: { maxWait: 1 } }));
				expect(finished.error?.message).toContain('where it is');
				expect(simulator.requests.filter(({ host }) => host === 'media')).toEqual([]);
			});
		},
	);

	test.concurrent('that was refused does not pay twice with "Retry On Fail"', async () => {
		await withVideos({}, async ({ simulator, execute }) => {
			simulator.inject({ route: 'video', fault: { kind: 'html', status: 200 } });
			const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
			const finished = await execute(createNode(DOWNLOAD, retrying));
			expect(await digestFile(fileOf(finished))).toBe(SAMPLE_SHA256);
			expect(downloads(simulator)).toHaveLength(2);
		});
	});

	test.concurrent('that was refused can be had later with Get Status', async () => {
		await withVideos({}, async ({ simulator, execute }) => {
			simulator.inject({ route: 'video', fault: { kind: 'html', status: 200 } });
			const lenient = { onError: 'continueRegularOutput' } as const;
			const [json] = jsonOf(await execute(createNode(DOWNLOAD, lenient)));
			const requestId = idOf(simulator);
			const url = `${simulator.mediaUrl}/videos/${requestId}.mp4`;
			expect(json).toMatchObject({
				request_id: requestId,
				status: 'done',
				video: { url },
				error: { message: expect.stringContaining(url), request_id: requestId, status: 'done' },
			});
			const later = await execute(getStatusNode(DOWNLOAD), itemsOf({ request_id: requestId }));
			expect(await digestFile(fileOf(later))).toBe(SAMPLE_SHA256);
		});
	});

	test.concurrent('that was refused tells id and address at the error output', async () => {
		await withVideos({}, async ({ simulator, execute }) => {
			simulator.inject({ route: 'video', fault: { kind: 'html', status: 200 } });
			const node = createNode(DOWNLOAD, { onError: 'continueErrorOutput' });
			const requestId = () => idOf(simulator);
			const items = jsonOf(await execute(node), 1);
			expect(items).toEqual([
				{
					error: expect.objectContaining({
						message: expect.stringContaining(`/videos/${requestId()}.mp4`),
						request_id: requestId(),
					}),
				},
			]);
		});
	});

	test.concurrent.each([
		['a pending job', { seconds: 600 }],
		['a moderated job', { outcome: 'moderated', shape: 'flat' }],
		['a failed job', { outcome: 'failed' }],
	] as const)('leaves the item of %s as it is', async (_case, plan) => {
		await withVideos(plan, async ({ simulator, execute }) => {
			await execute(createNode({ waitForCompletion: false }));
			const requestId = idOf(simulator);
			await until(() => simulator.runningJobs() === 0 || 'seconds' in plan);
			const finished = await execute(getStatusNode({ ...DOWNLOAD, requestId }));
			expect(finished.status).toBe('success');
			expect(finished.outputs[0]?.[0]).not.toHaveProperty('binary');
			expect(simulator.requests.filter(({ host }) => host === 'media')).toEqual([]);
		});
	});

	test.concurrent('does nothing while Create does not wait, or time is up', async () => {
		await withVideos({ seconds: 600 }, async ({ simulator, execute }) => {
			const options = { maxWait: 1, onTimeout: 'return' };
			const finished = await execute(createNode({ ...DOWNLOAD, options }));
			expect(jsonOf(finished)).toEqual([expect.objectContaining({ status: 'pending' })]);
			expect(simulator.requests.filter(({ host }) => host === 'media')).toEqual([]);
		});
	});

	test.concurrent('puts the file under data when the name of the field is empty', async () => {
		await withVideos({}, async ({ execute }) => {
			const node = createNode({ ...DOWNLOAD, outputDataFieldName: '={{ " " }}' });
			expect(fileOf(await execute(node))).toMatchObject({ mimeType: 'video/mp4' });
		});
	});

	// Runs when the others have ended: they share one folder.
	test('leaves no unfinished file behind', () => {
		expect(unfinishedFiles()).toEqual([]);
	});
});
