/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { UserError, type IHttpRequestOptions } from 'n8n-workflow';

import { BASE_URL_EXPRESSION, baseUrlProblem, toApiBaseUrl } from '../../credentials/baseUrl';
import { CometApiVideoApi } from '../../credentials/CometApiVideoApi.credentials';

describe('the base URL of a request', () => {
	const cases = [
		['https://api.cometapi.com', 'https://api.cometapi.com'],
		['https://api.cometapi.com/', 'https://api.cometapi.com'],
		['https://api.cometapi.com//', 'https://api.cometapi.com'],
		['https://api.cometapi.com/v1', 'https://api.cometapi.com'],
		['https://api.cometapi.com/v1/', 'https://api.cometapi.com'],
		['  https://api.cometapi.com/v1/ \n', 'https://api.cometapi.com'],
		['https://gateway.example/comet/v1', 'https://gateway.example/comet'],
		['https://gateway.example/v1/comet', 'https://gateway.example/v1/comet'],
		['https://gateway.example/v10', 'https://gateway.example/v10'],
		['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
	] as const;

	test.each(cases)('%j is %s', (baseUrl, expected) => {
		expect(toApiBaseUrl(baseUrl)).toBe(expected);
	});

	test.each(cases)("%j is %s in n8n's routing, too", (baseUrl, expected) => {
		const [, code = ''] = /^=\{\{(.*)\}\}$/.exec(BASE_URL_EXPRESSION) ?? [];
		expect(runInNewContext(code, { $credentials: { baseUrl } })).toBe(expected);
	});
});

const SAFE = [
	'https://api.cometapi.com',
	'https://gateway.example:8443/comet',
	'http://localhost:3000',
	'http://LOCALHOST:3000',
	'http://127.0.0.1:3000/v1',
	'http://127.8.9.10',
	'http://[::1]:3000',
	'https://localhost',
];

const UNSAFE = [
	'http://api.cometapi.com',
	'http://192.168.0.10',
	'http://10.0.0.1:3000',
	'http://0.0.0.0:3000',
	'http://128.0.0.1',
	'http://localhost.example.com',
	'http://127.0.0.1.example.com',
	'http://notlocalhost',
	'http://[2001:db8::1]',
	'ftp://api.cometapi.com',
	'ws://localhost:3000',
	'file:///etc/hosts',
];

const NO_URL = ['', 'api.cometapi.com', 'undefined', '/v1', 'https://'];

describe('where the API key may go', () => {
	test.each(SAFE)('%s may have it', (baseUrl) => {
		expect(baseUrlProblem(baseUrl)).toBeUndefined();
	});

	test.each(UNSAFE)('%s may not have it', (baseUrl) => {
		expect(baseUrlProblem(baseUrl)).toContain("'Base URL' must start with https://");
	});

	test.each([
		['https://me:secret@api.cometapi.com', 'user name'],
		['http://127.0.0.1@gateway.example', 'user name'],
		['https://api.cometapi.com?key=1', 'no ?'],
		['https://api.cometapi.com/#v1', 'no ?'],
		['https://api.cometapi.com?', 'no ?'],
		['https://api.cometapi.com/v1/#', 'no ?'],
	])('%s has a part that no base URL has', (baseUrl, said) => {
		expect(baseUrlProblem(baseUrl)).toContain(said);
	});

	test('a key that was pasted into the field is not quoted', () => {
		expect(baseUrlProblem('sk-1234567890abcdef')).not.toContain('sk-1234');
	});

	test.each(NO_URL)('%j is not a URL', (baseUrl) => {
		expect(baseUrlProblem(baseUrl)).toContain("'Base URL' is not a URL");
	});
});

describe("the credential's authenticate", () => {
	const { authenticate } = new CometApiVideoApi();
	const credential = { apiKey: 'sk-secret', baseUrl: 'https://api.cometapi.com' };
	const request: IHttpRequestOptions = {
		method: 'POST',
		baseURL: 'https://api.cometapi.com',
		url: '/grok/v1/videos/generations',
		headers: { 'X-Trace': '1' },
		body: { prompt: 'a candle' },
	};

	test('adds the key as a bearer, keeps the rest, and changes nothing in place', async () => {
		const before = structuredClone(request);
		expect(await authenticate(credential, request)).toEqual({
			...before,
			headers: { 'X-Trace': '1', Authorization: 'Bearer sk-secret' },
		});
		expect(request).toEqual(before);
	});

	test('works without headers, and forgives white space around key and base URL', async () => {
		const pasted = { apiKey: ' sk-secret\n', baseUrl: ' https://api.cometapi.com/v1/ ' };
		const bare = { baseURL: 'https://api.cometapi.com', url: '/v1/models' };
		expect((await authenticate(pasted, bare)).headers).toEqual({
			Authorization: 'Bearer sk-secret',
		});
	});

	test.each([
		{ name: 'a path without a base', told: { baseURL: undefined, url: '/v1/models' } },
		{ name: 'an absolute URL', told: { url: 'https://api.cometapi.com/v1/models' } },
		{ name: 'its default port', told: { baseURL: 'https://api.cometapi.com:443' } },
		{ name: 'other letters', told: { baseURL: 'https://API.CometAPI.com/comet' } },
	])('sends the key to the origin of the credential: $name', async ({ told }) => {
		const sent = await authenticate(credential, { ...request, ...told });
		expect(sent.headers).toMatchObject({ Authorization: 'Bearer sk-secret' });
	});

	test.each([
		{ name: 'another host', told: { baseURL: 'https://evil.example' } },
		{ name: 'a subdomain', told: { baseURL: 'https://evil.api.cometapi.com' } },
		{ name: 'another port', told: { baseURL: 'https://api.cometapi.com:8443' } },
		{ name: 'without TLS', told: { baseURL: 'http://api.cometapi.com' } },
		{ name: 'a host after a user', told: { baseURL: 'https://api.cometapi.com@evil.example' } },
		{ name: 'an absolute URL', told: { url: 'https://evil.example/v1/models' } },
		{ name: 'a URL without a scheme', told: { url: '//evil.example/v1/models' } },
		{ name: 'back slashes', told: { url: '/\\evil.example/v1/models' } },
	])('refuses another origin: $name', async ({ told }) => {
		const sending = authenticate(credential, { ...request, ...told });
		await expect(sending).rejects.toThrow(UserError);
		await expect(sending).rejects.toThrow('The API key is only sent to api.cometapi.com');
	});

	test.each([...UNSAFE, ...NO_URL])('refuses the base URL %j', async (baseUrl) => {
		const own = { ...request, baseURL: baseUrl };
		const sending = authenticate({ ...credential, baseUrl }, own);
		await expect(sending).rejects.toThrow(UserError);
		await expect(sending).rejects.toThrow("'Base URL'");
	});

	test.each(SAFE)('sends the key to %s', async (baseUrl) => {
		const own = { ...request, baseURL: baseUrl };
		const sent = await authenticate({ ...credential, baseUrl }, own);
		expect(sent.headers).toMatchObject({ Authorization: 'Bearer sk-secret' });
	});

	test('never tells the key in a refusal', async () => {
		const elsewhere = authenticate(credential, { ...request, baseURL: 'https://evil.example' });
		await expect(elsewhere).rejects.not.toThrow('sk-secret');
		const insecure = authenticate({ ...credential, baseUrl: 'http://api.cometapi.com' }, request);
		await expect(insecure).rejects.not.toThrow('sk-secret');
	});
});
