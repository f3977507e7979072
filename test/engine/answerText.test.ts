/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import { createNode, jsonOf, withScene } from './scene.ts';

describe('An answer as its bytes came', () => {
	test.concurrent('keeps every digit of an id that JavaScript would round', async () => {
		await withScene({}, async ({ simulator, execute }) => {
			const note = 'see "id": 1234567890123456789, there';
			const body = `{"request_id": 1234567890123456789, "note": ${JSON.stringify(note)}}`;
			simulator.inject({ route: 'submit', fault: { kind: 'status', status: 200, body } });
			const [json] = jsonOf(
				await execute(
					createNode({ waitForCompletion: false, options: { includeRawResponse: true } }),
				),
			);
			expect(json?.request_id).toBe('1234567890123456789');
			expect(json?.raw).toHaveProperty('note', note);
		});
	});

	test.concurrent('is read after a byte order mark', async () => {
		await withScene({}, async ({ simulator, execute }) => {
			const body = '\ufeff{"status": "done", "video": {"url": "https://example.com/a.mp4"}}';
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body } });
			const [json] = jsonOf(await execute(createNode()));
			expect(json?.status).toBe('done');
			expect(simulator.requestsTo('status')).toHaveLength(1);
		});
	});

	test.concurrent('that is nested too deeply to be stored is not put into the item', async () => {
		await withScene({}, async ({ simulator, execute }) => {
			const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
			const video = '{"url": "https://example.com/a.mp4"}';
			const body = `{"status": "done", "video": ${video}, "usage": {"deep": ${deep}}}`;
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body } });
			const finished = await execute(createNode({ options: { includeRawResponse: true } }));
			expect(jsonOf(finished)[0]).toMatchObject({ status: 'done', raw: 'a deeply nested answer' });
			expect(JSON.stringify(finished.run.data).length).toBeLessThan(100_000);
		});
	});

	test.concurrent('is quoted in part where it tells a failure in endless words', async () => {
		await withScene({}, async ({ simulator, execute }) => {
			const error = { code: 'invalid_argument', message: 'x'.repeat(3e6) };
			const body = { status: 'failed', error };
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body } });
			const failed = await execute(createNode());
			expect(failed.error?.message).toContain('The video was refused');
			expect(failed.error?.description?.length).toBeLessThan(1_000);
		});
	});
});
