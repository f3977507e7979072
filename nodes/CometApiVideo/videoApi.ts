import type { ApiProblem } from './answers/problem';
import type { Item } from './item';
import type { Failure, VideoJob } from './video';

/** A job and where to ask for it. The ledger keeps it: an id alone does not say which path knows it. */
export interface JobRef {
	requestId: string;
	/** Path of the status request below the base URL, the id in it URL-encoded. */
	statusPath: string;
}

/** The job that the API knows by its id below the path that it tells of jobs. */
export function jobAt(path: string, requestId: string): JobRef {
	return { requestId, statusPath: `${path}/${encodeURIComponent(requestId)}` };
}

/**
 * How a family of CometAPI's video APIs talks. A family reads answers; it never decides whether a
 * submit was accepted, what is paid, or what is sent again.
 */
export interface VideoApi {
	/** As the editor shows it under Resource. */
	resource: string;
	/**
	 * The job that the answer to a submit names, or undefined when it names none. An answer that was cut
	 * off comes as its text, and its job is paid for: `readJobId` finds the id in it.
	 */
	readAccepted(body: unknown, submitPath: string): JobRef | undefined;
	/** What a status answer says, or undefined when it says nothing about a job. */
	readStatus(body: unknown): VideoJob | undefined;
	/** The job that Get Status is asked for; throws InputError. */
	jobOf(item: Item, requestId: string): JobRef;
	/** What Get Status needs beside the request ID to find this job: a parameter and its choice, by label. */
	toFind?(job: JobRef): { parameter: string; value: string };
	/** Path of a finished job's file, which only the key opens, where it has no public URL. */
	contentPath?(job: JobRef): string;
	/** Why a job failed without a word, from what its file's path answers instead of the file. */
	contentReason?(body: unknown): Failure | undefined;
	/** What to do about a refused request, where the family knows better than the general advice. */
	adviceFor?(problem: ApiProblem): string | undefined;
}
