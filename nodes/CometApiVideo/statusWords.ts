import type { JobStatus } from './video';

/** A family's words for each state of a job, in lower case. */
export type StatusWords = Record<JobStatus, readonly string[]>;

/** What a provider's word means, compared without case; a word that is not known keeps the wait going. */
export function classifyStatus(
	word: string,
	words: StatusWords,
): { status: JobStatus; isKnown: boolean } {
	const lower = word.toLowerCase();
	const states: JobStatus[] = ['done', 'failed', 'expired', 'pending'];
	const status = states.find((state) => words[state].includes(lower));
	return { status: status ?? 'pending', isKnown: status !== undefined };
}
