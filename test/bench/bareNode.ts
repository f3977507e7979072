/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
// The rival: the least that a node can do to make videos, with nothing but n8n's HTTP helper.
import { setTimeout as sleep } from 'node:timers/promises';

import type { IExecuteFunctions, IHttpRequestMethods, INodeExecutionData } from 'n8n-workflow';

import type { Credential, Graph, StandIn } from '../engine/engine.ts';
import { AUTOMATIC } from './probed.ts';

const LONGEST_BACKOFF_S = 30;

export interface BareSettings {
	credential: Credential;
	pollIntervalS: number;
	onAccepted?: () => void;
}

/** A workflow in which it stands where the video node would. */
export function bareGraph(settings: BareSettings): Graph {
	const run: StandIn = async (items, _runIndex, _tools, context) => [
		await Promise.all(items.map(async (item) => await makeVideo(context, item, settings))),
	];
	return {
		video: AUTOMATIC,
		standIns: { Bare: { run } },
		connections: [['Start', 0, 'Bare']],
	};
}

async function makeVideo(
	context: IExecuteFunctions,
	{ json: { prompt } }: INodeExecutionData,
	{ credential, pollIntervalS, onAccepted }: BareSettings,
): Promise<INodeExecutionData> {
	const { baseUrl, apiKey } = credential;
	const ask = async (method: IHttpRequestMethods, path: string, body?: object) =>
		(await context.helpers.httpRequest({
			method,
			url: `${baseUrl}/grok/v1/videos/${path}`,
			headers: { Authorization: `Bearer ${apiKey}` },
			body: body as Record<string, string>,
			json: true,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
		})) as { statusCode: number; body: { request_id: string; status: string } };
	const submit = async () =>
		await ask('POST', 'generations', { model: 'grok-imagine-video', prompt, duration: 1 });

	let accepted = await submit();
	for (let refusals = 1; accepted.statusCode === 429; refusals++) {
		const backoffS = Math.min(LONGEST_BACKOFF_S, 2 ** (refusals - 1));
		await sleep(backoffS * 1000 * (0.5 + Math.random()));
		accepted = await submit();
	}
	onAccepted?.();
	const { request_id: requestId } = accepted.body;
	const signal = context.getExecutionCancelSignal();
	for (;;) {
		await sleep(pollIntervalS * 1000);
		if (signal?.aborted) throw new Error('Stopped');
		const { body } = await ask('GET', requestId);
		if (body.status === 'done') return { json: { ...body } };
	}
}
