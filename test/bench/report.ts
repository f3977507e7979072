/** Several measurements of one thing. */
export interface Sample {
	median: number;
	min: number;
	max: number;
	count: number;
}

/** One figure of the node, beside those of its rivals from the same run. */
export interface Figure {
	group: string;
	name: string;
	unit: string;
	value: Sample;
	/** What the value may be at most. */
	wanted?: number;
	rivals?: Record<string, Sample>;
}

export interface Settings {
	/** For a first look: fewer repetitions, smaller loads. */
	isQuick: boolean;
	tell(progress: string): void;
}

/** Rounds before it judges, as the table shows it. */
export function isHeld({ value, wanted }: Figure): boolean {
	return wanted === undefined || Number(shown(value.median)) <= wanted;
}

export function sample(values: number[]): Sample {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
	const median = middle.reduce((sum, value) => sum + value, 0) / middle.length;
	return {
		median,
		min: sorted[0] ?? Number.NaN,
		max: sorted.at(-1) ?? Number.NaN,
		count: sorted.length,
	};
}

export function mapSample(of: Sample, change: (value: number) => number): Sample {
	const { median, min, max, count } = of;
	return { median: change(median), min: change(min), max: change(max), count };
}

function shown(value: number): string {
	if (Number.isInteger(value)) return String(value);
	return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

function shownSample({ median, min, max, count }: Sample): string {
	return count === 1 || shown(min) === shown(max)
		? shown(median)
		: `${shown(median)} (${shown(min)}-${shown(max)})`;
}

const HEADINGS = ['Figure', 'Wanted', 'This node', '', 'Rivals in the same run'];

/** The figures as one table: median (min-max). */
export function toTable(figures: Figure[]): string {
	const rows: string[][] = [HEADINGS];
	let group = '';
	for (const figure of figures) {
		if (figure.group !== group) {
			group = figure.group;
			rows.push([], [`-- ${group}`]);
		}
		const { name, unit, value, wanted, rivals = {} } = figure;
		rows.push([
			`${name}, ${unit}`,
			wanted === undefined ? '' : `<= ${wanted}`,
			shownSample(value),
			isHeld(figure) ? '' : 'MISSED',
			Object.entries(rivals)
				.map(([rival, of]) => `${rival} ${shownSample(of)}`)
				.join(' | '),
		]);
	}
	const widths = HEADINGS.map((_, column) =>
		Math.max(...rows.filter(({ length }) => length > 1).map((row) => (row[column] ?? '').length)),
	);
	return rows
		.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
		.map((line) => `${line.trimEnd()}\n`)
		.join('');
}
