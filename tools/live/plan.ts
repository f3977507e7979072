import type { Probe } from './probes.ts';

interface Choice {
	/** USD that all may cost together. */
	budget: number;
	free?: boolean;
	only?: string;
	later?: boolean;
}

/** The probes that the budget has room for, in their order; the dearest are left out first. */
export function planOf(probes: readonly Probe[], choice: Choice) {
	const { budget, free, only, later = false } = choice;
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
	const leftOut = wanted.filter((probe) => !chosen.has(probe));
	return { chosen: wanted.filter((probe) => chosen.has(probe)), leftOut, sum };
}

export function describePlan({ chosen, leftOut, sum }: ReturnType<typeof planOf>): string {
	const line = ({ id, usd, refusal, asks }: Probe) => {
		const price = usd === 0 ? 'free' : `${refusal ? 'free, or ' : ''}$${usd.toFixed(2)}`;
		return `  ${id.padEnd(20)}${price.padEnd(16)}${asks}`;
	};
	const first = `${chosen.length} probes, which cost at most $${sum.toFixed(2)} together:`;
	const others = ['Left out, since the budget has no room:', ...leftOut.map(line)];
	return [first, ...chosen.map(line), ...(leftOut.length > 0 ? others : [])].join('\n');
}
