import { isRecord, parseAnswer, plainId, readCutFields, text, type JsonRecord } from '../http/json';

/** Names under which gateways and providers wrap a job (docs/api.md). */
const WRAPPERS = ['data', 'output', 'task', 'detail', 'result'] as const;

/** No answer known is wrapped more often. */
const DEEPEST = 6;

/** Names of an id that an answer may have. */
export const ID_NAMES = ['task_id', 'taskId', 'id', 'request_id'] as const;

const STATUS_NAMES = ['task_status', 'status', 'state'] as const;

/** Fields that are read from an answer that was cut off. */
const CUT_FIELDS = [...ID_NAMES, ...STATUS_NAMES];

/**
 * An answer and all that it is wrapped around, the innermost first: {code, message, data: {data: …}}.
 * A wrapped job may come as JSON text or as a list of one. An answer that was cut off counts as the
 * fields that stand whole in it.
 */
export function layersOf(body: unknown, levels = DEEPEST): JsonRecord[] {
	const layer = recordIn(body);
	if (layer === undefined || levels === 0) return [];
	return [...WRAPPERS.flatMap((name) => layersOf(layer[name], levels - 1)), layer];
}

function recordIn(value: unknown): JsonRecord | undefined {
	if (isRecord(value)) return value;
	if (Array.isArray(value)) return value.length === 1 ? recordIn(value[0]) : undefined;
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return undefined;
	const parsed = parseAnswer(value);
	return parsed === undefined ? readCutFields(value, CUT_FIELDS) : recordIn(parsed);
}

/** The words for the job's state in one layer. */
export function statusWordsIn(layer: JsonRecord): string[] {
	return STATUS_NAMES.flatMap((name) => text(layer[name]) ?? []);
}

export function names(layer: JsonRecord, id: string): boolean {
	return ID_NAMES.some((name) => plainId(layer[name]) === id);
}
