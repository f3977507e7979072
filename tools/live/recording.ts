/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tools run outside n8n */
import { createRequire } from 'node:module';
import type { Recorded } from './gateway.ts';

const { redact } = createRequire(import.meta.url)(
	'../../dist/nodes/CometApiVideo/http/redact.js',
) as typeof import('../../nodes/CometApiVideo/http/redact');

const HIDDEN = '***';
const MOST_EXCHANGES = 12;
const MOST_ENTRIES = 20;
const LONGEST_TEXT = 500;

/** Who owns the account, and what was asked for. */
const PRIVATE = /^(prompt|negative_prompt|user(_?name)?|e?mail|account|organi[sz]ation|owned_by)$/i;

/** Headers that say something of the API, and nothing of who asked. */
const TELLING =
	/^(content-(type|length)|location|retry-after|x-(cometapi|oneapi)-request-id|.*rate-?limit.*)$/i;

/** The first and the last of the exchanges, as they may be published: without key, names and prompts. */
export function toRecording(exchanges: Recorded[], apiKey: string): Recorded[] {
	const last = exchanges.slice(MOST_EXCHANGES / 2).slice(-MOST_EXCHANGES / 2);
	const some = [...exchanges.slice(0, MOST_EXCHANGES / 2), ...last];
	return JSON.parse(withoutKey(JSON.stringify(some, published), apiKey)) as Recorded[];
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
	].filter(({ length }) => length >= 8);
	return forms.reduce((shown, form) => shown.replaceAll(form, HIDDEN), redact(json, apiKey));
}

/** A part of a recording, for JSON. */
function published(name: string, value: unknown): unknown {
	if (PRIVATE.test(name)) return HIDDEN;
	if (typeof value === 'string') return withoutSignature(value).slice(0, LONGEST_TEXT);
	if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES);
	if (name !== 'headers') return value;
	return Object.fromEntries(Object.entries(Object(value)).filter(([each]) => TELLING.test(each)));
}

/** A query opens the file for whoever has it. */
function withoutSignature(text: string): string {
	return text
		.replace(/(https?:\/\/[^\s"'?]+)\?[^\s"']*/g, `$1?${HIDDEN}`)
		.replace(/([?&](?:key|token|sig|signature|expires)=)[^&\s]*/gi, `$1${HIDDEN}`);
}
