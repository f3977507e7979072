import type { ApiProblem } from './answers/problem';
import type { Item } from './item';

/** A job and where to ask for it. The ledger keeps it: an id alone does not say which path knows it. */
export interface JobRef {
	requestId: string;
	/** Path of the status request below the base URL, the id in it URL-encoded. */
	statusPath: string;
	/** The job by further ids that the answer to its submit had: asked for when this one isn't known. */
	others?: JobRef[];
}

/** The job that the API knows by its id, or by one of the others, below the path that it tells of jobs. */
export function jobAt(path: string, requestId: string, ...otherIds: string[]): JobRef {
	return {
		requestId,
		statusPath: `${path}/${encodeURIComponent(requestId)}`,
		...(otherIds.length > 0 && { others: otherIds.map((id) => jobAt(path, id)) }),
	};
}

/** A family of CometAPI's video APIs. It describes; answers/ and payment/ read and decide. */
export interface VideoApi {
	/** As the editor shows it under Resource. */
	resource: string;
	/** Sent with every request to the API, beside the key. */
	headers?: Record<string, string>;
	/** Names of its own id in the answer to a submit, in order, beside the names of all families. */
	idNames: readonly string[];
	/** The path below which it tells of jobs; by default that of the submit. */
	jobsPath?: string;
	/** The job that Get Status is asked for; throws InputError. */
	jobOf(item: Item, requestId: string): JobRef;
	/** What Get Status needs beside the request ID to find this job: a parameter and its choice, by label. */
	toFind?(job: JobRef): { parameter: string; value: string };
	/** Path of a finished job's file, which only the key opens, where it has no public URL. */
	contentPath?(job: JobRef): string;
	/** The next step after a refused request, if the family knows better than the general advice. */
	adviceFor?(problem: ApiProblem): string | undefined;
	/** Seconds, unless the user sets another limit. */
	maxWaitS: number;
}
