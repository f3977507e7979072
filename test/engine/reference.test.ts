/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import type { INodeParameters } from 'n8n-workflow';

import { speedUpClock } from './fastClock.ts';
import { logFields, logLines } from './engine.ts';
import { FAMILIES } from './families.ts';
import {
	createNode,
	editNode,
	finishJobs,
	getStatusNode,
	itemsOf,
	jsonOf,
	until,
	withScene,
} from './scene.ts';

speedUpClock(20);

const QUICK = { plan: () => ({ seconds: 0.1 }) };
const NAMED: INodeParameters = { options: { reference: '={{ $json.row }}' } };

/** An unknown ID is believed, and a lost video of Kling's given up, only when it lasts. */
const LASTS_MS = 120_000;

/** What n8n's log has about it. */
function logged(text: unknown) {
	const indexes = [...logLines.keys()].filter((index) => logLines[index]?.includes(String(text)));
	return indexes.map((index) => ({ line: logLines[index], fields: logFields[index] }));
}

describe.each(FAMILIES)('A reference of $family', ({ create, lookUp }) => {
	test.concurrent('is in the output and the log, and not sent', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const finished = await execute(create(NAMED), itemsOf({ row: 'row 7' }));
			const [item = {}] = jsonOf(finished);
			expect(item.reference).toBe('row 7');
			expect(Object.keys(item).slice(0, 3)).toEqual(['request_id', 'status', 'reference']);
			expect(JSON.stringify(simulator.jobs[0]?.body)).not.toContain('row 7');
			const requestId = simulator.jobs[0]?.requestId;
			const fields = {
				request_id: requestId,
				...lookUp,
				model: simulator.jobs[0]?.model,
				workflow: 'A workflow',
				workflow_id: 'workflow',
				execution: expect.stringMatching(/^\d+$/),
				node: 'Video',
				item: 1,
				reference: 'row 7',
			};
			const [line, ...others] = logged(requestId);
			expect(others).toEqual([]);
			expect(line).toEqual({
				line: expect.stringMatching(
					/^CometAPI accepted a video: request ID \S+, resource ".+", model ".+", workflow "A workflow", workflow ID workflow, execution \d+, node "Video", item 1, reference "row 7"$/,
				),
				fields,
			});
			expect(finished.run.data.resultData.metadata).toEqual({
				cometapi_video_request_ids: `${requestId} (row 7)`,
			});
		});
	});

	test.concurrent(
		'is with a submit of unknown fate, whose status is unknown',
		async () => {
			await withScene(QUICK, async ({ simulator, execute }) => {
				const reference = `unknown ${lookUp.resource}`;
				const body = { message: 'gone\nCometAPI accepted a video: request ID forged' };
				simulator.inject({ route: 'submit', fault: { kind: 'status', status: 502, body } });
				simulator.inject({ route: 'status', fault: { kind: 'status', status: 404 }, times: 9 });
				const node = create(NAMED, { onError: 'continueErrorOutput' });
				const finished = await execute(node, itemsOf({ row: reference, status: 'mine' }));
				expect(jsonOf(finished, 1)).toEqual([
					{
						row: reference,
						status: 'mine',
						error: {
							message: expect.stringContaining(`[reference ${reference}]`),
							status: 'unknown',
							reference,
							failure: { code: 'server_error', message: body.message },
						},
					},
				]);
				const [line, ...others] = logged(reference);
				expect(others).toEqual([]);
				expect(line).toEqual({
					line: expect.stringMatching(
						/^It is not known whether .+, answer "gone\\nCometAPI .+, item 1, reference ".+"$/,
					),
					fields: {
						resource: lookUp.resource,
						model: expect.any(String),
						reason: 'serverError',
						http_status: 502,
						answer: body.message,
						...{
							workflow: 'A workflow',
							workflow_id: 'workflow',
							node: 'Video',
							item: 1,
							reference,
						},
						execution: expect.any(String),
					},
				});
			});
		},
		LASTS_MS,
	);
});

describe('A reference', () => {
	test.concurrent('is no part of what makes two videos one', async () => {
		await withScene({ plan: () => ({ seconds: 600 }) }, async ({ simulator, execute, retry }) => {
			const options = { maxWait: 1, reference: 'before' };
			const failed = await execute(createNode({ options }));
			expect(failed.error?.message).toContain('[reference before]');
			finishJobs(simulator);
			const retried = await retry(createNode({ options: { reference: 'after' } }), failed);
			expect(jsonOf(retried)).toEqual([
				expect.objectContaining({ request_id: simulator.jobs[0]?.requestId, reference: 'after' }),
			]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.concurrent('of an edit is in its output', async () => {
		await withScene(QUICK, async ({ execute }) => {
			const [item] = jsonOf(await execute(editNode(NAMED), itemsOf({ row: 12 })));
			expect(item?.reference).toBe('12');
		});
	});

	test.concurrent('is in the error of its item, and beside the ids of the others', async () => {
		const plan = ({ body }: { body: { prompt?: unknown } }) => ({
			seconds: 0.1,
			...(body.prompt === 'rude' && { outcome: 'failed' as const }),
		});
		await withScene({ plan }, async ({ simulator, execute }) => {
			const node = createNode({ ...NAMED, prompt: '={{ $json.idea }}' });
			const items = itemsOf({ row: 'a', idea: 'kind' }, { row: 'b', idea: 'rude' });
			const { error, run } = await execute(node, items);
			const idOf = (idea: string) =>
				simulator.jobs.find(({ body }) => body.prompt === idea)?.requestId;
			expect(error?.message).toBe(
				`The video could not be made [request ID ${idOf('rude')}] [item 2 of 2] [reference b]`,
			);
			expect(error?.description).toContain(`item 1 (a): ${idOf('kind')}`);
			expect(JSON.stringify(run.data.resultData.error)).toContain('"reference":"b"');
		});
	});

	test.concurrent.each([
		['continueRegularOutput', 0],
		['continueErrorOutput', 1],
	] as const)('is in what continues on fail, also unsent: %s', async (onError, output) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const node = createNode({ ...NAMED, duration: '={{ $json.seconds }}' }, { onError });
			const finished = await execute(node, itemsOf({ row: 'c', seconds: 99 }));
			const error = {
				message: expect.stringContaining('15 [reference c]. '),
				reference: 'c',
			};
			expect(jsonOf(finished, output)[0]).toMatchObject({ error });
			expect(Object.keys(Object(jsonOf(finished, output)[0]?.error))).toEqual(Object.keys(error));
			if (output === 0) expect(jsonOf(finished)[0]).toEqual({ reference: 'c', error });
			expect(simulator.jobs).toHaveLength(0);
		});
	});

	test.concurrent.each([
		['two\r\nlines\u2028and\tmore ', 'two lines and more'],
		[12, '12'],
		['', undefined],
		[null, undefined],
	])('%j is taken as %j', async (row, reference) => {
		await withScene(QUICK, async ({ execute }) => {
			expect(jsonOf(await execute(createNode(NAMED), itemsOf({ row })))[0]?.reference).toBe(
				reference,
			);
		});
	});

	test.concurrent.each([
		['x'.repeat(101), "'Reference' must have at most 100 characters"],
		[{ id: 1 }, "'Reference' must be text"],
	])('that is no short text is refused for all items: %#', async (row, message) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const { error } = await execute(createNode(NAMED), itemsOf({ row: 'a' }, { row }));
			expect(error?.message).toContain(message);
			expect(simulator.jobs).toHaveLength(0);
		});
	});

	test.concurrent('finds no room in the custom data when there are too many ids', async () => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const rows = Array.from({ length: 10 }, (_, index) => ({ row: `row ${index}` }));
			const { run } = await execute(createNode(NAMED), itemsOf(...rows));
			const kept = String(run.data.resultData.metadata?.cometapi_video_request_ids);
			expect(kept.length).toBeLessThanOrEqual(255);
			expect(kept.split(',').length).toBeGreaterThanOrEqual(5);
			expect(simulator.jobs).toHaveLength(10);
		});
	});
});

test.concurrent('An answer does not make its item longer than it may be', async () => {
	await withScene(QUICK, async ({ simulator, execute }) => {
		const long = 'x'.repeat(100_000);
		const body = {
			status: 'done',
			model: long,
			usage: { long },
			video: { url: `${simulator.mediaUrl}/${long}.mp4`, duration: 1 },
		};
		simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body } });
		const [item] = jsonOf(await execute(createNode({ downloadVideo: false })));
		expect(item).toMatchObject({ status: 'done', video: { duration: 1 }, usage: 'a long answer' });
		expect(item?.model).toHaveLength(100);
		expect(JSON.stringify(item).length).toBeLessThan(1_000);
	});
});

test.concurrent.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
	'A refused job tells its cost in its error: %s',
	async (onError) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const usage = { cost_in_usd_ticks: 500_000_000 };
			const error = { code: 'invalid_argument', message: 'Too rude' };
			const body = { status: 'failed', error, usage };
			simulator.inject({ route: 'status', fault: { kind: 'status', status: 200, body } });
			const finished = await execute(createNode({}, { onError }));
			const [item] = [...jsonOf(finished, 0), ...jsonOf(finished, 1)];
			expect(item?.error).toMatchObject({ status: 'failed', provider_cost_usd: 0.05 });
		});
	},
);

const NOT_ACCEPTED = [
	[401, 'unauthorized'],
	[413, 'too_large'],
	[400, 'bad_input'],
] as const;

test.concurrent.each(NOT_ACCEPTED)(
	'A submit that is refused with HTTP %s has a status and a code: %s',
	async (status, code) => {
		await withScene(QUICK, async ({ simulator, execute }) => {
			const body = { error: { message: 'No', type: 'error', code: 'no' } };
			simulator.inject({ route: 'submit', fault: { kind: 'status', status, body } });
			const finished = await execute(createNode({}, { onError: 'continueErrorOutput' }));
			expect(jsonOf(finished, 1)[0]?.error).toMatchObject({ status: 'failed', failure: { code } });
		});
	},
);

test.concurrent(
	'Get Status of an unknown ID says that its status is unknown',
	async () => {
		await withScene(QUICK, async ({ execute }) => {
			const node = getStatusNode({}, { onError: 'continueRegularOutput' });
			const [item] = jsonOf(await execute(node, itemsOf({ request_id: 'nobody' })));
			expect(item?.status).toBeUndefined();
			expect(item?.error).toMatchObject({ status: 'unknown', failure: { code: 'unknown_id' } });
		});
	},
	LASTS_MS,
);

test.concurrent("An undocumented status word is one line of n8n's log", async () => {
	const words = { pending: 'half\ndone\u2028CometAPI accepted a video' };
	const plan = () => ({ seconds: 600, shape: 'flat' as const, words });
	await withScene({ plan }, async ({ simulator, execute }) => {
		const finishes = until(() => simulator.requestsTo('status').length > 1).then(() =>
			simulator.finishJob(String(simulator.jobs[0]?.requestId)),
		);
		await execute(createNode());
		await finishes;
		const lines = logged(simulator.jobs[0]?.requestId).map(({ line }) => String(line));
		expect(lines).toHaveLength(2);
		expect(lines.filter((line) => line.startsWith('CometAPI accepted'))).toHaveLength(1);
		for (const line of lines) expect(line).not.toMatch(/[\r\n\u2028]/);
	});
});
