import type { JobStatus } from '../video';

/** The words of all providers and of the gateway (docs/api.md), as `meaningOf` compares them. */
const WORDS: Record<JobStatus, readonly string[]> = {
	pending: [
		...['pending', 'queued', 'queueing', 'submitted', 'preparing', 'processing', 'in_progress'],
		...['running', 'not_start', 'unknown', 'throttled'],
	],
	done: ['done', 'success', 'succeed', 'succeeded', 'complete', 'completed', 'finished', 'ready'],
	failed: [
		...['fail', 'failed', 'failure', 'error', 'violation', 'rejected', 'blocked', 'moderated'],
		...['content_moderated', 'request_moderated', 'banned', 'cancelled', 'canceled', 'aborted'],
		...['timeout', 'timed_out'],
	],
	expired: ['expired'],
};

/** Words that gateways have for an exchange that failed, too. */
const EXCHANGE_WORDS = ['error', 'fail', 'timeout', 'timed_out', 'aborted'];

/** Words of moderation and of nothing else. */
const MODERATION_WORDS = ['violation', 'moderated', 'content_moderated', 'request_moderated'];

const MEANINGS = new Map(
	(Object.keys(WORDS) as JobStatus[]).flatMap((status) =>
		WORDS[status].map((word) => [word, status] as const),
	),
);

/** Lower case, with `-` and blanks as `_`. */
function bareWord(word: string): string {
	return word.trim().toLowerCase().replaceAll(/[- ]/g, '_');
}

/** The state that a provider's word stands for, or undefined for one that is not documented. */
export function meaningOf(word: string): JobStatus | undefined {
	return MEANINGS.get(bareWord(word));
}

/** True if the word may be about the exchange and not about the job. */
export function isExchangeWord(word: string): boolean {
	return EXCHANGE_WORDS.includes(bareWord(word));
}

export function isModerationWord(word: string): boolean {
	return MODERATION_WORDS.includes(bareWord(word));
}

/** True if the word says no more than the state that it stands for. */
export function isPlainWord(word: string): boolean {
	return PLAIN_WORDS.includes(bareWord(word));
}

const PLAIN_WORDS = [...WORDS.done, 'pending', 'failed', 'failure', 'error', 'fail', 'expired'];
