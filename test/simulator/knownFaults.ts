import { errorEnvelope } from './answers.ts';
import type { Fault } from './faults.ts';

type StatusFault = Extract<Fault, { kind: 'status' }>;

/** No balance, told with the HTTP status of the rate limit [3]. */
export const outOfCredit = (): StatusFault => ({
	kind: 'status',
	status: 429,
	body: errorEnvelope('the credits of this key are used up', 'insufficient_quota'),
});

/** The job has failed, told as an HTTP error of the poll [3]; `rest` may hold its usage. */
export const verdict = (
	status: number,
	code: string,
	error: string,
	rest: object = {},
): StatusFault => ({ kind: 'status', status, body: { code, error, ...rest } });

/** An ingress that has no route to CometAPI. */
export const ingressJson = (status: number): StatusFault => ({
	kind: 'status',
	status,
	body: { status, error: 'no route matched', path: '/' },
	fromProxy: true,
});

export const proxyText = (status: number, text = `${status} page not found\n`): StatusFault => ({
	kind: 'status',
	status,
	body: text,
});

const OTHER_FILES = {
	svg: ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
	script: ['text/javascript', 'alert(1)'],
	page: ['text/html', '<!doctype html><title>not a video</title>'],
} as const;

/** HTTP 200, and no video. */
export function otherFile(kind: keyof typeof OTHER_FILES): StatusFault {
	const [contentType, body] = OTHER_FILES[kind];
	return { kind: 'status', status: 200, body, contentType };
}
