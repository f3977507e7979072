/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { type RequestListener, createServer } from 'node:http';
import type { Server, Socket } from 'node:net';

export interface Listener {
	url: string;
	close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/** Port 0 takes a free one. */
export async function listen(app: RequestListener, port: number): Promise<Listener> {
	return await listenWith(createServer(app), port);
}

/** Whatever the server speaks, the URL of its address begins with http. */
export async function listenWith(server: Server, port: number): Promise<Listener> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject).listen(port, LOOPBACK, resolve);
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('No TCP address');
	return {
		url: `http://${LOOPBACK}:${address.port}`,
		async close() {
			// A second close is no error: whoever calls wants it closed.
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			for (const socket of sockets) socket.destroy();
			await closed;
		},
	};
}
