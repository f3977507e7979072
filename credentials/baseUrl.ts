export const DEFAULT_BASE_URL = 'https://api.cometapi.com';
const VERSION_AND_SLASHES = /(?<!\/)(\/v1)?\/*$/;

/** What `baseUrl` of the credential becomes in a request: a trailing slash or /v1 is forgiven. */
export const BASE_URL_EXPRESSION = `={{ $credentials.baseUrl.trim().replace(${VERSION_AND_SLASHES}, "") }}`;

/** The same, for requests that are not put together by n8n's routing. */
export function toApiBaseUrl(baseUrl: string): string {
	return baseUrl.trim().replace(VERSION_AND_SLASHES, '');
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The reason not to send the API key here, if any: only https and loopback keep it secret. */
export function baseUrlProblem(baseUrl: string): string | undefined {
	// A value that is no URL is not quoted: it may be a key that was pasted into the wrong field.
	if (!URL.canParse(baseUrl))
		return `'Base URL' is not a URL. Enter one such as ${DEFAULT_BASE_URL}`;
	const { protocol, hostname, username, password } = new URL(baseUrl);
	if (username !== '' || password !== '') return "'Base URL' must not have a user name or password";
	if (/[?#]/.test(baseUrl)) return "'Base URL' must end with its path: no ? and no #";
	if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return undefined;
	return `'Base URL' must start with https://, since the API key would be readable on its way to ${hostname}`;
}
