/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createProxy, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { listenWith } from '../../simulator/listener.ts';
import type { CleanUp } from '../cleanUp.ts';
import { run } from './command.ts';
import { ensureDebianPackage } from './debianPackage.ts';
import { LOOPBACK } from './loopback.ts';

export interface FixedHosts {
	/** The environment that sends an n8n's requests to these hosts here. */
	env: Record<string, string>;
	/** The hosts that n8n asked for and that nobody stands in for: the proxy reached none of them. */
	readonly refused: readonly string[];
}

/**
 * Stands in for hosts whose addresses n8n's nodes have built in, each with an app of its own: n8n
 * reaches every https address through this proxy, and trusts its certificate.
 */
export async function startFixedHosts(
	apps: Readonly<Record<string, RequestListener>>,
	cleanUp: CleanUp,
): Promise<FixedHosts> {
	const folder = await mkdtemp(join(tmpdir(), 'n8n-cometapi-video-hosts-'));
	cleanUp.push(async () => await rm(folder, { recursive: true, force: true }));
	const hosts = Object.keys(apps);
	const { keyFile, certificateFile } = await makeCertificate(folder, hosts);
	const [key, cert] = await Promise.all([readFile(keyFile), readFile(certificateFile)]);
	const site = createServer({ key, cert }, (request, response) =>
		apps[request.headers.host ?? '']?.(request, response),
	);
	const { url: siteUrl, close: closeSite } = await listenWith(site, 0);
	cleanUp.push(closeSite);
	const sitePort = Number(new URL(siteUrl).port);

	const refused: string[] = [];
	const proxy = createProxy().on('connect', ({ url = '' }, client: Socket) => {
		const [host = ''] = url.split(':');
		if (!hosts.includes(host)) {
			refused.push(host);
			client.end('HTTP/1.1 502 Nobody stands in for this host\r\n\r\n');
			return;
		}
		const upstream = connect(sitePort, LOOPBACK, () => {
			client.write('HTTP/1.1 200 Connected\r\n\r\n');
			upstream.pipe(client).pipe(upstream);
		});
		upstream.on('error', () => client.destroy());
		client.on('error', () => upstream.destroy());
	});
	const { url: proxyUrl, close: closeProxy } = await listenWith(proxy, 0);
	cleanUp.push(closeProxy);
	return {
		env: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl, NODE_EXTRA_CA_CERTS: certificateFile },
		refused,
	};
}

async function makeCertificate(folder: string, hosts: string[]) {
	const openssl = await ensureDebianPackage('openssl', 'openssl');
	const keyFile = join(folder, 'key.pem');
	const certificateFile = join(folder, 'certificate.pem');
	const names = hosts.map((host) => `DNS:${host}`).join(',');
	const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	const whose = ['-subj', '/CN=stand-in', '-addext', `subjectAltName=${names}`, '-days', '2'];
	const files = ['-keyout', keyFile, '-out', certificateFile];
	await run(openssl, ['req', ...kind, ...whose, ...files], { cwd: folder });
	return { keyFile, certificateFile };
}
