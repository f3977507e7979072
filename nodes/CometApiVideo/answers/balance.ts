import { bareCode } from './codes';
import type { Reason } from './reason';

const CODES = [
	...['insufficient_quota', 'insufficient_user_quota', 'quota_not_enough', 'insufficient_balance'],
	...['billing_hard_limit_reached', 'setlimitexceeded', 'arrearage', 'accountoverdueerror'],
];

/** Kling's codes of an account in arrears, and of a resource pack that is used up or has expired. */
const KLING_CODES = ['1101', '1102'];

const MONEY = String.raw`\b(credits?|balance|quota|funds)\b`;

const WORDS = new RegExp(
	[
		`${MONEY}.{0,40}\\b(used up|exhausted|depleted|insufficient|not enough|too low|run out)\\b`,
		`\\b(insufficient|not enough|no more|used (up )?all|ran out of)\\b.{0,20}${MONEY}`,
		`(n.t|\\bnot) have (any|enough)\\b.{0,20}${MONEY}|\\bout of ${MONEY}`,
		'spending limit|current quota|in arrears|arrearage|resource pack|billing hard limit',
		'budget (has been|was|is) exceeded|exceeded .{0,20}budget|setlimitexceeded|余额不足|欠费',
	].join('|'),
	'i',
);

const RATE_WORDS =
	/rate.?limit|(requests?|tokens?|calls?) (per|a|\/) ?(second|minute|hour|day)|too many requests|concurren|parallel|\b[rtq]p[smhd]\b/i;

/**
 * True if an error speaks of the account's money. The words count more than the code: money has the
 * code of the rate at times, and the rate that of the money.
 */
export function saysNoBalance({ code = '', message = '' }: Reason): boolean {
	if (RATE_WORDS.test(message)) return false;
	const bare = bareCode(code);
	return WORDS.test(message) || CODES.includes(bare) || KLING_CODES.includes(bare);
}
