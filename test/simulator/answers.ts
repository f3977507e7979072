import { randomUUID } from 'node:crypto';
import type { RecordedRequest } from './requests.ts';

export interface Content {
	/** Infinity: it never ends, and no Content-Length is told. */
	readonly bytes: number;
	chunks(): Iterable<Buffer>;
}

export interface Answer {
	status: number;
	headers: Record<string, string>;
	content: Content;
}

export const whole = (buffer: Buffer): Content => ({
	bytes: buffer.length,
	chunks: () => (buffer.length > 0 ? [buffer] : []),
});

export function* firstBytes(chunks: Iterable<Buffer>, bytes: number): Generator<Buffer> {
	let left = bytes;
	for (const chunk of chunks) {
		if (left <= 0) return;
		yield chunk.subarray(0, left);
		left -= chunk.length;
	}
}

/** The beginning only: a well-formed answer, unlike a delivery that stops. */
export const cutTo = ({ chunks }: Content, bytes: number): Content => ({
	bytes,
	chunks: () => firstBytes(chunks(), bytes),
});

const FILLER_BYTES = 64 * 1024;

/** Filled up with one character to so many bytes, or for ever. */
export const filledTo = (start: Content, bytes: number, character: string): Content => ({
	bytes,
	*chunks() {
		const filler = Buffer.alloc(FILLER_BYTES, character);
		yield* firstBytes(start.chunks(), bytes);
		for (let left = bytes - start.bytes; left > 0; left -= filler.length) {
			yield filler.subarray(0, left);
		}
	},
});

export const textOf = ({ content }: Answer) => Buffer.concat([...content.chunks()]).toString();

const text = (
	status: number,
	contentType: string,
	body: string,
	headers: Record<string, string> = {},
): Answer => ({
	status,
	headers: { 'Content-Type': contentType, ...headers },
	content: whole(Buffer.from(body)),
});

export const json = (status: number, body: unknown, headers?: Record<string, string>): Answer =>
	text(status, 'application/json; charset=utf-8', JSON.stringify(body), headers);

export const plain = (status: number, body: string, headers?: Record<string, string>): Answer =>
	text(status, 'text/plain; charset=utf-8', body, headers);

export const empty = (status: number, headers: Record<string, string> = {}): Answer => ({
	status,
	headers,
	content: whole(Buffer.alloc(0)),
});

export const html = (status: number, headers?: Record<string, string>): Answer =>
	text(
		status,
		'text/html; charset=utf-8',
		`<!doctype html><html><head><title>${status}</title></head><body>CometAPI</body></html>`,
		headers,
	);

export const redirect = (status: number, location: string): Answer =>
	html(status, { Location: location });

/** The mark of an answer of CometAPI's own, for its support. */
export const stamped = (answer: Answer, { cometRequestId }: RecordedRequest): Answer =>
	cometRequestId === undefined
		? answer
		: { ...answer, headers: { ...answer.headers, 'x-cometapi-request-id': cometRequestId } };

/** CometAPI's documented error envelope [C]. */
export const errorEnvelope = (message: string, code = '') => ({
	error: {
		message: `${message} (request id: ${randomUUID()})`,
		type: 'comet_api_error',
		param: '',
		code,
	},
});
