/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import express from 'express';

import { listen } from '../../simulator/listener.ts';

/** An upload as it arrived: fields of the form and of the address, and the one file. */
export interface Post {
	path: string;
	fields: Record<string, string>;
	file: Buffer;
	fileType: string;
}

export interface SocialSink {
	readonly url: string;
	readonly posts: readonly Post[];
	/** Answers the next upload to this path with this HTTP status, and does not keep it. */
	refuseNext(path: string, status: number): void;
	close(): Promise<void>;
}

const ANY_TYPE = () => true;

/** Stands in for the hosts of social networks, on 127.0.0.1. */
export async function startSocialSink(): Promise<SocialSink> {
	const posts: Post[] = [];
	const refusals = new Map<string, number>();
	const app = express();
	app.use(express.raw({ type: ANY_TYPE, limit: '50mb' }));
	app.post('/*path', async (request, response) => {
		const refusal = refusals.get(request.path);
		if (refusal !== undefined) {
			refusals.delete(request.path);
			response.status(refusal).json({ error: 'refused' });
			return;
		}
		const query = Object.fromEntries(new URL(request.url, 'http://sink').searchParams);
		const upload = await readUpload(request.body, request.headers['content-type'] ?? '');
		posts.push({ path: request.path, ...upload, fields: { ...query, ...upload.fields } });
		response.status(201).json({ posted: request.path });
	});
	const { url, close } = await listen(app, 0);
	return {
		url,
		posts,
		refuseNext: (path, status) => void refusals.set(path, status),
		close,
	};
}

async function readUpload(body: Buffer, type: string): Promise<Omit<Post, 'path'>> {
	if (!type.startsWith('multipart/form-data')) return { fields: {}, file: body, fileType: type };
	const form = await new Response(new Uint8Array(body), {
		headers: { 'content-type': type },
	}).formData();
	const fields: Record<string, string> = {};
	const files: File[] = [];
	for (const [name, value] of form) {
		if (typeof value === 'string') fields[name] = value;
		else files.push(value);
	}
	const [file, ...others] = files;
	if (file === undefined || others.length > 0) throw new Error('An upload has one file');
	return { fields, file: Buffer.from(await file.arrayBuffer()), fileType: file.type };
}
