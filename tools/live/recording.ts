/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tools run outside n8n */
import { createRequire } from 'node:module';
import type { Message, Recorded } from './gateway.ts';

const built = createRequire(import.meta.url);
const { redact } = built(
	'../../dist/nodes/CometApiVideo/http/redact.js',
) as typeof import('../../nodes/CometApiVideo/http/redact');

const HIDDEN = '***';
const MOST_EXCHANGES = 12;
const LONGEST_TEXT = 500;

/** Who owns the account, and what was asked for. */
const PRIVATE = /^(prompt|negative_prompt|user(_?name)?|e?mail|account|organi[sz]ation|owned_by)$/i;

/** Headers that say something of the API, and nothing of who asked. */
const TELLING =
	/^(content-(type|length)|location|retry-after|x-(cometapi|oneapi)-request-id|.*rate-?limit.*)$/i;

/** The first and the last of the exchanges, as they may be published: without key, names and prompts. */
export function toRecording(exchanges: Recorded[], apiKey: string): Recorded[] {
	const half = MOST_EXCHANGES / 2;
	const some =
		exchanges.length <= MOST_EXCHANGES
			? exchanges
			: [...exchanges.slice(0, half), ...exchanges.slice(-half)];
	const hidden = some.map((exchange) => ({
		...exchange,
		path: withoutSignature(exchange.path),
		request: hideIn(exchange.request),
		answer: hideIn(exchange.answer),
	}));
	return JSON.parse(withoutKey(JSON.stringify(hidden), apiKey)) as Recorded[];
}

/** A key's forms: as it is, as JSON, a URL or a header of user and password write it. */
export function withoutKey(json: string, apiKey: string): string {
	const forms = [
		encodeURIComponent(apiKey),
		encodeURIComponent(apiKey).toLowerCase(),
		Buffer.from(apiKey).toString('hex'),
		// Whatever stands before and after the key, these characters of it stay the same.
		...[0, 1, 2].map((offset) => {
			const base64 = Buffer.concat([Buffer.alloc(offset), Buffer.from(apiKey)]).toString('base64');
			return base64.slice(offset && 4, -4);
		}),
	];
	let shown = redact(json, apiKey);
	for (const form of forms) if (form.length >= 8) shown = shown.replaceAll(form, HIDDEN);
	return shown;
}

function hideIn({ headers, body }: Message): Message {
	const told = Object.entries(headers).filter(([name]) => TELLING.test(name));
	return {
		headers: Object.fromEntries(told.map(([name, value]) => [name, withoutSignature(value)])),
		body: hide(body),
	};
}

function hide(value: unknown): unknown {
	if (typeof value === 'string') return withoutSignature(value).slice(0, LONGEST_TEXT);
	if (Array.isArray(value)) return value.slice(0, 20).map(hide);
	if (typeof value !== 'object' || value === null) return value;
	const fields = Object.entries(value).map(([name, inner]) => [
		name,
		PRIVATE.test(name) ? HIDDEN : hide(inner),
	]);
	return Object.fromEntries(fields) as unknown;
}

/** A query opens the file for whoever has it. */
function withoutSignature(text: string): string {
	return text
		.replace(/(https?:\/\/[^\s"'?]+)\?[^\s"']*/g, `$1?${HIDDEN}`)
		.replace(/([?&](?:key|token|sig|signature|expires)=)[^&\s]*/gi, `$1${HIDDEN}`);
}
