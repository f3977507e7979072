import type { JsonRecord } from './http/json';

export type JobStatus = 'pending' | 'done' | 'failed' | 'expired';

export interface Video {
	/** The maker's own, by which it extends the video; not the job's. */
	id?: string;
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

/** `provider`: a new job may do better. `moderation`, `request`: the same request fails again. */
export type FailureCause = 'provider' | 'moderation' | 'request' | 'other';

/** Of a job that failed without a word. */
export const NO_REASON: Failure = { code: 'unknown', message: 'The provider gave no reason' };

/** Of a job that is told as done, without an address: that may still come. */
export const NO_VIDEO: Failure = {
	code: 'no_video',
	message: 'The job ended as done, but without a video URL',
};

/** Of a job that was made, and not handed out. */
export const WITHHELD: Failure = {
	code: 'moderation',
	message: 'The video was made, but moderation withheld it',
};

/** Of a job that expired without a word. */
export const EXPIRED: Failure = {
	code: 'expired',
	message: 'The job expired before it was done',
};

/** A video job by an answer of the API, whatever family and shape it came in. */
export interface VideoJob {
	status: JobStatus;
	/** The provider's own word, for example QUEUED; undefined when the answer has none. */
	providerStatus?: string;
	/** False when the provider's word is not documented. */
	statusIsKnown: boolean;
	/** The answer names the id that was asked for: without it, the job may be another one. */
	isNamed?: boolean;
	/** 0-100. */
	progress?: number;
	model?: string;
	video?: Video;
	usage?: JsonRecord | string;
	/** The provider's charge, in USD: not necessarily CometAPI's price. */
	providerCostUsd?: number;
	failure?: Failure;
}

/** A job of which nothing more is known. */
export const PENDING: VideoJob = { status: 'pending', statusIsKnown: true };

/** An execution's wait for a video, under the output's names. */
export interface WaitFacts {
	/** Rounded to a tenth. */
	seconds: number;
	polls: number;
	timed_out: boolean;
}
