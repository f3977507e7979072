/** The gateway's own address of a job's file, which only the key opens; Kling's has the operation in it. */
const CONTENT_PATH = /\/v1\/videos\/(?:[\w-]+\/)?[^/]+\/content\/?$/;

/**
 * The path below the base URL of a file that only the key opens, or undefined for a public URL. Such a
 * file is at the API's own host, or at its path under the name that the gateway has for itself.
 */
export function contentPathOf(url: string, baseUrl: string): string | undefined {
	const { host, pathname, search } = new URL(url);
	const path = pathname.replace(/\/{2,}/g, '/');
	const base = new URL(baseUrl);
	if (host !== base.host && !CONTENT_PATH.test(path)) return undefined;
	const prefix = base.pathname.replace(/(?<!\/)\/+$/, '');
	const below = path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
	return `${below}${search}`;
}
