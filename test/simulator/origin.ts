type Documented = 'C' | 'B';
type Assumed = 'X' | 'G' | 'L' | '3' | 'U' | '?';

export interface Origin {
	/**
	 * Where it is from: C CometAPI's pages, B CometAPI's blog, X xAI, G new-api's source,
	 * L people who called the live service, 3 other third parties, U another provider's own page,
	 * ? inferred.
	 */
	mark: Documented | Assumed;
	standing: 'documented' | 'assumed';
	note: string;
}

export const documented = (note: string, mark: Documented = 'C'): Origin => ({
	mark,
	standing: 'documented',
	note,
});

export const assumed = (mark: Assumed, note: string): Origin => ({
	mark,
	standing: 'assumed',
	note,
});
