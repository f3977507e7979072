import type { JsonRecord } from './http/json';

export type JobStatus = 'pending' | 'done' | 'failed' | 'expired';

export interface Video {
	/** Opens without the key, for about a day. */
	url?: string;
	/** Of a file without such a URL: only the key opens it. */
	content_url?: string;
	/** Seconds. */
	duration?: number;
	respect_moderation?: boolean;
}

export interface Failure {
	code: string;
	message: string;
}

/** What an answer of the API says about one video job, whatever family and shape it came in. */
export interface VideoJob {
	status: JobStatus;
	/** The provider's own word, for example QUEUED; undefined when the answer has none. */
	providerStatus?: string;
	/** False when the provider's word is not documented. */
	statusIsKnown: boolean;
	/** 0-100. */
	progress?: number;
	model?: string;
	video?: Video;
	usage?: JsonRecord;
	/** What the provider charged, in USD: not necessarily CometAPI's price. */
	providerCostUsd?: number;
	failure?: Failure;
}

/** A job of which nothing more is known. */
export const PENDING: VideoJob = { status: 'pending', statusIsKnown: true };

/** How an execution waited for a video, under the output's names. */
export interface WaitFacts {
	/** Rounded to a tenth. */
	seconds: number;
	polls: number;
	timed_out: boolean;
}
