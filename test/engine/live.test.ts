/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { describePlan, planOf } from '../../tools/live/plan.ts';
import { PROBES, type Probe } from '../../tools/live/probes.ts';
import { toRecording } from '../../tools/live/recording.ts';
import {
	FACTS,
	MARKED,
	judge,
	liveTable,
	markFacts,
	writeReport,
} from '../../tools/live/report.ts';
import { runProbes } from '../../tools/live/run.ts';
import { differences, type Recording } from '../simulator/recordedAnswer.ts';
import { startSimulator, type JobPlan, type Simulator } from '../simulator/simulator.ts';
import { speedUpClock } from './fastClock.ts';
import { simulators } from './scene.ts';

speedUpClock(20);
jest.setTimeout(120_000);

const API_KEY = 'sk-live/a+b"c-0123456789abcdef';

const KEY_FORMS = [
	API_KEY,
	JSON.stringify(API_KEY).slice(1, -1),
	API_KEY.replaceAll('/', '\\/'),
	encodeURIComponent(API_KEY),
	Buffer.from(`user:${API_KEY}`).toString('base64'),
	Buffer.from(API_KEY).toString('hex'),
];

let folder = '';
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'cometapi-video-live-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function withUpstream(
	work: (simulator: Simulator, journalFile: string) => Promise<void>,
	plan: JobPlan = {},
): Promise<void> {
	const options = { seconds: 5, usd: 0.05, ...plan };
	const simulator = await startSimulator({ apiKey: API_KEY, plan: () => options });
	simulators.add(simulator);
	try {
		await work(simulator, join(await mkdtemp(join(folder, 'run-')), '.live.json'));
	} finally {
		simulators.delete(simulator);
		await simulator.close();
	}
}

const NEVER = new AbortController().signal;

const optionsFor = (simulator: Simulator, journalFile: string, probes: readonly Probe[]) => ({
	...{ apiKey: API_KEY, url: simulator.url, probes, journalFile, signal: NEVER },
	print: () => {},
});

const probe = (id: string) => PROBES.filter((each) => each.id === id);

describe('the plan', () => {
	test('stays below a dollar, and leaves out the dearest', () => {
		const { chosen, leftOut, sum } = planOf(PROBES, { budget: 1 });
		expect(sum).toBeLessThan(1);
		expect(chosen.filter(({ family, refusal }) => family === 'grok' && !refusal).length).toBe(8);
		const dearest = Math.max(...chosen.map(({ usd }) => usd));
		expect(leftOut.every(({ usd }) => usd >= dearest)).toBe(true);
	});

	test('names each probe with its price, and knows one family, the free ones, and a day later', () => {
		expect(describePlan(planOf(PROBES, { budget: 0.1 }))).toMatch(/grok-text +\$0\.05 +a video/);
		const families = planOf(PROBES, { budget: 9, only: 'kling' }).chosen.map(
			({ family }) => family,
		);
		expect(new Set(families)).toEqual(new Set(['kling']));
		const free = planOf(PROBES, { budget: 99, free: true }).chosen;
		expect(free.every(({ usd, refusal }) => usd === 0 || refusal)).toBe(true);
		expect(planOf(PROBES, { budget: 1, later: true }).chosen.map(({ id }) => id)).toEqual([
			'link-later',
		]);
	});

	test('has a probe for every assumption but those that no answer shows', () => {
		const probed = new Set(PROBES.flatMap(({ says }) => Object.keys(says)));
		const others = Object.keys(FACTS).filter((fact) => !probed.has(fact));
		expect(others).toEqual(['A03', 'A04', 'A09']);
		expect([...probed].filter((fact) => !(fact in FACTS))).toEqual([]);
	});
});

/** Where the simulator differs from what docs/api.md assumes: it takes fields and sizes as they come. */
const OTHERWISE = ['A20', 'A22', 'A36', 'A38'];

test('every probe asks through the node, and each wanted job is submitted once', async () => {
	await withUpstream(async (simulator, journalFile) => {
		const probes = PROBES.filter(({ later }) => !later);
		const options = optionsFor(simulator, journalFile, probes);
		const body = { data: [{ id: API_KEY, owner: KEY_FORMS }] };
		simulator.inject({ route: 'models', fault: { kind: 'status', status: 200, body } });
		const journal = await runProbes(options);
		expect(Object.keys(journal)).toEqual(probes.map(({ id }) => id));
		const seen = judge(journal);
		const refuted = Object.keys(seen).filter((fact) => seen[fact]?.verdict === 'refuted');
		expect(refuted.sort()).toEqual(OTHERWISE);
		expect(Object.keys(FACTS).filter((fact) => !(fact in seen))).toEqual(['A06', 'A09']);
		const made = probes.filter(({ id }) => journal[id]?.requestId !== undefined);
		expect(made.filter(({ refusal }) => refusal).map(({ id }) => id)).toEqual([
			...['grok-field', 'video-size', 'video-field'],
		]);
		expect(simulator.jobs).toHaveLength(made.length);
		await runProbes(options);
		expect(simulator.jobs).toHaveLength(made.length);

		const docs = await project();
		await writeReport(docs, journal, API_KEY);
		const table = await readFile(join(docs, 'docs', 'live.md'), 'utf8');
		expect(table).toMatch(
			/\| A14 \| [^|]+ \| confirmed \| \d{4}-\d\d-\d\d \| grok-imagine-video \| [\d.]+ \| 0\.05 \|/,
		);
		expect(await readFile(join(docs, 'docs', 'api.md'), 'utf8')).toMatch(/A14 confirmed \d{4}/);
		expect(await readFile(join(docs, 'README.md'), 'utf8')).toMatch(
			/45 assumptions.*43 were tried/,
		);
		const texts = await textsIn(join(docs, 'test', 'recordings'));
		const recordings = texts.map((text) => JSON.parse(text) as Recording);
		const videos = recordings.filter(({ shape }) => shape);
		expect(videos.map(({ shape }) => shape)).toEqual(expect.arrayContaining(['wrapped', 'plain']));
		expect(videos.flatMap(differences)).toEqual([]);
		expect(texts.join()).not.toContain('A candle');
		const kept = await readFile(journalFile, 'utf8');
		for (const form of KEY_FORMS) expect(kept + texts.join()).not.toContain(form);
	});
});

/** What the report writes into, as it is in the project. */
async function project(): Promise<string> {
	const copy = await mkdtemp(join(folder, 'project-'));
	await mkdir(join(copy, 'docs'));
	for (const name of MARKED) await cp(name, join(copy, name));
	return copy;
}

async function textsIn(path: string): Promise<string[]> {
	const names = await readdir(path, { recursive: true });
	const files = names.filter((name) => name.endsWith('.json'));
	const texts = await Promise.all(
		files.map(async (name) => await readFile(join(path, name), 'utf8')),
	);
	return texts;
}

test.each(Array.from({ length: 8 }, (_, index) => index))(
	'broken off at request %d, it starts nothing twice, and goes on with what it has',
	async (at) => {
		await withUpstream(async (simulator, journalFile) => {
			const probes = [...probe('grok-text'), ...probe('video-text'), ...probe('kling-text')];
			const broken = new AbortController();
			let requests = 0;
			simulator.decideFault = () => {
				if (requests++ === at) broken.abort();
				return undefined;
			};
			const options = optionsFor(simulator, journalFile, probes);
			await runProbes({ ...options, signal: broken.signal }).catch(() => {});
			const journal = await runProbes(options);
			expect(simulator.jobs).toHaveLength(3);
			expect(Object.values(journal).map(({ result }) => result?.item.status)).toEqual([
				...['done', 'done', 'done'],
			]);
		});
	},
);

test('a submit whose answer never came is not sent again', async () => {
	await withUpstream(async (simulator, journalFile) => {
		const lines: string[] = [];
		const options = {
			...optionsFor(simulator, journalFile, probe('grok-text')),
			print: (line: string) => lines.push(line),
		};
		simulator.inject({ route: 'submit', fault: { kind: 'reset', afterHandler: true } });
		await runProbes(options);
		const { [probe('grok-text')[0]?.id ?? '']: run, ...others } = JSON.parse(
			await readFile(journalFile, 'utf8'),
		);
		await writeFile(
			journalFile,
			JSON.stringify({ ...others, 'grok-text': { startedAt: run.startedAt } }),
		);
		await runProbes(options);
		expect(simulator.jobs).toHaveLength(1);
		expect(lines.at(-1)).toContain("Look for a job in CometAPI's console");
	});
});

test('a day later, and not before, the link is asked for without the key', async () => {
	await withUpstream(async (simulator, journalFile) => {
		const options = optionsFor(simulator, journalFile, probe('link-later'));
		const made = await runProbes({ ...options, probes: probe('grok-text') });
		expect(Object.keys(await runProbes(options))).toEqual(['grok-text']);
		const at = new Date(Date.now() - 25 * 3_600_000).toISOString();
		await writeFile(journalFile, JSON.stringify({ 'grok-text': { ...made['grok-text'], at } }));
		const downloads = () => simulator.requestsTo('video');
		const before = downloads().length;
		expect(judge(await runProbes(options)).A06?.verdict).toBe('confirmed');
		const asked = downloads().slice(before);
		expect(asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
	});
});

test('the key, in whatever form, is in no recording', () => {
	for (const form of KEY_FORMS) {
		const message = {
			headers: {
				authorization: `Bearer ${form}`,
				location: `https://a.example/${form}?x=${form}`,
				'content-type': form,
			},
			body: { [form]: form, nested: [{ text: `key ${form}.` }], raw: `{"key":"${form}"}` },
		};
		const exchange = { method: 'GET', path: `/v1/videos/${form}?key=${form}`, status: 200 };
		const shown = JSON.stringify(
			toRecording([{ ...exchange, request: message, answer: message }], API_KEY),
		);
		for (const each of KEY_FORMS) expect(shown).not.toContain(each);
	}
});

test('signed links, names of the account and prompts are in no recording', () => {
	const body = {
		...{ video_url: 'https://media.example/a.mp4?Signature=abc&Expires=1', username: 'jane' },
		...{ data: { prompt: 'secret idea', email: 'jane@example.com' } },
	};
	const message = { headers: { 'set-cookie': 'session=abc', 'x-user': 'jane' }, body };
	const exchange = { method: 'GET', path: '/v1/videos/1', status: 200 };
	const [shown] = toRecording([{ ...exchange, request: message, answer: message }], API_KEY);
	expect(shown?.answer).toEqual({
		headers: {},
		body: {
			...{ video_url: 'https://media.example/a.mp4?***', username: '***' },
			...{ data: { prompt: '***', email: '***' } },
		},
	});
});

test('what was seen replaces what was not, and what refutes wins', () => {
	const at = '2026-12-01T00:00:00.000Z';
	const answer = { headers: { 'x-ratelimit-limit': '5' }, body: { data: [] } };
	const exchange = {
		...{ method: 'GET', path: '/v1/models', status: 200 },
		request: answer,
		answer,
	};
	const result = { item: {}, exchanges: [exchange] };
	const seen = judge({ models: { result, at }, catalogue: { result, at } });
	expect(seen).toMatchObject({
		...{ A01: { verdict: 'confirmed', date: '2026-12-01' }, A04: { verdict: 'refuted' } },
	});
	expect(liveTable(seen)).toContain(
		'| A04 | No header tells a rate limit | refuted | 2026-12-01 |',
	);
	const before = '| L, A04 | <!-- live -->Nothing.<!-- /live --> | D, A01 confirmed 2026-01-01 |';
	const after = markFacts(before, seen);
	expect(after).toContain('| L, A04 refuted 2026-12-01 |');
	expect(after).toContain('| D, A01 confirmed 2026-12-01 |');
	expect(markFacts(after, seen)).toBe(after);
});

test("the documents and the table are the script's", async () => {
	const seenFile = join('test', 'recordings', 'seen', 'facts.json');
	const seen = JSON.parse(await readFile(seenFile, 'utf8').catch(() => '{}'));
	expect(await readFile(join('docs', 'live.md'), 'utf8')).toBe(liveTable(seen));
	for (const name of MARKED) {
		const text = await readFile(name, 'utf8');
		expect(text).toBe(markFacts(text, seen));
		if (name === 'README.md') expect(text).toContain('<!-- live -->');
	}
	const marked = await readFile(join('docs', 'api.md'), 'utf8');
	expect(Object.keys(FACTS).filter((fact) => !marked.includes(`, ${fact}`))).toEqual([]);
});

/** The command itself, with a copy of what it writes into. */
function runCommand(simulator: Simulator, probeId: string, copy: string) {
	const options = ['--yes', '--only', probeId, '--budget', '9', '--folder', copy];
	const env = { ...process.env, COMETAPI_KEY: API_KEY };
	const args = ['tools/live.ts', '--url', simulator.url, ...options];
	return promisify(execFile)(process.execPath, args, { env });
}

test('a refusal that made a job is told, with its ID and what it may cost', async () => {
	await withUpstream(
		async (simulator) => {
			const { stdout } = await runCommand(simulator, 'grok-field', await project());
			const [job] = simulator.jobs;
			expect(stdout).toContain(
				`grok-field: not refused, job ${job?.requestId}. It may cost $0.05.`,
			);
			expect(stdout).toContain('CometAPI told costs of $0.05.');
		},
		{ seconds: 0 },
	);
});

test('a run that is killed while its submit is under way says so, and sends it no second time', async () => {
	await withUpstream(async (simulator) => {
		const copy = await project();
		simulator.inject({ route: 'submit', fault: { kind: 'hang', afterHandler: true } });
		const killed = runCommand(simulator, 'kling-text', copy);
		const ended = expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
		while (simulator.jobs.length === 0) await sleep(20);
		killed.child.kill('SIGKILL');
		await ended;
		const { stdout } = await runCommand(simulator, 'kling-text', copy);
		expect(stdout).toContain("its answer never came. Look for a job in CometAPI's console.");
		expect(simulator.jobs).toHaveLength(1);
	});
});
