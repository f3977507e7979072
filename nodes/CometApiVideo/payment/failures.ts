import type { VideoJob } from '../video';
import type { VideoApi } from '../videoApi';

/**
 * Whether a job failed for the provider's own reasons. It then leaves the ledger, so that a retry
 * makes a new video; a refused one stays, so that a retry repeats the answer for free.
 */
export function isOwnFailure(job: VideoJob, { ownFailureCodes }: VideoApi): boolean {
	return job.status === 'expired' || ownFailureCodes.includes(job.failure?.code ?? '');
}
