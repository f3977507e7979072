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

/** What `read` finds in the first layer that has it. */
export function firstOf<T>(
	layers: JsonRecord[],
	read: (layer: JsonRecord) => T | undefined,
): T | undefined {
	for (const layer of layers) {
		const value = read(layer);
		if (value !== undefined) return value;
	}
	return undefined;
}
