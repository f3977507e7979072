import type { Reason } from './reason';

/** Words about the exchange and not about the job: the next answer may be another one. */
const WORDS =
	/rate.?limit|(request|call)s?.rate|too many|busy|\bload\b|time.?d?.?out|overload|saturat|upstream|not (yet )?(been )?(ready|finished|completed?)|unfinished|\bin.?queue|queue|no (available )?channel|internal.?(server.?)?error|try again|temporar|unavailable/i;

/** True if an error's code or words say that asking again may help. */
export function saysTryAgain({ code = '', message = '' }: Reason): boolean {
	return WORDS.test(code.replaceAll('_', ' ')) || WORDS.test(message);
}
