/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';

import express from 'express';

export interface Instagram {
	/** By the host that n8n's node has built in. */
	readonly apps: Record<string, RequestListener>;
	readonly accountId: string;
	readonly accessToken: string;
	/** Published, in their order. */
	readonly reels: ReadonlyArray<{ caption: string; bytes: Buffer }>;
	/** The answers of a container, from the first to the last, which it repeats. */
	statuses: string[];
}

interface Container {
	caption: string;
	bytes: Buffer;
	/** As told last. */
	status?: string | undefined;
	asks: number;
}

/**
 * Stands in for the part of Facebook's Graph API by which a Reel is posted: a container fetches the
 * video, is asked until it is finished, and is published.
 */
export function createInstagram(): Instagram {
	const accountId = '17841400000000000';
	const accessToken = 'instagram-token';
	const containers = new Map<string, Container>();
	const reels: Container[] = [];
	const app = express();
	app.use('/v23.0', (request, response, next) => {
		if (request.query['access_token'] === accessToken) next();
		else response.status(400).json({ error: { message: 'Invalid OAuth access token' } });
	});
	app.get(`/v23.0/${accountId}`, (_request, response) => {
		response.json({ id: accountId, username: 'candles' });
	});
	app.post(`/v23.0/${accountId}/media`, async ({ query }, response) => {
		if (query['media_type'] !== 'REELS') throw new Error('This is no Reel');
		const video = await fetch(String(query['video_url']));
		const bytes = Buffer.from(await video.arrayBuffer());
		const id = randomUUID();
		containers.set(id, { caption: String(query['caption']), bytes, asks: 0 });
		response.json({ id });
	});
	app.post(`/v23.0/${accountId}/media_publish`, ({ query }, response) => {
		const container = containers.get(String(query['creation_id']));
		if (container?.status !== 'FINISHED') {
			response.status(400).json({ error: { message: 'Media ID is not available' } });
			return;
		}
		reels.push(container);
		response.json({ id: randomUUID() });
	});
	app.get('/v23.0/:id', ({ params }, response) => {
		const container = containers.get(params.id);
		if (container === undefined) {
			response.status(400).json({ error: { message: 'Object does not exist' } });
			return;
		}
		const { statuses } = instagram;
		const status = statuses[container.asks] ?? statuses.at(-1);
		Object.assign(container, { status, asks: container.asks + 1 });
		response.json({
			id: params.id,
			status_code: status,
			status: `${status}: told by the stand-in`,
		});
	});
	const instagram: Instagram = {
		apps: { 'graph.facebook.com': app },
		accountId,
		accessToken,
		reels,
		statuses: ['FINISHED'],
	};
	return instagram;
}
