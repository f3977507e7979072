/** The longest message that somebody reads before the day has begun, in words. */
export const MOST_WORDS = 35;

/** Words of a message without what stands in brackets, such as the request ID. */
export function countWords(message: string): number {
	return message
		.replace(/ \[[^\]]*\]/g, '')
		.split(/\s+/)
		.filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}
