/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import { sleep } from 'n8n-workflow';

import { CometApiVideo } from '../../nodes/CometApiVideo/CometApiVideo.node';
import { startSimulator, type Fault } from '../simulator/simulator.ts';
import { execute, listModels, start } from './engine.ts';
import { createNode, getStatusNode, itemsOf, jsonOf, until, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const SHORT = { requestOptions: { timeout: 1_000 } };

/** Generous: the bounds below are seconds, without them nothing ends at all. */
const BOUND_MS = 25_000;

async function within<T>(promise: Promise<T>): Promise<T> {
	const late = sleep(BOUND_MS).then(() => {
		throw new Error(`still running after ${BOUND_MS} ms`);
	});
	return await Promise.race([promise, late]);
}

const ENDLESS: Fault[] = [
	{ kind: 'drip', everyMs: 200 },
	{ kind: 'headersOnly' },
	{ kind: 'hang' },
	{ kind: 'huge', bytes: Infinity },
];

describe('An answer without an end', () => {
	test.concurrent.each(['drip', 'headersOnly', 'huge'] as const)(
		'to a poll (%s) is asked for again, within Max Wait',
		async (kind) => {
			await withScene(QUICK, async ({ simulator, execute: run }) => {
				const fault = {
					drip: { kind, everyMs: 200 },
					headersOnly: { kind },
					huge: { kind, bytes: Infinity },
				}[kind] as Parameters<typeof simulator.inject>[0]['fault'];
				simulator.inject({ route: 'status', times: 1, fault });
				const [json] = jsonOf(await within(run(createNode(SHORT))));
				expect(json?.status).toBe('done');
			});
		},
	);

	const lists = Object.keys(new CometApiVideo().methods.listSearch).flatMap((method) =>
		ENDLESS.map((fault) => [method, fault.kind, fault] as const),
	);

	test.concurrent.each(lists)(
		'to the list of models is left, and the known ones are listed: %s, %s',
		async (method, _kind, fault) => {
			await withScene(QUICK, async ({ simulator, credential }) => {
				simulator.inject({ times: Infinity, fault });
				const { results } = await within(listModels(createNode(), credential, { method }));
				expect(results.length).toBeGreaterThan(1);
				await until(() => simulator.requests.every((request) => request.abortedByClient));
			});
		},
	);

	test.concurrent('to every poll ends the wait at Max Wait', async () => {
		await withScene(QUICK, async ({ simulator, execute: run }) => {
			simulator.inject({
				route: 'status',
				times: Infinity,
				fault: { kind: 'drip', everyMs: 200 },
			});
			const node = createNode({ ...SHORT, options: { maxWait: 3 } });
			const { error } = await within(run(node));
			expect(error?.message).toContain('Not finished after 3 seconds');
		});
	});

	test.concurrent('to every poll does so without a time-out of the user, too', async () => {
		await withScene(QUICK, async ({ simulator, execute: run }) => {
			simulator.inject({ route: 'status', times: Infinity, fault: { kind: 'hang' } });
			const { error } = await within(run(createNode({ options: { maxWait: 3 } })));
			expect(error?.message).toContain('Not finished after 3 seconds');
		});
	});

	test.concurrent(
		'to a submit: an id in what came is taken, and nothing is paid again',
		async () => {
			await withScene(QUICK, async ({ simulator, execute: run }) => {
				simulator.inject({
					route: 'submit',
					fault: { kind: 'huge', bytes: 50e6, afterHandler: true },
				});
				const [json] = jsonOf(await within(run(createNode())));
				expect(json?.request_id).toBe(simulator.jobs[0]?.requestId);
				expect(simulator.jobs).toHaveLength(1);
			});
		},
	);

	test.concurrent('of a hundred MB takes no more memory than some', async () => {
		await withScene(QUICK, async ({ simulator, execute: run }) => {
			const fault = { kind: 'huge' as const, bytes: 100e6 };
			simulator.inject({ route: 'status', times: 1, fault });
			const before = process.memoryUsage().arrayBuffers;
			const [json] = jsonOf(await within(run(createNode(SHORT))));
			expect(json?.status).toBe('done');
			expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60e6);
		});
	});
});

describe('A credential that n8n does not give', () => {
	test.concurrent('ends a submit with nothing owed, within its time-out', async () => {
		await withScene(QUICK, async ({ simulator, credential }) => {
			let reads = 0;
			const readMs = () => (reads++ === 0 ? 0 : 3_600_000);
			const { finished, stop } = await start({ video: createNode() }, itemsOf({}), {
				...credential,
				readMs,
			});
			await sleep(500);
			stop();
			const { status } = await within(finished);
			expect(status).toBe('canceled');
			expect(simulator.requests).toEqual([]);
		});
	});

	test.concurrent('does not keep a wait beyond Max Wait', async () => {
		await withScene(QUICK, async ({ simulator, credential, execute: run }) => {
			const [submitted] = jsonOf(await run(createNode({ waitForCompletion: false })));
			let reads = 0;
			const readMs = () => (reads++ === 0 ? 0 : 3_600_000);
			const node = getStatusNode({
				...SHORT,
				requestId: String(submitted?.request_id),
				waitForCompletion: true,
				options: { maxWait: 2 },
			});
			const finished = await within(
				execute({ video: node }, itemsOf({}), { ...credential, readMs }),
			);
			expect(finished.error?.message).toContain('Not finished after 2 seconds');
			expect(simulator.requestsTo('status')).toEqual([]);
		});
	});
});

describe('One execution', () => {
	test.concurrent('is not held up by another one whose server drips', async () => {
		const dripping = await startSimulator(QUICK);
		try {
			dripping.inject({
				route: 'submit',
				times: Infinity,
				fault: { kind: 'drip', everyMs: 300 },
			});
			const png = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
			const withImage = { imageSource: 'url', imageUrl: `data:image/png;base64,${png}` };
			const hanging = await start({ video: createNode(withImage) }, itemsOf({}, {}, {}, {}), {
				apiKey: dripping.apiKey,
				baseUrl: dripping.url,
			});
			await until(() => dripping.requestsTo('submit').length > 0);
			await withScene(QUICK, async ({ execute: run }) => {
				const items = itemsOf({}, {}, {});
				const finished = await within(run(createNode(withImage), items));
				expect(jsonOf(finished).map(({ status }) => status)).toEqual(['done', 'done', 'done']);
			});
			hanging.stop();
			await hanging.finished;
		} finally {
			await dripping.close();
		}
	});
});
