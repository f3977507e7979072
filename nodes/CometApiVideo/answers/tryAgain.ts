import type { Reason } from './reason';

/** Words about the exchange and not about the job: the next answer may be another one. */
const WORDS =
	/rate.?limit|(request|call)s?.rate|too many|busy|\bload\b|time.?d?.?out|overload|saturat|upstream|not (yet )?(been )?(ready|finished|completed?)|unfinished|\bin.?queue|queue|no (available )?channel|internal.?(server.?)?error|try again|retry|temporar|unavailable|maintenance|稍后|重试|繁忙|超时|饱和|渠道/i;

/** The gateway's own codes, and what it repeats of its network and its database. */
const WORDS_OF_THE_GATEWAY =
	/do request|response body|query data|get channel|bad gateway|status code 5\d\d|connection|dial tcp|no such host|broken pipe|\beof\b|deadline exceeded|context cancell?ed|lock wait/i;

/** Words for whoever wrote the prompt: the next answer will be the same. */
const WITH_ANOTHER_INPUT =
	/(\b(modify|change|revise|adjust|edit|replace|rephrase)\b|修改|更换|调整)[^.。]{0,60}(try again|retry|重试)|(try again|retry)\b[^.。]{0,20}\b(with|using)\b/gi;

/** True if an error's code or words say that asking again may help. */
export function saysTryAgain({ code = '', message = '' }: Reason): boolean {
	return [code.replaceAll('_', ' '), message.replace(WITH_ANOTHER_INPUT, '')].some(
		(each) => WORDS.test(each) || WORDS_OF_THE_GATEWAY.test(each),
	);
}
