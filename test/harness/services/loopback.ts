/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** A TCP port of loopback that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, LOOPBACK, resolve);
	});
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('No free port');
	return address.port;
}
