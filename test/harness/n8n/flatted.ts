/**
 * Reads the format of the npm package `flatted`, in which n8n stores execution data: an array of
 * values, in which every string inside an object or array is the index of the value it stands for.
 */
export function parseFlatted(text: string): unknown {
	const parsed: unknown = JSON.parse(text);
	if (!Array.isArray(parsed)) throw new TypeError('Flatted data is an array');
	const values: unknown[] = parsed;
	const done = new Map<number, unknown>();
	return valueAt(0);

	function valueAt(index: number): unknown {
		if (done.has(index)) return done.get(index);
		const flat: unknown = values[index];
		if (typeof flat !== 'object' || flat === null) return flat;
		const target: Record<string, unknown> | unknown[] = Array.isArray(flat) ? [] : {};
		// Known before its children are read: they may point back to it.
		done.set(index, target);
		for (const [key, value] of Object.entries(flat)) {
			Object.assign(target, { [key]: typeof value === 'string' ? valueAt(Number(value)) : value });
		}
		return target;
	}
}
