import { bareCode } from '../http/answer';
import { NO_VIDEO, type Failure, type FailureKind, type VideoJob } from '../video';
import type { VideoApi } from '../videoApi';

const REFUSED_CODES = [
	'moderation',
	'content_moderated',
	'content_policy_violation',
	'invalid_argument',
	'permission_denied',
	'failed_precondition',
];

const MODERATION_WORDS =
	/moderat|(content|usage|safety) polic|policy violation|violat\w* .{0,40}polic|safety (system|filter|check)/i;

/** A known code decides, then the words. */
export function kindOfFailure(
	{ status, failure }: Pick<VideoJob, 'status' | 'failure'>,
	{ ownFailureCodes }: VideoApi,
): FailureKind {
	const code = bareCode(failure?.code ?? '');
	if (status === 'expired' || ownFailureCodes.includes(code)) return 'own';
	if (code === NO_VIDEO.code) return 'noUrl';
	return REFUSED_CODES.includes(code) || saysModeration(failure) ? 'refused' : 'other';
}

/**
 * Whether a job failed for the provider's own reasons. It then leaves the ledger, so that a retry
 * makes a new video; a refused one stays, so that a retry repeats the answer for free.
 */
export function isOwnFailure(job: VideoJob, api: VideoApi): boolean {
	return kindOfFailure(job, api) === 'own';
}

function saysModeration(failure: Failure | undefined): boolean {
	return (
		failure !== undefined && MODERATION_WORDS.test(`${bareCode(failure.code)} ${failure.message}`)
	);
}
