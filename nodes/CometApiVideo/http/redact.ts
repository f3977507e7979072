// CometAPI's own keys have some fifty characters. Shorter ones may stand in ordinary text.
const SHORTEST_KEY = 8;
const SHORTEST_UNMISTAKABLE_KEY = 20;

/** Also a line break, as JSON writes it. */
const BEFORE_A_WORD = '(?:(?<![\\w/-]|\\w\\.)|(?<=\\\\[bfnrt]))';

/** In place of the key. */
export const REDACTED = '***';

/**
 * The same without the key, also where JSON or a URL escapes it. A key as short as a word counts only
 * where it stands alone, so that the key `cometapi` breaks no link to cdn.cometapi.com.
 */
export function redact(shown: string, apiKey: string): string {
	if (apiKey.length < SHORTEST_KEY || !mayHold(shown, apiKey)) return shown;
	const key = patternOf(apiKey);
	const isWord = apiKey.length < SHORTEST_UNMISTAKABLE_KEY;
	const pattern = isWord ? `${BEFORE_A_WORD}${key}(?![\\w/-]|\\.\\w)` : key;
	return shown.replace(new RegExp(pattern, 'g'), REDACTED);
}

/** JSON whose texts are not the key: an id may hold a short key by chance, but is never all of it. */
export function redactTexts(json: string, apiKey: string): string {
	if (apiKey.length >= SHORTEST_UNMISTAKABLE_KEY) return redact(json, apiKey);
	if (apiKey === '' || !mayHold(json, apiKey)) return json;
	return json.replace(new RegExp(`"${patternOf(apiKey)}"`, 'g'), `"${REDACTED}"`);
}

function mayHold(shown: string, apiKey: string): boolean {
	return /[\\%]/.test(shown) || shown.includes(apiKey);
}

/** JSON within JSON text has several backslashes in a row. */
const MOST_BACKSLASHES = 8;

/** Each character as it is, or as JSON or a URL may write it. */
function patternOf(apiKey: string): string {
	const escaped = (unit: string) => {
		const code = unit.charCodeAt(0).toString(16).padStart(4, '0');
		const hex = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
		return `\\\\{0,${MOST_BACKSLASHES}}(?:${unit.replace(/\W/, '\\$&')}|u${hex}|%${hex.slice(2)})`;
	};
	return apiKey.split('').map(escaped).join('');
}
