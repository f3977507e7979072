/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createHash } from 'node:crypto';

import express, { type Response as ExpressResponse } from 'express';

import { listen } from '../../simulator/listener.ts';

/** A request as it arrived: the fields of its form or JSON, and its file, if it has one. */
export interface Post {
	path: string;
	fields: Record<string, unknown>;
	file?: Buffer;
	fileType?: string;
}

export interface SocialSink {
	readonly url: string;
	readonly posts: readonly Post[];
	/** Answers the next request to a path that ends so with this HTTP status, and does not keep it. */
	refuseNext(ending: string, status: number): void;
	/** Keeps the next request to a path that ends so, and never answers it. */
	holdNext(ending: string): void;
	close(): Promise<void>;
}

const ANY_TYPE = () => true;
const TELEGRAM = /^\/bot[^/]+\//;
const DISCORD = /^\/api\/webhooks\//;

/** Stands in for Telegram's Bot API, a webhook of Discord's and a host that takes uploads, on 127.0.0.1. */
export async function startSocialSink(): Promise<SocialSink> {
	const posts: Post[] = [];
	const faults: Array<{ ending: string; status?: number }> = [];
	const app = express();
	app.use(express.raw({ type: ANY_TYPE, limit: '50mb' }));
	app.post('/*path', async ({ path, body, headers }, response) => {
		const index = faults.findIndex(({ ending }) => path.endsWith(ending));
		const [fault] = index < 0 ? [] : faults.splice(index, 1);
		if (fault?.status !== undefined) {
			response.status(fault.status).json(refusedBody(path, fault.status));
			return;
		}
		const post = { path, ...(await readPost(body, headers['content-type'] ?? '')) };
		const sentAgain = posts.find(({ file }) => file && fileId(file) === post.fields['video']);
		if (sentAgain?.file) post.file = sentAgain.file;
		posts.push(post);
		if (fault === undefined) answer(post, response);
	});
	const { url, close } = await listen(app, 0);
	return {
		url,
		posts,
		refuseNext: (ending, status) => void faults.push({ ending, status }),
		holdNext: (ending) => void faults.push({ ending }),
		close,
	};
}

// Discord answers 204 without a body, unless the message has a file:
// https://github.com/discord/discord-api-docs/issues/5099
function answer({ path, fields, file }: Post, response: ExpressResponse): void {
	if (TELEGRAM.test(path)) {
		const video = file && { file_id: fileId(file) };
		response.json({ ok: true, result: { id: fields['chat_id'], video } });
	} else if (!DISCORD.test(path)) response.status(201).json({ uploaded: true });
	else if (file === undefined) response.status(204).end();
	else response.json({ id: '1', content: '' });
}

/** By which Telegram sends a file again that it has. */
function fileId(file: Buffer): string {
	return createHash('sha256').update(file).digest('hex');
}

function refusedBody(path: string, status: number): object {
	if (TELEGRAM.test(path)) {
		return { ok: false, error_code: status, description: 'Bad Request: chat not found' };
	}
	return DISCORD.test(path)
		? { message: 'Unknown Webhook', code: 10015 }
		: { error: 'The upload was refused' };
}

async function readPost(body: Buffer, type: string): Promise<Omit<Post, 'path'>> {
	if (type.startsWith('application/json')) return { fields: Object(JSON.parse(String(body))) };
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
