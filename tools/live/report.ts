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

export interface Seen {
	verdict: 'confirmed' | 'refuted';
	/** YYYY-MM-DD. */
	date: string;
	model?: string;
	/** Of waiting. */
	seconds?: number;
	/** The provider's cost in USD, as CometAPI told it. */
	usd?: number;
}

export type SeenFacts = Record<string, Seen>;

/** What the probes say of the assumptions. One answer that says otherwise refutes. */
export function judge(journal: Journal): SeenFacts {
	const seen: SeenFacts = {};
	for (const probe of PROBES) {
		const { result, at = '' } = journal[probe.id] ?? {};
		if (!result) continue;
		const { model, wait, provider_cost_usd: usd } = result.item as Record<string, never>;
		const about = { date: at.slice(0, 10), model, seconds: Object(wait).seconds as number, usd };
		for (const [fact, isTrue] of Object.entries(verdictsOf(probe, result))) {
			if (isTrue === undefined || seen[fact]?.verdict === 'refuted') continue;
			seen[fact] = { verdict: isTrue ? 'confirmed' : 'refuted', ...about };
		}
	}
	return seen;
}

const row = (...cells: unknown[]) => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`;

/** docs/live.md. */
export function liveTable(seen: SeenFacts, shapes: readonly string[] = SEEN_SHAPES): string {
	const rows = Object.entries(FACTS).map(([id, fact]) => {
		const { verdict = 'not seen', date, model, seconds, usd } = seen[id] ?? {};
		return row(id, fact, verdict, date, model, seconds, usd);
	});
	return `# Seen live

What \`npm run live\` has seen of the assumptions in [api.md](api.md), which names them by these IDs. The command writes this page.

| ID | assumption | live | date | model | seconds | USD told |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

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

/** Writes the recordings, the table, and what the documents say of it. */
export async function writeReport(
	folder: string,
	journal: Journal,
	apiKey: string,
): Promise<SeenFacts> {
	const recordings = join(folder, 'test', 'recordings');
	await mkdir(join(recordings, 'seen'), { recursive: true });
	const write = async (path: string, text: string) =>
		await writeFile(path, withoutKey(text, apiKey));
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
		await write(join(recordings, `${id}.json`), `${JSON.stringify(recording, null, '\t')}\n`);
	}
	const seenFile = join(recordings, 'seen', 'facts.json');
	const before = JSON.parse(await readFile(seenFile, 'utf8').catch(() => '{}')) as SeenFacts;
	const seen = { ...before, ...judge(journal) };
	await write(seenFile, `${JSON.stringify(seen, null, '\t')}\n`);
	const seenShapes = [...shapes].sort();
	await write(
		join(recordings, 'seen', 'shapes.json'),
		`${JSON.stringify(seenShapes, null, '\t')}\n`,
	);
	await write(join(folder, 'docs', 'live.md'), liveTable(seen, seenShapes));
	for (const name of MARKED) {
		const text = await readFile(join(folder, name), 'utf8');
		await write(join(folder, name), markFacts(text, seen));
	}
	return seen;
}
