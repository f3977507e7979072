import { createHash } from 'node:crypto';
import type { INodeParameters } from 'n8n-workflow';

import { isRecord } from '../http/json';
import type { Item } from '../item';
import { DEFAULT_DIGEST, type ParameterDigests } from '../payment/ledgerEntry';

/** The value of a parameter by its path; null for none. */
export type Lookup = (path: string) => unknown;

/** A parameter that is compared by what it means. */
export interface Comparable {
	name: string;
	/** Equal for two values that make the same video; may throw for what cannot be compared. */
	meaning(lookup: Lookup): unknown;
}

/** An expression that only n8n can evaluate. */
class Expression {
	readonly code: string;

	constructor(code: string) {
		this.code = code;
	}
}

/** Longer texts, such as a data URL, are compared by their expression alone. */
const LONGEST_COMPARED = 100_000;

const DIGEST_CHARS = 10;

/** A value as it is sent, or as it is where that is refused. */
export function meaningOf(value: unknown, check: (value: unknown) => unknown): unknown {
	if (value instanceof Expression) return value;
	try {
		return check(value);
	} catch {
		return value;
	}
}

/** A text or a list of them; throws for a file, since its content is not read for this. */
export function meaningOfTexts(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(meaningOfTexts).join('\n');
	if (isRecord(value) && !(value instanceof Expression)) throw new TypeError();
	return typeof value === 'string' ? value.trim() : value;
}

/**
 * The parameters that differ from their defaults, as digests by name: of the stored form, and of an
 * expression's value. n8n's retry may change one: `{{ $now }}` the value, a new pick the form.
 */
export function digestParameters(
	parameters: readonly Comparable[],
	stored: INodeParameters,
	{ context, request }: Item,
): ParameterDigests {
	const sent = Object(request.body) as Record<string, unknown>;
	// n8n's routing has evaluated what it sends already.
	const evaluated: Lookup = (path) =>
		comparable(sent[path] ?? context.getNodeParameter(path, null));
	const digests = parameters.map((parameter): [string, string[]] => {
		const { inForm, isLiteral } = digestStored(parameter, stored);
		const inValue = isLiteral ? undefined : digest(parameter, evaluated);
		return [parameter.name, inValue === undefined ? inForm : [...inForm, inValue]];
	});
	return Object.fromEntries(
		digests.filter(([, all]) => all.some((each) => each !== DEFAULT_DIGEST)),
	);
}

interface StoredDigest {
	/** None for what cannot be compared. */
	inForm: string[];
	isLiteral: boolean;
}

const ofStored = new WeakMap<INodeParameters, Map<Comparable, StoredDigest>>();

/** Once for all items of a run. */
function digestStored(parameter: Comparable, stored: INodeParameters): StoredDigest {
	const known = ofStored.get(stored) ?? new Map<Comparable, StoredDigest>();
	ofStored.set(stored, known);
	const found = known.get(parameter);
	if (found) return found;
	let isLiteral = true;
	const inForm = digest(parameter, (path) => {
		const value = literalOf(valueAt(stored, path));
		isLiteral &&= !(value instanceof Expression);
		return value;
	});
	const digested = { inForm: inForm === undefined ? [] : [inForm], isLiteral };
	known.set(parameter, digested);
	return digested;
}

/** @returns undefined for what cannot be compared, as an expression that n8n cannot evaluate any more */
function digest({ meaning }: Comparable, lookup: Lookup): string | undefined {
	try {
		const text = inOneOrder(meaning(lookup));
		if (text === inOneOrder(meaning(() => null))) return DEFAULT_DIGEST;
		return createHash('sha256').update(text).digest('base64').slice(0, DIGEST_CHARS);
	} catch {
		return undefined;
	}
}

/** As JSON with the fields of objects in one order. */
function inOneOrder(value: unknown): string {
	return JSON.stringify([value], (_name, part: unknown) =>
		isRecord(part) ? Object.fromEntries(Object.entries(part).sort()) : part,
	);
}

function valueAt(stored: INodeParameters, path: string): unknown {
	const [first = '', second] = path.split('.');
	const value: unknown = stored[first];
	return second === undefined ? value : isRecord(value) ? value[second] : undefined;
}

/** A stored value as n8n evaluates it, as far as it is one literal. */
function literalOf(stored: unknown): unknown {
	const value = ofLocator(stored) ?? null;
	if (typeof value !== 'string' || !value.startsWith('=')) return value;
	const template = value.slice(1).trim();
	if (!template.includes('{{')) return template;
	const code = /^\{\{([^]*)\}\}$/.exec(template)?.[1]?.trim() ?? template;
	if (/^-?\d+(\.\d+)?$/.test(code)) return Number(code);
	if (code === 'true' || code === 'false') return code === 'true';
	if (code === 'null' || code === 'undefined') return null;
	const isText = /^("[^"\\\n]*"|'[^'\\\n]*'|`[^`\\$]*`)$/.test(code);
	return isText ? code.slice(1, -1) : new Expression(code);
}

/** A resource locator keeps beside its value how that was picked. */
function ofLocator(value: unknown): unknown {
	return isRecord(value) && '__rl' in value ? value.value : value;
}

function comparable(value: unknown): unknown {
	const found = ofLocator(value);
	if (typeof found === 'string' && found.length > LONGEST_COMPARED) throw new RangeError();
	return found;
}
