/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

import axios from 'axios';
import { sleep, type INode, type INodeExecutionData } from 'n8n-workflow';

import { logLines, type Finished } from '../engine/engine.ts';
import { itemsOf, withScene, type Scene } from '../engine/scene.ts';
import {
	shapesOf,
	type Job,
	type RecordedRequest,
	type Simulator,
} from '../simulator/simulator.ts';
import { statusFault, submitFault, VERDICT, type Fate, type Story } from './story.ts';

/** The time-out of the node: what ends a request that hangs. Well above what a busy machine needs. */
const REQUEST_TIMEOUT_MS = 5_000;

/** So long the node itself waits for the answer to a submit. */
const LATEST_ANSWER_MS = 35_000;

/** A submit that the node had decided on at Stop may leave that much later. */
const ON_ITS_WAY_MS = 20;

/** When submits left this process, epoch ms, by the simulator's host: on a busy machine they arrive late. */
const departures = new Map<string, number[]>();
subscribe('http.client.request.start', (message) => {
	const { request } = message as { request: ClientRequest };
	if (request.method !== 'POST') return;
	const host = String(request.getHeader('host'));
	departures.set(host, [...(departures.get(host) ?? []), Date.now()]);
});

interface Ending {
	finished: Finished;
	/** Epoch ms between Stop and the next retry: nothing may be submitted in there. */
	silences: Array<{ from: number; to: number }>;
	/** The submits that were answered as they should be. */
	healthy: Set<RecordedRequest>;
	/** Paths of the status requests that were answered with a verdict. */
	verdicts: string[];
}

/** Plays a story against a simulator of its own and tells what went wrong, in words. */
export async function play(story: Story): Promise<string[]> {
	const complaints: string[] = [];
	const options = {
		plan: planOf(story),
		...(story.maxRunningJobs && { maxRunningJobs: story.maxRunningJobs }),
	};
	await withScene(options, async (scene) => {
		const healthy = new Set<RecordedRequest>();
		const verdicts: string[] = [];
		const original = story.maker.extendsVideo ? await makeOriginal(scene) : undefined;
		if (story.credentialMs > 0) scene.credential.readMs = () => story.credentialMs;
		let submits = 0;
		let polls = 0;
		scene.simulator.decideFault = (request) => {
			if (request.route !== 'submit') {
				const name = story.statusWeather[polls++] ?? 'none';
				if (name === VERDICT) verdicts.push(request.path);
				return statusFault(name);
			}
			const fault = submitFault(story.submitWeather[submits++] ?? 'none');
			if (fault === undefined || fault.kind === 'delay') healthy.add(request);
			return fault;
		};
		const ending = await live(story, scene, original);
		await answersArrived(healthy);
		complaints.push(...judge(story, scene.simulator, { ...ending, healthy, verdicts }));
	});
	return complaints;
}

/** Beside other stories, an answer may need longer than its request. */
async function answersArrived(submits: Set<RecordedRequest>): Promise<void> {
	const deadline = Date.now() + LATEST_ANSWER_MS;
	const isOnItsWay = ({ endedAt, abortedByClient }: RecordedRequest) =>
		!endedAt && !abortedByClient;
	while ([...submits].some(isOnItsWay) && Date.now() < deadline) await sleep(50);
	await sleep(1_000);
}

const ORIGINAL = 'the original';

/** A finished video that can be extended, made by nobody's story. */
async function makeOriginal({ simulator }: Scene): Promise<string> {
	const url = `${simulator.url}/kling/v1/videos/text2video`;
	const headers = { authorization: `Bearer ${simulator.apiKey}` };
	await axios.post(url, { prompt: ORIGINAL, model_name: 'kling-v1-6' }, { headers });
	return String(simulator.jobs[0]?.requestId);
}

const promptOf = (story: Story, item: number) => (story.isEqual ? 'same' : `item ${item}`);

function planOf(story: Story) {
	return ({ index, body }: { index: number; body: { prompt?: unknown } }) => {
		if (body.prompt === ORIGINAL) return { seconds: 0 };
		const item = story.isEqual
			? index % story.fates.length
			: story.fates.findIndex((_fate, candidate) => promptOf(story, candidate) === body.prompt);
		const { seconds, outcome, code: failed, shape } = story.fates[item] as Fate;
		// With the provider's own code, moderation could not be told from the provider's failure.
		const code = outcome === 'moderated' ? 'invalid_argument' : failed;
		const shapes = shapesOf(story.maker.family);
		return {
			seconds,
			outcome,
			shape: shapes[shape % shapes.length],
			error: { code, message: `told ${code}` },
		};
	};
}

function nodeOf(story: Story, original: string | undefined): INode {
	const ids = original !== undefined && { requestId: original, videoId: `${original}-1` };
	return story.maker.create(
		{
			...ids,
			prompt: '={{ $json.prompt }}',
			waitForCompletion: story.waits,
			options: { maxWait: 3 },
			requestOptions: { timeout: REQUEST_TIMEOUT_MS },
		},
		{
			onError: story.onError,
			retryOnFail: story.tries > 1,
			maxTries: story.tries,
			waitBetweenTries: 50,
		},
	);
}

async function live(
	story: Story,
	scene: Scene,
	original: string | undefined,
): Promise<Pick<Ending, 'finished' | 'silences'>> {
	const node = nodeOf(story, original);
	const items = itemsOf(...story.fates.map((_fate, item) => ({ prompt: promptOf(story, item) })));
	const silences: Ending['silences'] = [];
	let started = await scene.start(node, items);
	for (let retries = story.editorRetries; ; retries--) {
		const isLast = retries === 0;
		if (story.stopAfterMs !== undefined && !isLast) {
			await Promise.race([sleep(story.stopAfterMs), started.finished]);
			started.stop();
			silences.push({ from: Date.now(), to: Infinity });
		}
		const finished = await started.finished;
		if (isLast || finished.status === 'success') {
			// A submit that was in flight at a Stop is left to finish.
			await sleep(REQUEST_TIMEOUT_MS);
			return { finished, silences };
		}
		const silence = silences.at(-1);
		if (silence?.to === Infinity) {
			await sleep(REQUEST_TIMEOUT_MS);
			silence.to = Date.now();
		}
		started = await scene.startRetry(node, finished);
	}
}

function judge(story: Story, simulator: Simulator, ending: Ending): string[] {
	const { finished, silences, healthy, verdicts } = ending;
	const items = (finished.outputs ?? []).flat();
	return [
		...duplicates(story, simulator),
		...lostIds(healthy, finished),
		...falseReports(simulator, items, verdicts),
		...freeButPaid(story, simulator, items),
		...(simulator.requestsTo('submit').length > submitsOf(simulator).length
			? ['submits left unseen']
			: []),
		...silences.flatMap(({ from, to }) =>
			submitsOf(simulator)
				.filter((at) => at > from + ON_ITS_WAY_MS && at < to)
				.map((at) => `a submit ${at - from} ms after Stop`),
		),
		...(finished.status === 'success' && items.length !== story.fates.length
			? [`${items.length} items came out of ${story.fates.length}`]
			: []),
	];
}

const submitsOf = ({ url }: Simulator) => departures.get(new URL(url).host) ?? [];

/** The provider failed on its own, so that a retry is right to make a new job. */
const deservesAnother = ({ plan: { outcome, error } }: Job) =>
	outcome === 'expired' ||
	(outcome === 'failed' && typeof error === 'object' && error.code === 'internal_error');

function duplicates(story: Story, { jobs }: Simulator): string[] {
	const allowed = story.isEqual ? story.fates.length : 1;
	return [...new Set(jobs.map(({ body }) => body.prompt))].flatMap((prompt) => {
		const paid = jobs.filter((job) => job.body.prompt === prompt && !deservesAnother(job));
		return paid.length > allowed ? [`${paid.length} jobs for "${prompt}"`] : [];
	});
}

/** Ids that the API told must be somewhere; those whose answer was lost cannot be. */
function lostIds(healthy: Set<RecordedRequest>, { run }: Finished): string[] {
	const shown = JSON.stringify(run.data) + logLines.join('\n');
	return [...healthy]
		.filter(({ abortedByClient }) => !abortedByClient)
		.flatMap(({ acceptedId }) => acceptedId ?? [])
		.filter((id) => !shown.includes(id))
		.map((id) => `id ${id} is lost`);
}

function falseReports(
	{ jobs }: Simulator,
	items: INodeExecutionData[],
	verdicts: string[],
): string[] {
	const ids = items.map(({ json }) => json.request_id).filter((id) => id !== undefined);
	return [
		...(new Set(ids).size < ids.length ? ['two items have one video'] : []),
		...items.flatMap(({ json }) => {
			if (json.status !== 'done' && json.status !== 'failed' && json.status !== 'expired')
				return [];
			const job = jobs.find(({ requestId }) => requestId === json.request_id);
			if (!job) return [`${json.status} is reported for a job that is none`];
			if (verdicts.some((path) => path.includes(job.requestId))) return [];
			if (Date.now() < job.endsAt) return [`a running job is reported as ${json.status}`];
			return (json.status === 'done') === (job.plan.outcome === 'done')
				? []
				: [`${job.plan.outcome} is reported as ${json.status}`];
		}),
	];
}

/** An item that says that nothing was accepted must be right. */
function freeButPaid(story: Story, { jobs }: Simulator, items: INodeExecutionData[]): string[] {
	if (story.isEqual) return [];
	return items.flatMap(({ json, pairedItem }) => {
		const error = json.error as { message?: string } | undefined;
		if (!error?.message?.includes('You were not charged')) return [];
		const item = typeof pairedItem === 'object' && 'item' in pairedItem ? pairedItem.item : -1;
		const paid = jobs.filter(
			(job) => job.body.prompt === promptOf(story, item) && !deservesAnother(job),
		);
		return paid.length > 0 ? [`"You were not charged" for item ${item}, which was accepted`] : [];
	});
}
