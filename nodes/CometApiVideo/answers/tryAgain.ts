import type { Reason } from './reason';

/** Words about the exchange and not about the job: the next answer may be another one. */
const WORDS =
	/rate.?limit|(request|call)s?.rate|too many|busy|\bload\b|time.?d?.?out|overload|saturat|upstream|not (yet )?(been )?(ready|finished|completed?)|unfinished|\bin.?queue|queue|no (available )?channel|internal.?(server.?)?error|try again|retry|temporar|unavailable|maintenance|稍后|重试|繁忙|超时|饱和|渠道/i;

/** The gateway's own codes, and what it repeats of its network and its database. */
const WORDS_OF_THE_GATEWAY =
	/do request|response body|query data|get channel|bad gateway|status code 5\d\d|(?<!\bin )connection|dial tcp|no such host|broken pipe|\beof\b|deadline exceeded|context cancell?ed|lock wait/i;

/** Words for whoever wrote the prompt, or against another try: the next answer will be the same. */
const NOT_LIKE_THIS =
	/((?<!(failed|unable) to )\b(modify|change|revise|adjust|edit|replace|rephrase|(submit|create) a new)\b|修改|更换|调整)[^.。]{0,60}((try again|retry)( later| in (a|\d+)\b)?|重试)|(try again|retry)\b[^.。]{0,20}\b(with|using|by)\b( \w+){0,2}|\b(not|no|non|never)[ -](be )?retry|retry(ing)? (is not|will not|won.t)|(勿|不要)重试/gi;

/** In such words, of a step that failed: "Video edit failed, please try again". */
const OF_A_STEP = /fail|error|\brate\b|channel|later|back.?off|\bin (a|\d+)$|失败|异常|渠道|稍后/i;

/** True if an error's code or words say that asking again may help. */
export function saysTryAgain({ code = '', message = '' }: Reason): boolean {
	const words = message.replace(NOT_LIKE_THIS, (each) => (OF_A_STEP.test(each) ? each : ''));
	return [code.replaceAll('_', ' '), words].some(
		(each) => WORDS.test(each) || WORDS_OF_THE_GATEWAY.test(each),
	);
}
