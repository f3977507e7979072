/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tools run outside n8n */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nearestShape } from '../../test/simulator/nearestShape.ts';
import { SEEN_SHAPES } from '../../test/simulator/origin.ts';
import facts from './facts.json' with { type: 'json' };
import { PROBES, verdictsOf } from './probes.ts';
import { toRecording, withoutKey } from './recording.ts';
import type { Journal } from './run.ts';

/** The assumptions of docs/api.md, by ID. */
export const FACTS: Record<string, string> = facts;

/** The documents that say what was seen. */
export const MARKED = ['README.md', 'docs/api.md'];

/** By ID: the verdict and its date, the model, the seconds of waiting, the USD that CometAPI told. */
export type SeenFacts = Record<string, { verdict: string; date: string; about: unknown[] }>;

/** What the probes say of the assumptions. One answer that says otherwise refutes. */
export function judge(journal: Journal): SeenFacts {
	const seen: SeenFacts = {};
	for (const probe of PROBES) {
		const { result, at = '' } = journal[probe.id] ?? {};
		if (!result) continue;
		const { model, wait, provider_cost_usd: usd } = result.item;
		const about = [model, Object(wait).seconds, usd];
		for (const [fact, isTrue] of Object.entries(verdictsOf(probe, result))) {
			if (isTrue === undefined || seen[fact]?.verdict === 'refuted') continue;
			const verdict = isTrue ? 'confirmed' : 'refuted';
			seen[fact] = { verdict, date: at.slice(0, 10), about };
		}
	}
	return seen;
}

/** docs/live.md. */
export function liveTable(seen: SeenFacts, shapes: readonly string[] = SEEN_SHAPES): string {
	const rows = Object.entries(FACTS).map(([id, fact]) => {
		const { verdict = 'not seen', date, about = Array(3) } = seen[id] ?? {};
		return `| ${[id, fact, verdict, date, ...about].join(' | ')} |\n`;
	});
	return `# Seen live

What \`npm run live\` has seen of the assumptions in [api.md](api.md), which names them by these IDs. The command writes this page.

| ID | assumption | live | date | model | seconds | USD told |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('')}
The simulator's forms of a status answer that were seen: ${shapes.join(', ') || 'none'}. All others are as documented or assumed.
`;
}

/** A document in which each ID is followed by what was seen, and a sentence says how much. */
export function markFacts(text: string, seen: SeenFacts): string {
	const count = Object.keys(seen).length;
	const tried = `Of ${Object.keys(FACTS).length} assumptions about CometAPI's live service, ${count} were tried.`;
	return text
		.replace(/\b(A\d\d)(?: (?:confirmed|refuted) [\d-]{10})?(?=[,; |])/g, (_all, id: string) => {
			const { verdict, date } = seen[id] ?? {};
			return verdict ? `${id} ${verdict} ${date}` : id;
		})
		.replace(
			/(<!-- live -->)[^<]*(<!-- \/live -->)/g,
			`$1${count === 0 ? "CometAPI's live service is untested." : tried}$2`,
		);
}

const RECORDINGS = 'test/recordings';

/** Writes the recordings, the table, and what the documents say of it. */
export async function writeReport(
	folder: string,
	journal: Journal,
	apiKey: string,
): Promise<SeenFacts> {
	const read = async (path: string) => await readFile(join(folder, path), 'utf8');
	const write = async (path: string, content: unknown) => {
		const isText = typeof content === 'string';
		const text = isText ? content : `${JSON.stringify(content, null, '\t')}\n`;
		await writeFile(join(folder, path), withoutKey(text, apiKey));
	};
	await mkdir(join(folder, RECORDINGS, 'seen'), { recursive: true });
	const shapes = new Set(SEEN_SHAPES);
	for (const { id, family } of PROBES) {
		const { result, at, requestId } = journal[id] ?? {};
		if (!result || !family) continue;
		const status = String(result.item['status'] ?? '');
		const ofJob = result.exchanges.filter(({ path }) => path.includes(String(requestId)));
		const body = ofJob.at(-1)?.answer.body;
		const shape = requestId && body !== undefined && nearestShape(family, status, body).shape;
		if (shape) shapes.add(`${family}.${shape}`);
		const exchanges = toRecording(result.exchanges, apiKey);
		const recording = { family, at, requestId, status, shape, exchanges };
		await write(`${RECORDINGS}/${id}.json`, recording);
	}
	const factsFile = `${RECORDINGS}/seen/facts.json`;
	const before = JSON.parse(await read(factsFile).catch(() => '{}')) as SeenFacts;
	const seen = { ...before, ...judge(journal) };
	await write(factsFile, seen);
	await write(`${RECORDINGS}/seen/shapes.json`, [...shapes].sort());
	await write('docs/live.md', liveTable(seen, [...shapes].sort()));
	for (const name of MARKED) await write(name, markFacts(await read(name), seen));
	return seen;
}
