/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tools run outside n8n */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { INodeParameters } from 'n8n-workflow';
import { listModels, start, videoNode, type Credential } from '../../test/engine/engine.ts';
import { startGateway, type Recorded } from './gateway.ts';
import { parametersOf, type Probe, type ProbeResult } from './probes.ts';
import { withoutKey } from './recording.ts';

const { readJobIds } = createRequire(import.meta.url)(
	'../../dist/nodes/CometApiVideo/answers/jobIds.js',
) as typeof import('../../nodes/CometApiVideo/answers/jobIds');

/** A probe that has begun. Without an answer, nobody knows whether it made a job. */
export interface Run {
	startedAt?: string;
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

export async function readJournal(file: string): Promise<Journal> {
	const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return '{}';
		throw error;
	});
	return JSON.parse(kept) as Journal;
}

/**
 * Runs the probes one after the other, with the built node in n8n's engine. A submit is written down
 * before it leaves, and its answer before the node sees it: a probe that was broken off is not
 * submitted again, but followed by the ID that it had got.
 */
export async function runProbes(options: LiveOptions): Promise<Journal> {
	const { journalFile, probes, signal, print } = options;
	const journal = await readJournal(journalFile);
	async function write(probe: Probe, news: Run) {
		journal[probe.id] = { ...journal[probe.id], ...news };
		const json = withoutKey(JSON.stringify(journal), options.apiKey);
		await writeFile(`${journalFile}.new`, json, { mode: 0o600 });
		await rename(`${journalFile}.new`, journalFile);
	}
	let current: Probe | undefined;
	const gateway = await startGateway(options.url, async (recorded) => {
		const isSubmit = recorded.method === 'POST' && current?.node;
		if (!current || !isSubmit) return;
		const { ids } = readJobIds(recorded.answer.body, ['request_id', 'id']);
		const [requestId] = recorded.status < 300 ? ids : [];
		await write(current, { answered: recorded, requestId });
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
			if (probe.node && !before) await write(probe, { startedAt: new Date().toISOString() });
			const credential = { apiKey: probe.apiKey ?? options.apiKey, baseUrl: gateway.url };
			gateway.take();
			const made = await perform(probe, { credential, earlier, before, signal });
			signal.throwIfAborted();
			const answered = before?.answered ? [before.answered] : [];
			const exchanges = [...answered, ...(made.exchanges ?? []), ...gateway.take()];
			await write(probe, {
				result: { item: {}, ...made, exchanges },
				at: new Date().toISOString(),
			});
		}
	} finally {
		await gateway.close();
	}
	return journal;
}

interface Scene {
	credential: Credential;
	/** The probe that this one builds on. */
	earlier?: Run;
	/** The same probe, when it was broken off. */
	before?: Run;
	signal: AbortSignal;
}

async function perform(probe: Probe, scene: Scene): Promise<Partial<ProbeResult>> {
	const { credential, earlier, before, signal } = scene;
	const link = String((earlier?.result?.item['video'] as { url?: string } | undefined)?.url);
	if (probe.later) {
		const { status } = await fetch(link, { headers: { range: 'bytes=0-99' }, signal });
		const nothing = { headers: {}, body: undefined };
		return {
			exchanges: [{ ...{ method: 'GET', path: link, status }, request: nothing, answer: nothing }],
		};
	}
	if (probe.picker) {
		await listModels(videoNode({}), credential, { method: probe.picker });
		return {};
	}
	const path = probe.get ?? probe.post;
	if (path !== undefined) {
		const headers = {
			authorization: `Bearer ${credential.apiKey}`,
			'content-type': 'application/json',
		};
		const options = probe.post ? { method: 'POST', body: '{}' } : {};
		const { external_task_id: external } = Object(earlier?.answered?.request.body);
		const ids: Record<string, unknown> = { id: earlier?.requestId, external };
		const url =
			credential.baseUrl +
			path.replace(/\{(\w+)\}/, (_all, name: string) => encodeURIComponent(String(ids[name])));
		await fetch(url, { ...options, headers, signal, redirect: 'manual' });
		return {};
	}
	const parameters = parametersOf(probe);
	if (parameters['requestId'] === '{id}') parameters['requestId'] = String(earlier?.requestId);
	if (!before) return await execute({ ...parameters, videoUrl: link }, scene);
	if (before.requestId === undefined) return {};
	const follow = { operation: 'getStatus', requestId: before.requestId, downloadVideo: true };
	return await execute({ ...parameters, ...follow }, scene);
}

async function execute(
	parameters: INodeParameters,
	{ credential, signal }: Scene,
): Promise<Partial<ProbeResult>> {
	const data = await readFile(join(import.meta.dirname, 'image.png'), 'base64');
	const video = videoNode(parameters, { onError: 'continueRegularOutput' });
	const items = [{ json: {}, binary: { image: { data, mimeType: 'image/png' } } }];
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
