/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** The machine's NO_PROXY, with loopback in it. */
export function withoutProxy(): string {
	const { NO_PROXY: own = process.env['no_proxy'] } = process.env;
	return [own, 'localhost', LOOPBACK].filter(Boolean).join(',');
}

/** A TCP port of loopback that nobody listens on at the moment; throws if the wanted one is taken. */
export async function freePort(wanted = 0): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(wanted, LOOPBACK, resolve);
	});
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('No free port');
	return address.port;
}
