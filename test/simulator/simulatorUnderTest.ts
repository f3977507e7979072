/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { Agent } from 'node:http';

import axios, { type AxiosInstance } from 'axios';
import {
	type JobPlan,
	type Simulator,
	type SimulatorOptions,
	startSimulator,
} from './simulator.ts';

export const GENERATIONS = '/grok/v1/videos/generations';
export const EDITS = '/grok/v1/videos/edits';
export const BODY = { model: 'grok-imagine-video', prompt: 'a lighthouse', duration: 2 };
export const EDIT_BODY = {
	prompt: 'make it night',
	video: { url: 'https://media.example/in.mp4' },
};
export const NO_SUCH_ID = '11111111-2222-3333-4444-555555555555';

export let simulator: Simulator;
/** With the key. */
export let api: AxiosInstance;
export let media: AxiosInstance;

export async function start(options: SimulatorOptions = {}) {
	await simulator?.close();
	simulator = await startSimulator(options);
	// A kept connection may be closed by the server just when a busy machine sends on it.
	const httpAgent = new Agent({ keepAlive: false });
	const settings = {
		validateStatus: () => true,
		maxRedirects: 0,
		maxBodyLength: Infinity,
		httpAgent,
	};
	api = axios.create({
		...settings,
		baseURL: simulator.url,
		headers: { Authorization: `Bearer ${simulator.apiKey}` },
	});
	media = axios.create({
		...settings,
		baseURL: simulator.mediaUrl,
		responseType: 'arraybuffer',
	});
}

export const planned = (plan: JobPlan) => start({ plan: () => ({ seconds: 0, ...plan }) });

/** Jobs then go by a clock that only the test moves. */
export async function plannedInStoppedTime(plan: JobPlan) {
	let now = Date.now();
	await start({ plan: () => plan, now: () => now });
	return { passSeconds: (seconds: number) => (now += seconds * 1000) };
}

/** For each test of a file a simulator of its own. */
export function useSimulator() {
	beforeEach(() => start());
	afterEach(() => simulator.close());
}

export async function submit(body: object = BODY): Promise<string> {
	const { status, data } = await api.post(GENERATIONS, body);
	expect(status).toBe(200);
	return data.request_id ?? data.id;
}

export const statusOf = (requestId: string) => api.get(`/grok/v1/videos/${requestId}`);

export const videoUrl = (requestId: string) => `${simulator.mediaUrl}/videos/${requestId}.mp4`;

export const envelope = (message: RegExp, code = '') => ({
	error: {
		message: expect.stringMatching(message),
		type: 'comet_api_error',
		param: '',
		code,
	},
});

function holds(assertion: () => void): boolean {
	try {
		assertion();
		return true;
	} catch {
		return false;
	}
}

/** The end of a request is seen by the server a moment after the client. */
export async function eventually(assertion: () => void): Promise<void> {
	for (let tries = 0; tries < 1000 && !holds(assertion); tries += 1) await sleep(5);
	assertion();
}
