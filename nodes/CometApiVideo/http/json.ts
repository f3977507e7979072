import type { IDataObject } from 'n8n-workflow';

import { REDACTED } from './redact';

export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text with something in it, trimmed, or undefined. */
export function text(value: unknown): string | undefined {
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** An http(s) URL, or undefined. */
export function httpUrl(value: unknown): string | undefined {
	const url = text(value);
	return url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined;
}

/** The fields that are there. */
export function withoutUndefined(fields: object): IDataObject {
	const entries = Object.entries(fields) as Array<[string, IDataObject]>;
	return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The value of a JSON text, or undefined. */
export function parseJson(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

/** The same of an answer, its long whole numbers as texts: JavaScript rounds them, and an id may be one. */
export function parseAnswer(json: string): unknown {
	return parseJson(/\d{16}/.test(json) ? withLongNumbersAsText(json) : json);
}

function withLongNumbersAsText(json: string): string {
	return json.replace(
		/("[^"\\]*"\s*:\s*)(\d{16,})(?=\s*[,}])/g,
		(field: string, name: string, digits: string) =>
			Number.isSafeInteger(Number(digits)) ? field : `${name}"${digits}"`,
	);
}

/** What `read` finds in the first of these that has it. */
export function firstOf<From, T>(
	candidates: readonly From[],
	read: (candidate: From) => T | undefined,
): T | undefined {
	for (const candidate of candidates) {
		const value = read(candidate);
		if (value !== undefined) return value;
	}
	return undefined;
}

/** new-api writes Veo's operation names in base64: ids of 330 characters were seen. */
const LONGEST_ID = 1_000;

/** An id that can stand in a path: a text without blanks, or a number but 0; else undefined. */
export function plainId(value: unknown): string | undefined {
	const id = Number.isSafeInteger(value) && value !== 0 ? String(value) : text(value);
	if (id === undefined || id.length > LONGEST_ID) return undefined;
	// The API key in place of an id has been replaced by then.
	if (id.includes(REDACTED)) return undefined;
	return /^[[{]|[\s\p{Cc}\p{Cs}]/u.test(id) || /^\.{1,2}$/.test(id) ? undefined : id;
}

/** No id and no URL has more characters. */
const LONGEST_CUT_TEXT = 8_000;

/** The first of these fields that stands whole in a JSON text which was cut off. */
export function readCutJson(json: string, names: readonly string[]): string | undefined {
	if (!json.trimStart().startsWith('{')) return undefined;
	const value = `("(?:[^"\\\\]|\\\\.){0,${LONGEST_CUT_TEXT}}")|(\\d+)\\s*[,}]`;
	return firstOf(names, (name) => {
		const field = new RegExp(`"${name}"\\s*:\\s*(?:${value})`).exec(json);
		return field?.[2] ?? text(parseJson(field?.[1] ?? ''));
	});
}

/** These fields, as far as they stand whole in a JSON text which was cut off. */
export function readCutFields(json: string, names: readonly string[]): JsonRecord {
	return Object.fromEntries(
		names
			.map((name) => [name, readCutJson(json, [name])])
			.filter(([, value]) => value !== undefined),
	) as JsonRecord;
}

/** A value as JSON text, each value in it replaced; too deep a nesting is said to be one. */
export function toText(
	value: unknown,
	replace: (value: unknown) => unknown = (each) => each,
): string | undefined {
	try {
		return text(JSON.stringify(value, (_name, each: unknown) => replace(each)));
	} catch {
		return 'a deeply nested answer';
	}
}

/** True if objects and lists are nested in more levels than that. */
export function isDeeperThan(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
