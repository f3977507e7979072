/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tools run outside n8n */
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { start, videoNode, type Credential } from '../../test/engine/engine.ts';
import { startGateway, type Recorded } from './gateway.ts';
import { parametersOf, type Probe, type ProbeResult } from './probes.ts';
import { withoutKey } from './recording.ts';

const { readJobIds } = createRequire(import.meta.url)(
	'../../dist/nodes/CometApiVideo/answers/jobIds.js',
) as typeof import('../../nodes/CometApiVideo/answers/jobIds');

/** A probe that has begun. Without an answer, nobody knows whether it made a job. */
export interface Run {
	/** To its submit. */
	answered?: Recorded;
	requestId?: string;
	result?: ProbeResult;
	/** When the result was there. */
	at?: string;
}

/** By probe. */
export type Journal = Record<string, Run>;

export interface LiveOptions {
	apiKey: string;
	/** The API's. */
	url: string;
	probes: readonly Probe[];
	/** Keeps what was started. It has links that open the videos, so nobody else may read it. */
	journalFile: string;
	signal: AbortSignal;
	print(line: string): void;
}

const DAY_MS = 86_400_000;
const NOTHING = { headers: {}, body: undefined };

/**
 * Runs the probes one after the other, with the built node in n8n's engine. A submit is written down
 * before it leaves, and its answer before the node sees it: a probe that was broken off is not
 * submitted again, but followed by the ID that it had got.
 */
export async function runProbes(options: LiveOptions): Promise<Journal> {
	const { apiKey, url, probes, journalFile, signal, print } = options;
	const kept = existsSync(journalFile) ? await readFile(journalFile, 'utf8') : '{}';
	const journal = JSON.parse(kept) as Journal;
	async function write({ id }: Probe, news: Run) {
		journal[id] = { ...journal[id], ...news };
		const json = withoutKey(JSON.stringify(journal), apiKey);
		await writeFile(`${journalFile}.new`, json, { mode: 0o600 });
		await rename(`${journalFile}.new`, journalFile);
	}
	let current: Probe | undefined;
	let exchanges: Recorded[] = [];
	const gateway = await startGateway(url, async (answered) => {
		exchanges.push(answered);
		if (answered.method !== 'POST' || !current?.node) return;
		const { ids } = readJobIds(answered.answer.body, ['request_id', 'id']);
		await write(current, { answered, requestId: answered.status < 300 ? ids[0] : undefined });
	});
	try {
		for (const probe of probes) {
			signal.throwIfAborted();
			const before = journal[probe.id];
			const earlier = journal[probe.after ?? ''];
			const isEarly = probe.later && !(Date.now() - Date.parse(earlier?.at ?? '') >= DAY_MS);
			if (before?.result || isEarly || (probe.after && !earlier?.requestId)) continue;
			if (before && !before.answered) {
				print(`${probe.id}: its answer never came. Look for a job in CometAPI's console.`);
				continue;
			}
			print(`${probe.id}: ${probe.asks}`);
			current = probe;
			if (probe.node && !before) await write(probe, {});
			exchanges = before?.answered ? [before.answered] : [];
			const credential = { apiKey: probe.apiKey ?? apiKey, baseUrl: gateway.url };
			const made = await perform(filledIn(probe, earlier), credential, signal, before);
			signal.throwIfAborted();
			const result = { item: {}, exchanges, ...made };
			await write(probe, { result, at: new Date().toISOString() });
		}
	} finally {
		await gateway.close();
	}
	return journal;
}

/** The probe with what the earlier one's video has in place of {id}, {external} and {link}. */
function filledIn(probe: Probe, earlier: Run | undefined): Probe {
	const { external_task_id: external } = Object(earlier?.answered?.request.body);
	const { url: link } = Object(earlier?.result?.item['video']);
	const values: Record<string, unknown> = { id: earlier?.requestId, external, link };
	const json = JSON.stringify(probe).replace(/\{(id|external|link)\}/g, (_all, name: string) =>
		String(values[name]),
	);
	return JSON.parse(json) as Probe;
}

/** @param before the same probe, when it was broken off */
async function perform(
	probe: Probe,
	credential: Credential,
	signal: AbortSignal,
	before: Run | undefined,
): Promise<Partial<ProbeResult>> {
	const { get, post, body = {} } = probe;
	const path = get ?? post;
	if (path !== undefined) {
		const { apiKey } = credential;
		const key = apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
		const { status } = await fetch(new URL(path, credential.baseUrl), {
			...(post && { method: 'POST', body: JSON.stringify(body) }),
			headers: { ...key, 'content-type': 'application/json' },
			...{ signal, redirect: 'manual' },
		});
		const told = { request: NOTHING, status, answer: NOTHING };
		return path.startsWith('/') ? {} : { exchanges: [{ method: 'GET', path, ...told }] };
	}
	const { requestId } = before ?? {};
	if (before && requestId === undefined) return {};
	const follow = before && { operation: 'getStatus', requestId, downloadVideo: true };
	const data = await readFile(join(import.meta.dirname, 'image.png'), 'base64');
	const items = [{ json: {}, binary: { image: { data, mimeType: 'image/png' } } }];
	const parameters = { ...parametersOf(probe), ...follow };
	const video = videoNode(parameters, { onError: 'continueRegularOutput' });
	const { finished, stop } = await start({ video }, items, credential);
	signal.addEventListener('abort', stop);
	const { outputs, error } = await finished;
	const [item] = outputs[0] ?? [];
	const file = item?.binary?.['data']?.data;
	return {
		item: { ...(item?.json ?? { error: error?.message }) },
		...(file !== undefined && { bytes: Buffer.from(file, 'base64').length }),
	};
}
