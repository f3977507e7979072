import seen from '../recordings/seen/shapes.json' with { type: 'json' };

/** Family and shape of the status answers that `npm run live` has recorded. */
export const SEEN_SHAPES: readonly string[] = seen;

type Documented = 'C' | 'B';
type Assumed = 'X' | 'G' | 'L' | '3' | 'U' | '?';

export interface Origin {
	/**
	 * Where it is from: C CometAPI's pages, B CometAPI's blog, X xAI, G new-api's source,
	 * L people who called the live service, 3 other third parties, U another provider's own page,
	 * ? inferred.
	 */
	mark: Documented | Assumed;
	standing: 'documented' | 'assumed' | 'seen';
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

/** The shapes of a family, marked as seen where the live service answered so. */
export function shapesAsSeen<Shapes extends Record<string, Origin>>(
	family: string,
	shapes: Shapes,
): Shapes {
	const marked = Object.entries(shapes).map(([name, origin]) => [
		name,
		SEEN_SHAPES.includes(`${family}.${name}`) ? { ...origin, standing: 'seen' } : origin,
	]);
	return Object.fromEntries(marked) as Shapes;
}
