import type { Reason } from './reason';

/** Words about the exchange and not about the job: the next answer may be another one. */
const WORDS =
	/rate.?limit|(request|call)s?.rate|too many|busy|\bload\b|time.?d?.?out|overload|saturat|upstream|not (yet )?(been )?(ready|finished|completed?)|unfinished|\bin.?queue|queue|no (available )?channel|internal.?(server.?)?error|try again|retry|temporar|unavailable|maintenance|稍后|重试|繁忙|超时|饱和|渠道/i;

/** The gateway's own codes, and what it repeats of its network and its database. */
const WORDS_OF_THE_GATEWAY =
	/do request|response body|query data|get channel|bad gateway|status code 5\d\d|connection|dial tcp|no such host|broken pipe|\beof\b|deadline exceeded|context cancell?ed|lock wait/i;

/** True if an error's code or words say that asking again may help. */
export function saysTryAgain({ code = '', message = '' }: Reason): boolean {
	return [code.replaceAll('_', ' '), message].some(
		(each) => WORDS.test(each) || WORDS_OF_THE_GATEWAY.test(each),
	);
}
