import type { IExecutePaginationFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { CREDENTIAL_TYPE } from '../../../credentials/credentialType';
import { CREDENTIAL_UNREAD, type Exchange, type Unanswered } from './answer';
import { isRecord, text } from './json';

// Raised before anything of a request is on the wire: no address, no connection, no trust.
const NEVER_SENT = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ERR_INVALID_URL)$|CERT/;

// Shorter strings aren't CometAPI keys and could match ordinary text.
const SHORTEST_KEY = 8;

/**
 * One request to the API with the node's credential. Never throws: what went wrong is part of the
 * result. Redirects are not followed, since the key would go along; should the answer repeat the
 * key, it is taken out, since answers end up in errors, items and the log.
 *
 * @param signal cuts the request off; without one it is left to finish, whatever the execution does
 */
export async function sendRequest(
	context: IExecutePaginationFunctions,
	request: IHttpRequestOptions,
	signal: AbortSignal | undefined,
): Promise<Exchange> {
	let apiKey = '';
	let isReadingCredential = false;
	// n8n puts the execution's own cancel signal into every request, so the request is made on behalf
	// of a context whose signal is the one wanted here. It also tells the key that n8n reads anyway.
	const caller: IExecutePaginationFunctions = Object.create(context, {
		getExecutionCancelSignal: { value: () => signal },
		getCredentials: {
			value: async (type: string) => {
				isReadingCredential = true;
				const credential = await context.getCredentials(type);
				isReadingCredential = false;
				apiKey = String(credential.apiKey).trim();
				return credential;
			},
		},
	});
	try {
		const answer = await context.helpers.httpRequestWithAuthentication.call(
			caller,
			CREDENTIAL_TYPE,
			{
				...request,
				json: true,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
			},
		);
		return { answer: without(apiKey, answer) };
	} catch (error) {
		const unanswered = without(apiKey, describeUnanswered(error));
		if (!isReadingCredential) return { unanswered };
		return { unanswered: { ...unanswered, sent: false, code: CREDENTIAL_UNREAD } };
	}
}

/** The same, with *** in place of the key. */
function without<T>(apiKey: string, value: T): T {
	if (apiKey.length < SHORTEST_KEY) return value;
	const json = JSON.stringify(value);
	return json.includes(apiKey) ? (JSON.parse(json.replaceAll(apiKey, '***')) as T) : value;
}

/** What an error of n8n's HTTP helpers says about a request that brought no answer. */
export function describeUnanswered(error: unknown): Unanswered {
	const chain = causesOf(error);
	const code = chain.map((cause) => text(cause.code)).find((found) => found !== undefined);
	const root = chain.at(-1);
	const message = text(root?.message) ?? 'no reason given';
	const isTransport = code !== undefined || chain.some((cause) => cause.isAxiosError === true);
	const sent = isTransport ? !NEVER_SENT.test(code ?? '') : !isOwnError(root);
	return { sent, code: isTransport ? (code ?? 'unknown') : undefined, message };
}

/** True for what n8n itself raises before it sends: a credential, allowed domains, SSRF protection. */
function isOwnError(error: Record<string, unknown> | undefined): boolean {
	return error !== undefined && 'level' in error && error.name !== 'NodeApiError';
}

function causesOf(error: unknown): Array<Record<string, unknown>> {
	const chain: Array<Record<string, unknown>> = [];
	for (let cause = error; isRecord(cause) && !chain.includes(cause); cause = cause.cause) {
		chain.push(cause);
	}
	return chain;
}
