/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { type CleanUp, cleanUpAll } from '../harness/cleanUp.ts';
import { PIPELINE, readExample, withParameters } from '../harness/n8n/exampleFile.ts';
import { CURRENT_N8N } from '../harness/n8n/installation.ts';
import {
	type Execution,
	type RestClient,
	type TableRow,
	withCredential,
} from '../harness/n8n/restClient.ts';
import type { N8nServer } from '../harness/n8n/server.ts';
import { setSimulatedStage, type SimulatedStage } from '../harness/n8n/simulatedStage.ts';
import { NODE_TYPE } from '../harness/n8n/stage.ts';
import { startFixedHosts } from '../harness/services/fixedHosts.ts';
import { createGoogle } from '../harness/services/google.ts';
import { type SocialSink, startSocialSink } from '../harness/services/socialSink.ts';
import { until } from '../harness/until.ts';
import {
	type JobPlan,
	sampleMp4,
	type Simulator,
	type Submission,
} from '../simulator/simulator.ts';

const LIMIT_MS = 400_000;
const TABLE = 'CometAPI videos';
const CHANNEL = '@channel';
const ME = '@me';
const SEEDANCE = 'seedance-2-5';

type Part = 'submit' | 'collect' | 'watch';
const TRIGGERS = {
	submit: 'Every 10 Minutes',
	collect: 'Every 5 Minutes',
	watch: 'Every Hour',
} as const;

describe(`n8n ${CURRENT_N8N}`, () => {
	const cleanUp: CleanUp = [];
	const google = createGoogle();
	const ids = new Map<string, string>();
	let sink: SocialSink;
	let stage: SimulatedStage;
	let simulator: Simulator;
	let server: N8nServer;
	let client: RestClient;
	let plan: (submission: Submission) => JobPlan;

	beforeAll(async () => {
		sink = await startSocialSink();
		cleanUp.push(sink.close);
		const { env } = await startFixedHosts(google.apps, cleanUp);
		stage = await setSimulatedStage(cleanUp, { plan: (submission) => plan(submission), env });
		({ simulator, server, client } = stage);
		for (const name of PIPELINE) ids.set(name, await save(name));
		expectSuccess(await run('submit'));
	}, LIMIT_MS);

	afterAll(async () => await cleanUpAll(cleanUp));

	beforeEach(() => {
		plan = () => ({ seconds: 0.2 });
	});

	/** The example with its credentials and targets, as a user sets it up. */
	async function save(name: string): Promise<string> {
		const telegram = { accessToken: '1:token', baseUrl: sink.url };
		const drive = { clientId: 'client', clientSecret: 'secret' };
		const credentials = {
			[NODE_TYPE]: stage.credential,
			'n8n-nodes-base.telegram': await client.saveCredential('Bot', 'telegramApi', telegram),
			'n8n-nodes-base.googleDrive': await client.saveCredential(
				'Drive',
				'googleDriveOAuth2Api',
				drive,
			),
		};
		await client.connectAccount(credentials['n8n-nodes-base.googleDrive']);
		let workflow = await readExample(name);
		for (const [type, credential] of Object.entries(credentials)) {
			workflow = withCredential(workflow, type, credential);
		}
		for (const [node, chatId] of [
			['Post', CHANNEL],
			['Tell Me', ME],
		] as const) {
			const isThere = workflow.nodes.some((each) => each.name === node);
			if (isThere) workflow = withParameters(workflow, node, { chatId });
		}
		return (await client.createWorkflow(workflow)).id;
	}

	async function start(name: string, triggerName: string): Promise<string> {
		return await client.runWorkflow(ids.get(name) ?? '', triggerName);
	}

	async function run(part: Part): Promise<Execution> {
		return await client.waitForExecution(await start(`pipeline-${part}`, TRIGGERS[part]));
	}

	async function runTwiceAtOnce(part: Part): Promise<void> {
		const both = [
			await start(`pipeline-${part}`, TRIGGERS[part]),
			await start(`pipeline-${part}`, TRIGGERS[part]),
		];
		for (const id of both) expectSuccess(await client.waitForExecution(id));
	}

	function expectSuccess({ status, data }: Execution) {
		expect(data.resultData.error?.message).toBeUndefined();
		expect(status).toBe('success');
	}

	/** Adds rows whose ideas begin with this word, one for each model. */
	async function addRows(word: string, models: string[]): Promise<void> {
		const rows = models.map((model, index) => ({
			...{ idea: `${word} ${index + 1}`, model, status: 'new' },
		}));
		await client.addTableRows(TABLE, rows);
	}

	async function rows(word: string): Promise<TableRow[]> {
		const all = await client.listTableRows(TABLE);
		return all.filter(({ idea }) => String(idea).startsWith(`${word} `));
	}

	async function statuses(word: string): Promise<string[]> {
		return (await rows(word)).map(({ status }) => String(status));
	}

	async function change(row: TableRow, values: TableRow): Promise<void> {
		await client.changeTableRow(TABLE, row['id'], values);
	}

	const promptOf = (body: unknown) => String(Object(body).prompt);
	/** What CometAPI's usage log tells a person: the videos of an idea. */
	const paidFor = ({ idea }: TableRow) =>
		simulator.jobs.filter(({ body }) => promptOf(body) === idea);
	const postsOf = ({ idea }: TableRow) =>
		sink.posts.filter(({ fields }) => fields['chat_id'] === CHANNEL && fields['caption'] === idea);
	const filesOf = ({ id }: TableRow) =>
		google.driveFiles.filter(({ metadata }) => metadata['name'] === `row-${String(id)}.mp4`);

	/** Wanted, paid, stored, posted: once each. */
	async function account(word: string): Promise<void> {
		for (const row of await rows(word)) {
			const [job, ...others] = paidFor(row);
			expect({ row, others }).toEqual({ row, others: [] });
			// Two runs at once may store a video twice, under the same name.
			const file = filesOf(row).find(({ id }) => String(row['file']).endsWith(`/${id}`));
			const cost = row['model'] === '' ? 0.05 : null;
			expect(row).toMatchObject({ status: 'done', request_id: job?.requestId, cost_usd: cost });
			expect(file?.bytes).toEqual(sampleMp4);
			expect(postsOf(row).map((post) => post.file)).toEqual([sampleMp4]);
		}
	}

	/** Collects until no row of these is on its way. */
	async function collectAll(word: string): Promise<void> {
		await until(async () => {
			expectSuccess(await run('collect'));
			return !(await statuses(word)).includes('submitted');
		});
	}

	async function restart(): Promise<void> {
		await server.kill();
		stage = await stage.restart();
		({ server, client } = stage);
	}

	/** The lines of the message about rows of this word, as if an hour had gone by. */
	async function watch(word: string): Promise<string[]> {
		for (const row of await rows(word)) {
			if (row['since'] !== null) await change(row, { since: new Date(Date.now() - 3_700_000) });
		}
		const before = sink.posts.length;
		expectSuccess(await run('watch'));
		const [message, ...others] = sink.posts.slice(before);
		expect(others).toEqual([]);
		expect(message).toMatchObject({ path: '/bot1:token/sendMessage', fields: { chat_id: ME } });
		return String(message?.fields['text'])
			.split('\n')
			.filter((line) => line.includes(`(${word} `));
	}

	describe('the pipeline', () => {
		test(
			'pays for, stores and posts each row once, also when all runs overlap',
			async () => {
				await addRows('Overlap', ['', SEEDANCE, '', SEEDANCE, '', '']);
				await runTwiceAtOnce('submit');
				expect(await statuses('Overlap')).toEqual(Array(6).fill('submitted'));
				await runTwiceAtOnce('collect');
				await collectAll('Overlap');
				await account('Overlap');
			},
			LIMIT_MS,
		);

		test(
			'writes into a row why it has no video',
			async () => {
				plan = ({ body }) =>
					promptOf(body) === 'Reason 3'
						? {
								seconds: 0.2,
								outcome: 'failed',
								error: { code: 'invalid_argument', message: 'This is not to be shown.' },
							}
						: { seconds: 0.2 };
				await addRows('Reason', ['', 'viduq3-pro', '']);
				expectSuccess(await run('submit'));
				await collectAll('Reason');
				const [done, refused, failed, ...others] = await rows('Reason');
				expect(others).toEqual([]);
				expect(done).toMatchObject({ status: 'done' });
				expect(refused).toMatchObject({
					status: 'failed',
					note: expect.stringContaining("isn't available"),
				});
				expect(paidFor(refused ?? {})).toEqual([]);
				expect(failed).toMatchObject({
					status: 'failed',
					request_id: paidFor(failed ?? {})[0]?.requestId,
					note: expect.stringContaining('This is not to be shown.'),
				});
				expect([refused, failed].flatMap((row) => postsOf(row ?? {}))).toEqual([]);
			},
			LIMIT_MS,
		);

		test(
			'gets through outages by itself, and asks a person only where something may have happened',
			async () => {
				const lost = (prompt: string, afterHandler: boolean) =>
					simulator.inject({
						route: 'submit',
						when: ({ body }) => promptOf(body) === prompt,
						fault: { kind: 'status', status: 502, afterHandler },
					});
				lost('Outage 1', true);
				lost('Outage 2', false);
				await addRows('Outage', ['', '', '', '', SEEDANCE]);
				expectSuccess(await run('submit'));
				expect(await statuses('Outage')).toEqual([
					...['check', 'check', 'submitted', 'submitted', 'submitted'],
				]);

				// A person reads the notes and looks into CometAPI's usage log.
				for (const row of (await rows('Outage')).slice(0, 2)) {
					expect(row['note']).toMatch(/\w/);
					const [job] = paidFor(row);
					await change(
						row,
						job ? { status: 'submitted', request_id: job.requestId } : { status: 'new' },
					);
				}
				expectSuccess(await run('submit'));
				expect(await statuses('Outage')).toEqual(Array(5).fill('submitted'));

				const outage = simulator.inject({
					route: 'status',
					times: Infinity,
					fault: { kind: 'status', status: 502 },
				});
				expectSuccess(await run('collect'));
				outage.remove();
				for (const row of await rows('Outage')) {
					expect(row).toMatchObject({ status: 'submitted', note: expect.stringMatching(/\w/) });
				}

				google.refuseNextUpload(502);
				expectSuccess(await run('collect'));
				expect((await statuses('Outage')).sort()).toEqual([
					...['done', 'done', 'done', 'done', 'submitted'],
				]);
				sink.refuseNext('/sendVideo', 400);
				expectSuccess(await run('collect'));
				const [refused] = (await rows('Outage')).filter(({ status }) => status === 'check');
				expect(refused?.['note']).toContain('chat not found');
				expect(refused?.['note']).toContain(
					'If it is not in the channel, set status to submitted.',
				);
				await change(refused ?? {}, { status: 'submitted' });
				expectSuccess(await run('collect'));
				await account('Outage');
			},
			LIMIT_MS,
		);

		test(
			'loses no row when n8n is killed while it submits and while it posts',
			async () => {
				await addRows('Killed', ['', SEEDANCE, '', '', SEEDANCE, '']);
				const hanging = simulator.inject({
					route: 'submit',
					when: ({ body }) => promptOf(body) === 'Killed 3',
					fault: { kind: 'hang', afterHandler: true },
				});
				await start('pipeline-submit', TRIGGERS.submit);
				const grok = ['Killed 1', 'Killed 3', 'Killed 4', 'Killed 6'];
				await until(() => hanging.hits > 0);
				await until(() => grok.every((idea) => paidFor({ idea }).length > 0));
				const logged = (id: unknown) =>
					server.log.find((line) => line.includes(`reference "${String(id)}"`));
				const answered = (await rows('Killed')).filter(({ idea }) =>
					['Killed 1', 'Killed 4', 'Killed 6'].includes(String(idea)),
				);
				await until(() => answered.every(({ id }) => logged(id) !== undefined));
				const { log } = server;
				await restart();
				expect(await statuses('Killed')).toEqual(Array(6).fill('claimed'));
				expectSuccess(await run('submit'));

				// A person does what the message says.
				const advice = await watch('Killed');
				for (const [index, row] of (await rows('Killed')).entries()) {
					const { id } = row;
					expect(advice[index]).toContain(`Row ${String(id)} (${String(row['idea'])}), claimed`);
					expect(advice[index]).toContain(`Search n8n's log for reference "${String(id)}"`);
					const line = log.find((each) => each.includes(`reference "${String(id)}"`));
					const [, requestId = paidFor(row)[0]?.requestId] =
						/request ID ([\w-]+)/.exec(line ?? '') ?? [];
					await change(
						row,
						requestId ? { status: 'submitted', request_id: requestId } : { status: 'new' },
					);
				}
				expectSuccess(await run('submit'));
				expect(await statuses('Killed')).toEqual(Array(6).fill('submitted'));

				const before = sink.posts.length;
				sink.holdNext('/sendVideo');
				await start('pipeline-collect', TRIGGERS.collect);
				await until(() => sink.posts.length > before);
				await restart();
				expect(await statuses('Killed')).toEqual(Array(6).fill('posting'));
				const again = await watch('Killed');
				for (const [index, row] of (await rows('Killed')).entries()) {
					expect(again[index]).toContain('Look into the channel.');
					const isThere = postsOf(row).length > 0;
					const cost = row['model'] === '' ? 0.05 : null;
					await change(row, isThere ? { status: 'done', cost_usd: cost } : { status: 'submitted' });
				}
				await collectAll('Killed');
				await account('Killed');
			},
			LIMIT_MS,
		);
	});

	describe('the example scheduled-content-pipeline', () => {
		const NAME = 'scheduled-content-pipeline';

		async function day(): Promise<void> {
			expectSuccess(await client.waitForExecution(await start(NAME, 'Every Day')));
		}

		test('posts one row a day, each once, and writes into a row why it was not posted', async () => {
			plan = ({ body }) =>
				promptOf(body) === 'Daily 2'
					? {
							seconds: 0.2,
							outcome: 'failed',
							error: { code: 'invalid_argument', message: 'This is not to be shown.' },
						}
					: { seconds: 0.2 };
			await addRows('Daily', ['', '', '']);
			await day();
			await day();
			sink.refuseNext('/sendVideo', 400);
			await day();
			await day();
			const all = await rows('Daily');
			expect(all.map(({ status }) => status)).toEqual(['done', 'check', 'check']);
			const [posted, failed, refused] = all;
			expect(all.map((row) => paidFor(row).map(({ requestId }) => requestId))).toEqual(
				all.map((row) => [row['request_id']]),
			);
			expect(paidFor(posted ?? {})[0]?.body).toMatchObject({ aspect_ratio: '9:16' });
			expect(posted).toMatchObject({ cost_usd: 0.05 });
			expect(failed?.['note']).toContain('This is not to be shown.');
			expect(refused?.['note']).toContain('chat not found');
			expect(all.map((row) => postsOf(row).map(({ file }) => file))).toEqual([[sampleMp4], [], []]);
		});

		test(
			'posts the row although n8n was killed while it slept',
			async () => {
				plan = () => ({ seconds: 75 });
				await addRows('Asleep', ['']);
				const id = await start(NAME, 'Every Day');
				await until(async () => (await client.getExecution(id)).status === 'waiting');
				expect(await statuses('Asleep')).toEqual(['claimed']);
				await restart();
				await until(async () => (await statuses('Asleep'))[0] !== 'claimed');
				const [row = {}] = await rows('Asleep');
				expect(row).toMatchObject({ status: 'done', request_id: paidFor(row)[0]?.requestId });
				expect(paidFor(row)).toHaveLength(1);
				expect(postsOf(row).map(({ file }) => file)).toEqual([sampleMp4]);
			},
			LIMIT_MS,
		);
	});
});
