/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { execute } from './engine.ts';
import { createNode, itemsOf, jsonOf, withScene } from './scene.ts';

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const SUBMIT = createNode({ waitForCompletion: false });

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
