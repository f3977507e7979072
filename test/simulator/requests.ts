/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import type { IncomingHttpHeaders } from 'node:http';
import type { Family } from './families.ts';

/** Up to `content` a family's, `models` and `catalogue` the API's, the others the media host's. */
export type Route =
	| 'submit'
	| 'edit'
	| 'status'
	| 'content'
	| 'models'
	| 'catalogue'
	| 'video'
	| 'redirect';

export interface FormFile {
	readonly name: string;
	readonly type: string;
	readonly bytes: number;
	/** Hex digest. */
	readonly sha256: string;
}

export interface FormPart {
	readonly name: string;
	readonly value: string | FormFile;
}

export interface RecordedRequest {
	readonly host: 'api' | 'media';
	/** Absent: a path that the host does not know. */
	readonly route?: Route;
	/** Absent: the route is no family's own. */
	readonly family?: Family;
	readonly method: string;
	/** With its query. */
	readonly path: string;
	/** Names in lower case. */
	readonly headers: IncomingHttpHeaders;
	/** Parsed when it is JSON, else the text; absent for a form, without one, or while it is on its way. */
	body?: unknown;
	/** The parts of a multipart/form-data body, in order. */
	form?: readonly FormPart[];
	/** When its head arrived, ms epoch. */
	readonly at: number;
	/** Absent when never answered. */
	status?: number;
	/** The x-cometapi-request-id of an answer of the API. */
	readonly cometRequestId?: string;
	abortedByClient?: boolean;
	/** The job that it made, told to the client or not. */
	acceptedId?: string;
	/** ms epoch. */
	endedAt?: number;
}
