/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import { describe, expect, test } from '@jest/globals';

import { startSimulator } from '../simulator/simulator.ts';
import { execute, retry } from './engine.ts';
import { createNode, itemsOf, jsonOf } from './scene.ts';

const KEY = 'a-test-key';

/** Answers nobody can use, by what happens to the connection. */
const CONNECTIONS = {
	'a server that speaks no TLS': (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
	'a hand-shake that is cut': (socket: Socket) => socket.once('data', () => socket.destroy()),
	'a hand-shake that is reset': (socket: Socket) =>
		socket.once('data', () => socket.resetAndDestroy()),
};

async function listening<T>(server: Server, play: (port: number) => Promise<T>): Promise<T> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	try {
		return await play(typeof address === 'object' && address ? address.port : 0);
	} finally {
		server.close();
	}
}

/** A submit to that address is known not to have left, and a retry elsewhere submits. */
async function isNeverSent(baseUrl: string, requestOptions = {}): Promise<void> {
	const node = createNode({ requestOptions });
	const failed = await execute({ video: node }, itemsOf({}), { apiKey: KEY, baseUrl });
	expect(failed.status).toBe('error');
	expect(failed.error?.message).not.toContain('unclear whether');
	expect(failed.error?.description).toContain('You were not charged');

	const simulator = await startSimulator({ plan: () => ({ seconds: 0.1 }) });
	try {
		const credential = { apiKey: simulator.apiKey, baseUrl: simulator.url };
		const [json] = jsonOf(await retry({ video: createNode() }, failed, credential));
		expect(json?.status).toBe('done');
		expect(simulator.jobs).toHaveLength(1);
	} finally {
		await simulator.close();
	}
}

describe('A submit that never left owes nothing, and a retry submits', () => {
	test.concurrent.each(Object.entries(CONNECTIONS))('%s', async (_name, onConnection) => {
		const server = createServer((socket) => {
			socket.on('error', () => {});
			onConnection(socket);
		});
		await listening(server, async (port) => await isNeverSent(`https://127.0.0.1:${port}`));
	});

	test.concurrent.each([
		['ends', (socket: Socket) => socket.end()],
		['cuts', (socket: Socket) => socket.destroy()],
		['resets', (socket: Socket) => socket.resetAndDestroy()],
	])('a proxy that %s the connection instead of making one', async (_name, onConnect) => {
		const proxy = createServer((socket) => {
			socket.on('error', () => {});
			socket.once('data', () => onConnect(socket));
		});
		await listening(proxy, async (port) => {
			await isNeverSent('https://api.example.com', { proxy: `http://127.0.0.1:${port}` });
		});
	});

	test.concurrent('a TLS server without a certificate', async () => {
		const server = createTlsServer((socket) => socket.destroy());
		server.on('tlsClientError', () => {});
		await listening(server, async (port) => await isNeverSent(`https://127.0.0.1:${port}`));
	});

	test.concurrent.each([
		['nobody at the port', 'http://127.0.0.1:1'],
		['nobody at any address of the name', 'http://localhost:1'],
		['a name that does not exist', 'https://nowhere.invalid'],
		['a host that is not reachable', 'https://255.255.255.255'],
	])('%s', async (_name, baseUrl) => {
		await isNeverSent(baseUrl);
	});
});

describe('A submit that may have arrived is not sent again', () => {
	test.concurrent('a connection that is reset after the request', async () => {
		let requests = 0;
		const server = createServer((socket) => {
			socket.on('error', () => {});
			socket.once('data', () => {
				requests++;
				socket.resetAndDestroy();
			});
		});
		await listening(server, async (port) => {
			const credential = { apiKey: KEY, baseUrl: `http://127.0.0.1:${port}` };
			const node = createNode();
			const failed = await execute({ video: node }, itemsOf({}), credential);
			const again = await retry({ video: node }, failed, credential);
			for (const { error } of [failed, again]) expect(error?.message).toContain('unclear whether');
			expect(again.error?.description).toContain('ECONNRESET');
			expect(requests).toBe(1);
		});
	});
});
