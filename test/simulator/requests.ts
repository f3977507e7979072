/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import type { IncomingHttpHeaders } from 'node:http';

export type Route = 'submit' | 'edit' | 'status' | 'models' | 'video' | 'redirect';

export interface RecordedRequest {
	readonly host: 'api' | 'media';
	/** Absent: a path that the host does not know. */
	readonly route?: Route;
	readonly method: string;
	/** With its query. */
	readonly path: string;
	/** Names in lower case. */
	readonly headers: IncomingHttpHeaders;
	/** Parsed when it is JSON, else the text; absent when none came or it is still on its way. */
	body?: unknown;
	/** When its head arrived, ms epoch. */
	readonly at: number;
	/** Absent when never answered. */
	status?: number;
	abortedByClient?: boolean;
	/** The job that it made, told to the client or not. */
	acceptedId?: string;
	/** ms epoch. */
	endedAt?: number;
}
