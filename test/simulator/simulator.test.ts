/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { type Fault, startSimulator } from './simulator.ts';
import {
	GENERATIONS,
	BODY,
	simulator,
	api,
	media,
	start,
	submit,
	eventually,
	useSimulator,
} from './simulatorUnderTest.ts';

useSimulator();

describe('records', () => {
	it('keeps the headers of both hosts, in order', async () => {
		const logged: unknown[] = [];
		await start({ plan: () => ({ seconds: 0 }), log: ({ path }) => logged.push(path) });
		const requestId = await submit();
		await media.get(`/videos/${requestId}.mp4?part=1`, { headers: { Authorization: 'Bearer x' } });

		expect(simulator.requests).toMatchObject([
			{
				host: 'api',
				route: 'submit',
				method: 'POST',
				path: GENERATIONS,
				headers: { authorization: 'Bearer test-key' },
				body: BODY,
				status: 200,
			},
			{
				host: 'media',
				route: 'video',
				method: 'GET',
				path: `/videos/${requestId}.mp4?part=1`,
				headers: { authorization: 'Bearer x' },
				body: undefined,
				status: 200,
			},
		]);
		await eventually(() => expect(logged).toEqual(simulator.requests.map(({ path }) => path)));
		expect(simulator.requests.every(({ at, endedAt = 0 }) => endedAt >= at)).toBe(true);
		expect(simulator.requests.some(({ abortedByClient }) => abortedByClient)).toBe(false);
	});

	it('marks each answer of the API, and none of the media host', async () => {
		await api.post(GENERATIONS, BODY);
		await api.post(GENERATIONS, {});
		await api.get('/api/models');
		const file = await media.get('/videos/none.mp4');
		const ids = simulator.requestsTo('submit').map(({ cometRequestId }) => cometRequestId);
		const answer = await api.get('/v1/models');

		expect(new Set(ids).size).toBe(2);
		expect(answer.headers['x-cometapi-request-id']).toBe(simulator.requests.at(-1)?.cometRequestId);
		expect(file.headers).not.toHaveProperty('x-cometapi-request-id');
	});
});

describe('a client that breaks off', () => {
	it('is neither answered nor billed while its body is on its way', async () => {
		const upload = request(`${simulator.url}${GENERATIONS}`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', 'Content-Length': 1000 },
		});
		const broken = new Promise((resolve) => upload.once('error', resolve));
		upload.write('{"prompt": "half');
		await eventually(() => expect(simulator.requests).toHaveLength(1));
		upload.destroy();
		await broken;

		await eventually(() => expect(simulator.requests[0]?.abortedByClient).toBe(true));
		expect(simulator.requests[0]).not.toHaveProperty('status');
		expect(simulator.requests[0]).not.toHaveProperty('body');
		expect(simulator.jobs).toHaveLength(0);
	});
});

describe('closing', () => {
	it('does not wait for requests that hang, drip or are delayed, nor accepts them', async () => {
		const faults: Fault[] = [
			{ kind: 'hang' },
			{ kind: 'delay', ms: 60_000 },
			{ kind: 'slowBody', ms: 60_000 },
			{ kind: 'drip', everyMs: 60_000 },
			{ kind: 'headersOnly' },
		];
		for (const fault of faults) simulator.inject({ route: 'submit', fault });
		const open = faults.map(() => api.post(GENERATIONS, BODY));
		const ends = Promise.allSettled(open);
		await eventually(() =>
			expect(simulator.requests.map(({ body }) => body)).toEqual(faults.map(() => BODY)),
		);
		const start = Date.now();
		await simulator.close();

		expect(Date.now() - start).toBeLessThan(10_000);
		expect((await ends).map(({ status }) => status)).toEqual(faults.map(() => 'rejected'));
		expect(simulator.jobs).toHaveLength(3);
		expect(simulator.requests.some(({ abortedByClient }) => abortedByClient)).toBe(false);
		await expect(api.get('/v1/models')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
	});

	it('holds no port when the other one is taken', async () => {
		const free = await startSimulator();
		await free.close();
		const [port, mediaPort] = [simulator.url, free.mediaUrl].map((url) =>
			Number(new URL(url).port),
		);
		await expect(startSimulator({ port, mediaPort })).rejects.toMatchObject({
			code: 'EADDRINUSE',
		});
		const next = await startSimulator({ mediaPort });

		expect(next.mediaUrl).toBe(free.mediaUrl);
		await next.close();
	});
});
