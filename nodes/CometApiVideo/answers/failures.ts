import type { Failure, FailureCause, VideoJob } from '../video';
import { bareCode } from './codes';
import { saysModeration } from './moderation';
import { isExchangeWord } from './statusWords';

/** The provider's fault, whatever the family (docs/api.md, shape g): a new job may do better. */
const PROVIDER_CODES = ['service_unavailable', 'internal_error', 'expired'];

const REQUEST_CODES = ['invalid_argument', 'permission_denied', 'failed_precondition'];

const POLICY_WORDS =
	/(content|usage|safety) (polic|guideline)|policy violation|violat\w{0,20} .{0,40}(polic|guideline)/i;

type FailedJob = Pick<VideoJob, 'status' | 'failure' | 'isNamed' | 'providerStatus'>;

/**
 * A known code decides, then the words. Only an answer that names the job, and ends it in a word that
 * no exchange has, tells that the provider failed it: the answer may else be the gateway's, and a new
 * job would be paid while this one runs.
 */
export function causeOf(job: FailedJob): FailureCause {
	const { status, failure, isNamed = false, providerStatus = 'error' } = job;
	const code = bareCode(failure?.code ?? '');
	const isCertain = isNamed && !isExchangeWord(providerStatus);
	if (isCertain && (status === 'expired' || PROVIDER_CODES.includes(code))) return 'provider';
	if (isAgainstPolicy(failure)) return 'moderation';
	return REQUEST_CODES.includes(code) ? 'request' : 'other';
}

/**
 * True if a retry may pay for this video again. A job that the provider failed leaves the ledger; any
 * other stays, so that a retry repeats the answer for free.
 */
export function mayBeRemade(job: VideoJob): boolean {
	return (job.status === 'failed' || job.status === 'expired') && causeOf(job) === 'provider';
}

function isAgainstPolicy(failure: Failure | undefined): boolean {
	if (failure === undefined) return false;
	return saysModeration(failure) || POLICY_WORDS.test(`${failure.code} ${failure.message}`);
}
