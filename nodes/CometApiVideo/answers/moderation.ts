import { bareCode } from './codes';
import { saysTryAgain } from './tryAgain';
import type { Failure } from '../video';

/** Codes of moderation and of nothing else, as `bareCode` gives them. */
const CODES = [
	...['moderation', 'content_moderated', 'request_moderated', 'content_policy_violation'],
	'violation',
];

/** Words that speak of what a video shows, in the languages of several providers. */
const WORDS =
	/moderat(ed|ion|or)|content.{0,30}(violat|polic|guideline)|(violat|against).{0,40}content|safety (system|filter|check)|risk control|sensitive (content|information)|sensitivecontent|inappropriate content|responsible ai/i;

/** True if a failure's code or words say that moderation stopped the video. */
export function saysModeration({ code = '', message }: Partial<Failure>): boolean {
	if (CODES.includes(bareCode(code))) return true;
	// Moderation itself may be busy.
	return WORDS.test(`${bareCode(code)} ${message}`) && !saysTryAgain({ code, message });
}
