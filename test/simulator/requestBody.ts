/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FormPart, RecordedRequest } from './requests.ts';

const BODY_LIMIT_BYTES = 50 * 1024 * 1024;

/** Reads to the end even past the limit, so that the client can send on and then hear 413. */
async function readBytes(request: IncomingMessage): Promise<Buffer | undefined> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		bytes += chunk.length;
		if (bytes <= BODY_LIMIT_BYTES) chunks.push(chunk);
	}
	return bytes > BODY_LIMIT_BYTES ? undefined : Buffer.concat(chunks);
}

async function partOf([name, value]: [string, string | File]): Promise<FormPart> {
	if (typeof value === 'string') return { name, value };
	const content = Buffer.from(await value.arrayBuffer());
	const sha256 = createHash('sha256').update(content).digest('hex');
	const { name: fileName, type } = value;
	return { name, value: { name: fileName, type, bytes: content.length, sha256 } };
}

/** The parts of a form, or undefined for what is none. */
export async function readForm(
	bytes: Buffer,
	contentType: string,
): Promise<FormPart[] | undefined> {
	const response = new Response(new Uint8Array(bytes), {
		headers: { 'Content-Type': contentType },
	});
	const entries = await response.formData().then(
		(form) => [...form],
		() => undefined,
	);
	return entries && (await Promise.all(entries.map(partOf)));
}

/** The text itself, where it is no JSON. */
export function parsedJson(text: string): unknown {
	if (text === '') return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** Writes what came into the record; false when it was too large to be kept. */
export async function recordBody(
	record: RecordedRequest,
	request: IncomingMessage,
): Promise<boolean> {
	const bytes = await readBytes(request);
	if (bytes === undefined) return false;
	const contentType = request.headers['content-type'] ?? '';
	if (/^multipart\/form-data\b/i.test(contentType)) {
		record.form = await readForm(bytes, contentType);
	}
	if (record.form === undefined) record.body = parsedJson(bytes.toString());
	return true;
}
