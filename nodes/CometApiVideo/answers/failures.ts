import { bareCode } from './problem';
import { saysModeration } from './moderation';
import { NO_VIDEO, type Failure, type FailureKind, type VideoJob } from '../video';

/** The provider's own fault, whatever the family (docs/api.md, shape g): a new job may do better. */
const OWN_CODES = ['service_unavailable', 'internal_error', 'expired'];

const REFUSED_CODES = ['invalid_argument', 'permission_denied', 'failed_precondition'];

const POLICY_WORDS =
	/(content|usage|safety) (polic|guideline)|policy violation|violat\w* .{0,40}(polic|guideline)/i;

/** A known code decides, then the words. */
export function kindOfFailure({
	status,
	failure,
}: Pick<VideoJob, 'status' | 'failure'>): FailureKind {
	const code = bareCode(failure?.code ?? '');
	if (status === 'expired' || OWN_CODES.includes(code)) return 'own';
	if (code === NO_VIDEO.code) return 'noUrl';
	return REFUSED_CODES.includes(code) || isAgainstPolicy(failure) ? 'refused' : 'other';
}

/**
 * Whether a job failed for the provider's own reasons. It then leaves the ledger, so that a retry
 * makes a new video; a refused one stays, so that a retry repeats the answer for free.
 */
export function isOwnFailure(job: VideoJob): boolean {
	return kindOfFailure(job) === 'own';
}

function isAgainstPolicy(failure: Failure | undefined): boolean {
	if (failure === undefined) return false;
	return saysModeration(failure) || POLICY_WORDS.test(`${failure.code} ${failure.message}`);
}
