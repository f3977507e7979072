// CometAPI's own keys have some fifty characters. Shorter ones may stand in ordinary text.
const SHORTEST_KEY = 8;
const SHORTEST_UNMISTAKABLE_KEY = 20;

/**
 * The same, with *** in place of the key. A key as short as a word counts only where it stands
 * alone, so that the key `cometapi` breaks no link to cdn.cometapi.com.
 */
export function redact(shown: string, apiKey: string): string {
	if (apiKey.length < SHORTEST_KEY) return shown;
	if (apiKey.length >= SHORTEST_UNMISTAKABLE_KEY) return shown.replaceAll(apiKey, '***');
	const literal = apiKey.replace(/\W/g, '\\$&');
	return shown.replace(new RegExp(`(?<![\\w/-]|\\w\\.)${literal}(?![\\w/-]|\\.\\w)`, 'g'), '***');
}
