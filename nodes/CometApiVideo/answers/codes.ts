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
