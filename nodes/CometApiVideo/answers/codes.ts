import { text, type JsonRecord } from '../http/json';

/**
 * A code as it is compared: in lower case, with underscores, without the prefix of whoever raised it.
 * `imagine:content-moderated` is content_moderated.
 */
export function bareCode(code: string): string {
	return code
		.slice(code.lastIndexOf(':') + 1)
		.trim()
		.toLowerCase()
		.replaceAll('-', '_');
}

/** What envelopes say, as a code or in words, when nothing went wrong. */
const SUCCESS = /^(success|succeed(ed)?|ok|accepted|成功)$/i;

/** Numbers below are no codes of an error. */
const LOWEST_FAILURE = 100;

export function isSuccessWord(value: unknown): boolean {
	return SUCCESS.test(text(value) ?? '');
}

/** True unless the code is 0, 1, 200 or a word of success. */
export function isFailureCode(code: unknown): boolean {
	const word = text(code);
	const number = typeof code === 'number' ? code : Number(word ?? Number.NaN);
	if (Number.isFinite(number)) {
		return number < 0 || (number >= LOWEST_FAILURE && (number < 200 || number >= 300));
	}
	return word !== undefined && !isSuccessWord(word);
}

/** True if a layer has such a code, and does not call it a success: one maker's is 10000. */
export function hasFailureCode({ code, message, msg }: JsonRecord): boolean {
	return isFailureCode(code) && !isSuccessWord(message) && !isSuccessWord(msg);
}
