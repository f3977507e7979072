/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { AxiosResponse } from 'axios';
import {
	type Fault,
	ingressJson,
	otherFile,
	outOfCredit,
	proxyText,
	sampleMp4,
	verdict,
} from './simulator.ts';
import {
	GENERATIONS,
	BODY,
	simulator,
	statusOf,
	api,
	media,
	planned,
	plannedInStoppedTime,
	submit,
	eventually,
	useSimulator,
} from './simulatorUnderTest.ts';

useSimulator();

describe('faults', () => {
	const post = () => api.post(GENERATIONS, BODY);
	const billed = () => simulator.jobs.length;

	it.each<[string, Fault, Partial<AxiosResponse>]>([
		['status', { kind: 'status', status: 502 }, { status: 502 }],
		[
			'status with body',
			{ kind: 'status', status: 500, body: { error: 'text' } },
			{ status: 500, data: { error: 'text' } },
		],
		[
			'status with headers',
			{ kind: 'status', status: 429, body: 'slow down', headers: { 'Retry-After': '1' } },
			{ status: 429, data: 'slow down', headers: { 'retry-after': '1' } },
		],
		[
			'status with a content type',
			{ kind: 'status', status: 500, body: '<p>', contentType: 'text/html' },
			{ headers: { 'content-type': 'text/html' } },
		],
		['html', { kind: 'html', status: 504 }, { status: 504, data: expect.stringMatching('<html>') }],
		['empty', { kind: 'empty', status: 500 }, { status: 500, data: '' }],
		[
			'redirect',
			{ kind: 'redirect', status: 307, location: 'https://elsewhere.example/' },
			{ status: 307, headers: { location: 'https://elsewhere.example/' } },
		],
	])(
		'%s replaces the answer; with afterHandler the job is billed',
		async (_name, fault, answer) => {
			simulator.inject({ route: 'submit', fault });
			expect(await post()).toMatchObject(answer);
			expect(billed()).toBe(0);

			simulator.inject({ route: 'submit', fault: { ...fault, afterHandler: true } as Fault });
			expect(await post()).toMatchObject(answer);
			expect(billed()).toBe(1);
			expect(simulator.requests.at(-1)?.status).toBe(answer.status ?? 500);

			expect((await post()).status).toBe(200);
		},
	);

	it('resets the connection, before or after accepting', async () => {
		simulator.inject({ fault: { kind: 'reset' } });
		await expect(post()).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(billed()).toBe(0);

		simulator.inject({ fault: { kind: 'reset', afterHandler: true } });
		await expect(post()).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(billed()).toBe(1);

		await eventually(() => expect(simulator.requests[1]?.endedAt).toBeDefined());
		expect(simulator.requests[1]).not.toHaveProperty('status');
		expect(simulator.requests[1]).not.toHaveProperty('abortedByClient');
	});

	it.each([
		[false, 0],
		[true, 1],
	])('hangs; afterHandler %s bills %d', async (afterHandler, bill) => {
		simulator.inject({ route: 'submit', fault: { kind: 'hang', afterHandler } });
		await expect(api.post(GENERATIONS, BODY, { timeout: 50 })).rejects.toMatchObject({
			code: 'ECONNABORTED',
		});

		expect(billed()).toBe(bill);
		await eventually(() => expect(simulator.requests[0]?.abortedByClient).toBe(true));
		expect(simulator.requests[0]).not.toHaveProperty('status');
	});

	it('hangs for a time and then accepts, also when the client has left', async () => {
		simulator.inject({ fault: { kind: 'hang', ms: 200 } });
		await expect(api.post(GENERATIONS, BODY, { timeout: 50 })).rejects.toMatchObject({
			code: 'ECONNABORTED',
		});
		expect(billed()).toBe(0);

		await eventually(() => expect(billed()).toBe(1));
		expect(simulator.requests[0]).not.toHaveProperty('status');
	});

	it.each([
		[false, 0],
		[true, 1],
	])('delays; afterHandler %s has billed %d by then', async (afterHandler, bill) => {
		simulator.inject({ fault: { kind: 'delay', ms: 600, afterHandler } });
		const start = Date.now();
		const answer = post();
		while (simulator.requests.at(-1)?.body === undefined || billed() < bill) await sleep(5);
		expect(billed()).toBe(bill);

		expect((await answer).status).toBe(200);
		expect(Date.now() - start).toBeGreaterThanOrEqual(595);
		expect(billed()).toBe(1);
	});

	it('drips a body, headers at once', async () => {
		simulator.inject({ route: 'models', fault: { kind: 'slowBody', ms: 1_000 } });
		const start = Date.now();
		const response = await api.get('/v1/models', { responseType: 'stream' });
		expect(simulator.requests[0]?.endedAt).toBeUndefined();
		let [text, pieces] = ['', 0];
		for await (const chunk of response.data) {
			text += chunk;
			pieces += 1;
		}

		expect(Date.now() - start).toBeGreaterThanOrEqual(995);
		expect(pieces).toBeGreaterThan(3);
		expect(JSON.parse(text).object).toBe('list');
	});

	it('cuts the JSON in half, with the right length or the whole one', async () => {
		simulator.inject({ route: 'submit', fault: { kind: 'truncatedJson' } });
		const { status, data, headers } = await post();
		expect(status).toBe(200);
		expect(headers['content-type']).toMatch('application/json');
		expect(headers['content-length']).toBe(String(data.length));
		expect(data).toMatch(/^{"request_id":/);
		expect(() => JSON.parse(data)).toThrow(SyntaxError);

		simulator.inject({ route: 'submit', fault: { kind: 'truncatedJson', closeEarly: true } });
		await expect(post()).rejects.toThrow('aborted');
		expect(billed()).toBe(2);
	});

	it('cuts the JSON after the id, of a submit and of a poll', async () => {
		const fault: Fault = { kind: 'truncatedJson', cut: 'afterId' };
		simulator.inject({ fault, times: 2 });
		const submitted = await post();
		const id = simulator.jobs[0]?.requestId ?? '';
		const polled = await statusOf(id);

		expect(submitted.data).toBe(`{"request_id":"${id}"`);
		expect(polled.data).toMatch(new RegExp(`^{.*"task_id":"${id}"$`));
	});

	it('drips a byte at a time, so many, and has accepted', async () => {
		simulator.inject({ route: 'submit', fault: { kind: 'drip', everyMs: 1, bytes: 100 } });
		const { data, headers } = await api.post(GENERATIONS, BODY, { responseType: 'text' });

		expect(headers['content-length']).toBe('100');
		expect(JSON.parse(data)).toEqual({ request_id: simulator.jobs[0]?.requestId });
	});

	it('drips for ever', async () => {
		simulator.inject({ route: 'submit', fault: { kind: 'drip', everyMs: 1 } });
		const { data, headers } = await api.post(GENERATIONS, BODY, { responseType: 'stream' });
		let text = '';
		for await (const chunk of data) {
			text += chunk;
			if (text.length > 100) break;
		}

		expect(headers).not.toHaveProperty('content-length');
		expect(JSON.parse(text)).toEqual({ request_id: simulator.jobs[0]?.requestId });
		await eventually(() => expect(simulator.requests[0]?.abortedByClient).toBe(true));
	});

	it('sends the headers only', async () => {
		simulator.inject({ route: 'submit', fault: { kind: 'headersOnly' } });
		const { data, status, headers } = await api.post(GENERATIONS, BODY, {
			responseType: 'stream',
		});
		const silence = once(data, 'data', { signal: AbortSignal.timeout(100) });
		await expect(silence).rejects.toMatchObject({ name: 'AbortError' });

		expect(status).toBe(200);
		expect(Number(headers['content-length'])).toBeGreaterThan(0);
		expect(billed()).toBe(1);
		data.destroy();
	});

	it('answers with much JSON, the normal answer first', async () => {
		const fault: Fault = { kind: 'huge', bytes: 3_000_000, afterHandler: true };
		simulator.inject({ route: 'submit', fault });
		const { data, headers } = await post();

		expect(headers['content-length']).toBe('3000000');
		expect(Object.keys(data)).toEqual(['request_id', 'filler']);
		expect(data.request_id).toBe(simulator.jobs[0]?.requestId);
	});

	it('answers with much JSON or text of no job', async () => {
		const huge: Fault = { kind: 'huge', bytes: 3_000_000 };
		simulator.inject({ route: 'submit', fault: huge });
		simulator.inject({ route: 'submit', fault: { ...huge, as: 'text', status: 502 } });
		const asJson = await post();
		const asText = await post();

		expect(Object.keys(asJson.data)).toEqual(['filler']);
		expect(asText.status).toBe(502);
		expect(asText.data).toHaveLength(3_000_000);
		expect(billed()).toBe(0);
	});

	it('answers without an end', async () => {
		simulator.inject({ route: 'models', fault: { kind: 'huge', bytes: Infinity, as: 'text' } });
		const { data, headers } = await api.get('/v1/models', { responseType: 'stream' });
		let bytes = 0;
		for await (const chunk of data) {
			bytes += chunk.length;
			if (bytes > 5_000_000) break;
		}

		expect(headers).not.toHaveProperty('content-length');
		await eventually(() => expect(simulator.requests[0]?.abortedByClient).toBe(true));
	});

	it('says the normal answer in other words', async () => {
		const body = (normal: unknown) => ({ data: normal });
		simulator.inject({ route: 'submit', fault: { kind: 'rewrite', body, status: 201 } });
		const { status, data } = await post();

		expect(status).toBe(201);
		expect(data).toEqual({ data: { request_id: simulator.jobs[0]?.requestId } });
	});

	it('encodes a file in spite of identity', async () => {
		await planned({});
		simulator.inject({ route: 'video', fault: { kind: 'gzip' } });
		const { data, headers } = await media.get(`/videos/${await submit()}.mp4`, {
			decompress: false,
			headers: { 'Accept-Encoding': 'identity' },
		});

		expect(headers['content-encoding']).toBe('gzip');
		expect(headers['content-length']).toBe(String(data.length));
		expect(gunzipSync(data).equals(sampleMp4)).toBe(true);
	});

	it('sends a part of a file, or a short one', async () => {
		await planned({});
		const path = `/videos/${await submit()}.mp4`;
		simulator.inject({ route: 'video', fault: { kind: 'partial', bytes: 1000 } });
		simulator.inject({ route: 'video', fault: { kind: 'shortFile', bytes: 1000 } });
		const part = await media.get(path);
		const short = await media.get(path);

		expect(part.status).toBe(206);
		expect(part.headers['content-range']).toBe(`bytes 0-999/${sampleMp4.length}`);
		expect(short.status).toBe(200);
		expect(short.headers['content-length']).toBe('1000');
		for (const { data } of [part, short]) {
			expect(data.equals(sampleMp4.subarray(0, 1000))).toBe(true);
		}
	});

	it.each<[string, Fault, number, unknown, boolean]>([
		[
			'no credit',
			outOfCredit(),
			429,
			{ error: expect.objectContaining({ code: 'insufficient_quota' }) },
			true,
		],
		[
			'a verdict',
			verdict(422, 'imagine:content-moderated', 'refused', { usage: {} }),
			422,
			{ code: 'imagine:content-moderated', error: 'refused', usage: {} },
			true,
		],
		['an ingress', ingressJson(404), 404, expect.objectContaining({ status: 404 }), false],
		['a proxy', proxyText(404), 404, '404 page not found\n', false],
		['a script', otherFile('script'), 200, 'alert(1)', false],
	])(
		'knows %s, and whether it is CometAPI that answers',
		async (_name, fault, status, body, own) => {
			simulator.inject({ route: 'models', fault });
			const answer = await api.get('/v1/models');

			expect(answer.status).toBe(status);
			expect(answer.data).toEqual(body);
			expect('x-cometapi-request-id' in answer.headers).toBe(own);
		},
	);

	it('changes the content type', async () => {
		simulator.inject({ fault: { kind: 'contentType', value: 'text/plain' } });
		const { headers, data } = await post();

		expect(headers['content-type']).toBe('text/plain');
		expect(data.request_id).toBe(simulator.jobs[0]?.requestId);
	});

	it('breaks off a video, and serves it when asked again', async () => {
		await planned({ video: { bytes: 300_000 } });
		const path = `/videos/${await submit()}.mp4`;
		simulator.inject({ route: 'video', fault: { kind: 'shortRead', bytes: 100_000 } });
		const response = await media.get(path, { responseType: 'stream' });
		let received = 0;
		const reading = (async () => {
			for await (const chunk of response.data) received += chunk.length;
		})();

		await expect(reading).rejects.toThrow('aborted');
		expect(response.headers['content-length']).toBe('300000');
		expect(received).toBe(100_000);
		expect((await media.get(path)).data).toHaveLength(300_000);
	});

	it('obeys route, when, times and remove', async () => {
		const fault: Fault = { kind: 'status', status: 500 };
		const rule = simulator.inject({
			route: 'models',
			when: ({ path }) => path.endsWith('?x'),
			times: 2,
			fault,
		});
		const statuses = [];
		for (const path of ['/v1/models', '/v1/models?x', '/v1/models?x', '/v1/models?x']) {
			statuses.push((await api.get(path)).status);
		}
		expect(statuses).toEqual([200, 500, 500, 200]);
		expect(rule.hits).toBe(2);

		const lasting = simulator.inject({ times: Infinity, fault });
		expect((await post()).status).toBe(500);
		expect((await media.get('/')).status).toBe(500);
		lasting.remove();
		expect((await post()).status).toBe(200);
		expect(lasting.hits).toBe(2);
	});

	it('asks the hook when no rule matches', async () => {
		simulator.inject({ route: 'submit', fault: { kind: 'empty', status: 502 } });
		simulator.decideFault = ({ route }) =>
			route === 'submit' ? { kind: 'empty', status: 503 } : undefined;

		expect((await post()).status).toBe(502);
		expect((await post()).status).toBe(503);
		expect((await api.get('/v1/models')).status).toBe(200);
		simulator.decideFault = undefined;
		expect((await post()).status).toBe(200);
	});

	it('has an outage for a time', async () => {
		const { passSeconds } = await plannedInStoppedTime({});
		simulator.outage(1_000, { kind: 'empty', status: 502 }, 'submit');
		expect((await post()).status).toBe(502);
		expect((await post()).status).toBe(502);
		expect((await api.get('/v1/models')).status).toBe(200);
		passSeconds(1);
		expect((await post()).status).toBe(200);
	});
});
