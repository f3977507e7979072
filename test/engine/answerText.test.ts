/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import type { Fault } from '../simulator/faults.ts';
import { execute, logLines } from './engine.ts';
import { createNode, itemsOf, jsonOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const SUBMIT = createNode({ waitForCompletion: false });

describe('An answer as its bytes came', () => {
	test.concurrent('keeps every digit of an id that JavaScript would round', async () => {
		await withScene({}, async ({ simulator, execute: run }) => {
			const note = 'see "id": 1234567890123456789, there';
			const body = `{"request_id": 1234567890123456789, "note": ${JSON.stringify(note)}}`;
			simulator.inject({ route: 'submit', fault: { kind: 'status', status: 200, body } });
			const [json] = jsonOf(
				await run(createNode({ waitForCompletion: false, options: { includeRawResponse: true } })),
			);
			expect(json?.request_id).toBe('1234567890123456789');
			expect(json?.raw).toHaveProperty('note', note);
		});
	});

	test.concurrent('is read after a byte order mark', async () => {
		await withScene({}, async ({ simulator, execute: run }) => {
			const body = '\ufeff{"status": "done", "video": {"url": "https://example.com/a.mp4"}}';
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body } });
			const [json] = jsonOf(await run(createNode()));
			expect(json?.status).toBe('done');
			expect(simulator.requestsTo('status')).toHaveLength(1);
		});
	});

	test.concurrent('that is nested too deeply to be stored is not put into the item', async () => {
		await withScene({}, async ({ simulator, execute: run }) => {
			const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
			const video = '{"url": "https://example.com/a.mp4"}';
			const body = `{"status": "done", "video": ${video}, "usage": {"deep": ${deep}}}`;
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body } });
			const finished = await run(createNode({ options: { includeRawResponse: true } }));
			expect(jsonOf(finished)[0]).toMatchObject({ status: 'done', raw: 'a deeply nested answer' });
			expect(JSON.stringify(finished.run.data).length).toBeLessThan(100_000);
		});
	});

	test.concurrent('is quoted in part where it tells a failure in endless words', async () => {
		await withScene({}, async ({ simulator, execute: run }) => {
			const error = { code: 'invalid_argument', message: 'x'.repeat(3e6) };
			const body = { status: 'failed', error };
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body } });
			const failed = await run(createNode());
			expect(failed.error?.message).toContain('The video was refused');
			expect(failed.error?.description?.length).toBeLessThan(1_000);
		});
	});
});

describe('The id in the answer to a submit is kept', () => {
	const idOf = (normal: unknown) => String(Object(normal).request_id);

	test.concurrent.each([
		['as data itself', (normal: unknown) => ({ code: 'success', data: idOf(normal) })],
		['as data.taskId', (normal: unknown) => ({ data: { taskId: idOf(normal) } })],
		['under id', (normal: unknown) => ({ id: idOf(normal) })],
	])('%s', async (_name, body) => {
		await withScene(QUICK, async ({ simulator, execute: run }) => {
			simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body } });
			const [json] = jsonOf(await run(SUBMIT));
			expect(json?.request_id).toBe(simulator.jobs[0]?.requestId);
		});
	});

	test.concurrent('beside 5,000 levels of nesting', async () => {
		await withScene(QUICK, async ({ simulator, execute: run }) => {
			const body = `{"more":${'['.repeat(5_000)}${']'.repeat(5_000)},"request_id":"deep"}`;
			simulator.inject({ route: 'submit', fault: { kind: 'status', status: 200, body } });
			expect(jsonOf(await run(SUBMIT))[0]?.request_id).toBe('deep');
		});
	});

	test.concurrent('as a number', async () => {
		await withScene(QUICK, async ({ simulator, execute: run }) => {
			const body = () => ({ request_id: 1234567890123 });
			simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body } });
			expect(jsonOf(await run(SUBMIT))[0]?.request_id).toBe('1234567890123');
		});
	});

	test.concurrent.each(['half', 'afterId'] as const)('in JSON that is cut (%s)', async (cut) => {
		await withScene(QUICK, async ({ simulator, execute: run }) => {
			simulator.inject({ route: 'submit', fault: { kind: 'truncatedJson', cut } });
			const finished = await run(SUBMIT);
			// Half of a short answer has no whole id: then nobody knows, and nothing is sent again.
			const id = jsonOf(finished)[0]?.request_id;
			if (cut === 'afterId') expect(id).toBe(simulator.jobs[0]?.requestId);
			else expect(finished.error?.message).toContain('unclear whether');
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('as it came, as is the link, though a short key stands in them', async () => {
		await withScene({ ...QUICK, apiKey: 'cometapi' }, async ({ simulator, credential }) => {
			const body = () => ({ request_id: 'cometapi-7f31', note: 'key cometapi' });
			simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body } });
			const url = 'https://cdn.cometapi.com/cometapi.mp4';
			const done = { status: 'done', video: { url }, note: 'key cometapi' };
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body: done } });
			const node = createNode({ options: { includeRawResponse: true } });
			const finished = await execute({ video: node }, itemsOf({}), credential);
			const [poll] = simulator.requestsTo('status');
			expect(poll?.path).toBe('/grok/v1/videos/cometapi-7f31');
			expect(jsonOf(finished)[0]).toMatchObject({
				request_id: 'cometapi-7f31',
				video: { url },
				raw: { note: 'key ***' },
			});
		});
	});

	test.concurrent.each(['a b', '..', 'x'.repeat(1_001), '', null, 1.5])(
		'but not %j, which can be none: nobody knows then',
		async (request_id) => {
			await withScene(QUICK, async ({ simulator, execute: run }) => {
				const body = () => ({ request_id });
				simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body } });
				expect((await run(SUBMIT)).error?.message).toContain('unclear whether');
				expect(simulator.jobs).toHaveLength(1);
			});
		},
	);
});

const ANSWERS: Array<[string, Fault & { kind: 'status' }, string]> = [
	['a 500 with nothing but it', { kind: 'status', status: 500, body: { task_id: 't-7' } }, 't-7'],
	['a 409 beside words', { kind: 'status', status: 409, body: { msg: 'twice', id: 't-7' } }, 't-7'],
	[
		'a 502 beside words, in a place of its own',
		{ kind: 'status', status: 502, body: { error: { message: 'late', job: 't-7' } } },
		't-7',
	],
	[
		'an acceptance beside words, in a place of its own',
		{ kind: 'status', status: 200, body: { code: 0, message: 'ok', result: { job: 't-7' } } },
		't-7',
	],
	[
		'a 500 beside a long error',
		{
			...{ kind: 'status', status: 500 },
			body: { error: { message: 'so long '.repeat(80), code: 'e' }, task_id: 't-7' },
		},
		't-7',
	],
	['a 499 with nothing but it', { kind: 'status', status: 499, body: { task_id: 't-7' } }, 't-7'],
	[
		'a 303 as the address of the job',
		{ kind: 'status', status: 303, body: '', headers: { Location: '/grok/v1/videos/t-7' } },
		'/grok/v1/videos/t-7',
	],
];

describe('An answer that leaves the fate of a submit unknown', () => {
	test.concurrent.each(ANSWERS)('shows the id in %s', async (_name, fault, shown) => {
		await withScene({}, async ({ simulator, execute: run, retry }) => {
			simulator.inject({ route: 'submit', fault });
			const node = createNode();
			const failed = await run(node);
			const again = await retry(node, failed);
			for (const { error } of [failed, again]) {
				expect(error?.message).toContain('unclear whether');
				expect(error?.description).toContain(shown);
			}
			expect(simulator.requestsTo('submit')).toHaveLength(1);
			expect(logLines.filter((line) => line.includes(shown)).join()).toContain('not known');
		});
	});

	test.concurrent('says its words once, and what an empty one came with', async () => {
		await withScene({}, async ({ simulator, execute: run }) => {
			simulator.inject({ route: 'submit', fault: { kind: 'status', status: 502 } });
			const told = await run(createNode());
			expect(told.error?.description?.match(/simulated HTTP 502/g)).toHaveLength(1);
			simulator.inject({ route: 'submit', fault: { kind: 'empty', status: 204 } });
			const empty = await run(createNode());
			expect(empty.error?.description).toContain('HTTP status 204.');
		});
	});
});
