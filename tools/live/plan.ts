import type { Probe } from './probes.ts';

export interface Plan {
	chosen: Probe[];
	/** For which the budget has no room. */
	leftOut: Probe[];
	/** USD, if every probe costs its highest price. */
	sum: number;
}

/** The probes that the budget has room for, in their order; the dearest are left out first. */
export function planOf(
	probes: readonly Probe[],
	{
		budget,
		free,
		only,
		later = false,
	}: { budget: number; free?: boolean; only?: string; later?: boolean },
): Plan {
	const wanted = probes.filter(
		(probe) =>
			(probe.later ?? false) === later &&
			(!free || probe.usd === 0 || probe.refusal) &&
			(only === undefined || probe.family === only || probe.id === only),
	);
	const chosen = new Set<Probe>();
	let sum = 0;
	for (const probe of [...wanted].sort((a, b) => a.usd - b.usd)) {
		if (sum + probe.usd > budget) break;
		chosen.add(probe);
		sum += probe.usd;
	}
	const isChosen = (probe: Probe) => chosen.has(probe);
	const leftOut = wanted.filter((probe) => !isChosen(probe));
	return { chosen: wanted.filter(isChosen), leftOut, sum };
}

export function describePlan({ chosen, leftOut, sum }: Plan): string {
	const price = ({ usd, refusal }: Probe) =>
		usd === 0 ? 'free' : `${refusal ? 'free, or ' : ''}$${usd.toFixed(2)}`;
	const line = (probe: Probe) => `  ${probe.id.padEnd(20)}${price(probe).padEnd(16)}${probe.asks}`;
	return [
		`${chosen.length} probes, which cost at most $${sum.toFixed(2)} together:`,
		...chosen.map(line),
		...(leftOut.length > 0
			? ['Left out, since the budget has no room:', ...leftOut.map(line)]
			: []),
	].join('\n');
}
