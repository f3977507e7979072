import { randomUUID } from 'node:crypto';
import type { SubmissionBody, SubmissionRoute } from './bodies.ts';
import type { JobError, JobView, Shape, StatusWords } from './shapes.ts';

export type Outcome = 'done' | 'failed' | 'expired' | 'moderated';

export const PROGRESS_NAMES = ['linear', 'coarse', 'stuck', 'backwards', 'none'] as const;
export type Progress = (typeof PROGRESS_NAMES)[number];

export interface Submission {
	/** Counts the accepted ones, from 0. */
	index: number;
	route: SubmissionRoute;
	body: SubmissionBody;
}

/** How one job goes; every key has a default. */
export interface JobPlan {
	/** From acceptance until terminal; Infinity never ends. Default 2. */
	seconds?: number;
	outcome?: Outcome;
	error?: JobError;
	shape?: Shape;
	progress?: Progress;
	/** The small real MP4, or that many bytes made from the request id. */
	video?: 'sample' | { bytes: number };
	/** Before that the id is unknown. */
	visibleAfterSeconds?: number;
	/** What usage tells; by default the provider's list price. */
	usd?: number;
	/** Lifetime of the video's link after the end. */
	linkSeconds?: number;
	videoUrl?: 'direct' | 'redirect';
	moderatedUrl?: 'empty' | 'null' | 'absent';
	/** Other status words than the shape's usual ones (of the envelope, where there is one). */
	words?: StatusWords;
}

export interface Job {
	readonly requestId: string;
	readonly route: SubmissionRoute;
	/** With the API's defaults filled in. */
	readonly body: SubmissionBody;
	/** ms epoch, like endsAt. */
	readonly acceptedAt: number;
	endsAt: number;
	plan: Required<JobPlan>;
}

const DEFAULT_PLAN = {
	seconds: 2,
	outcome: 'done',
	error: { code: 'internal_error', message: 'The video could not be generated.' },
	shape: 'wrapped',
	progress: 'none',
	video: 'sample',
	visibleAfterSeconds: 0,
	linkSeconds: Infinity,
	videoUrl: 'direct',
	moderatedUrl: 'empty',
	words: {},
} satisfies JobPlan;

/** An edit tells no length; the provider's default stands in. */
const videoSeconds = (body: SubmissionBody) =>
	typeof body.duration === 'number' ? body.duration : 8;

const listPrice = (body: SubmissionBody) =>
	videoSeconds(body) * (body.resolution === undefined || body.resolution === '480p' ? 0.05 : 0.07);

const isOver = (job: Job) => Date.now() >= job.endsAt;

function elapsed(job: Job): number {
	const passed = (Date.now() - job.acceptedAt) / (job.plan.seconds * 1000);
	return isOver(job) ? 1 : Math.min(passed, 1);
}

function progress(job: Job): number | undefined {
	if (job.plan.progress === 'none') return undefined;
	if (isOver(job)) return 100;
	const linear = Math.min(99, Math.floor(elapsed(job) * 100));
	switch (job.plan.progress) {
		case 'linear':
			return linear;
		case 'coarse':
			return linear < 50 ? 0 : 50;
		case 'stuck':
			return 99;
		case 'backwards':
			return 99 - linear;
	}
}

const unixSeconds = (ms: number) => Math.floor(ms / 1000);

export function viewJob(job: Job, mediaUrl: string): JobView {
	const { plan, requestId, body } = job;
	const folder = plan.videoUrl === 'redirect' ? 'redirect' : 'videos';
	return {
		requestId,
		model: body.model,
		state: isOver(job) ? plan.outcome : 'pending',
		elapsed: elapsed(job),
		progress: progress(job),
		videoUrl: `${mediaUrl}/${folder}/${requestId}.mp4`,
		videoSeconds: videoSeconds(body),
		moderatedUrl: plan.moderatedUrl,
		usd: plan.usd,
		error: plan.error,
		words: plan.words,
		submitTime: unixSeconds(job.acceptedAt),
		finishTime: isOver(job) ? unixSeconds(job.endsAt) : 0,
	};
}

export const hasVideo = (job: Job) => isOver(job) && job.plan.outcome === 'done';

export const isLinkExpired = (job: Job) => Date.now() >= job.endsAt + job.plan.linkSeconds * 1000;

export class JobBook {
	/** In order of acceptance: its length is the bill. */
	readonly jobs: Job[] = [];
	private readonly plan: (submission: Submission) => JobPlan;

	constructor(plan: (submission: Submission) => JobPlan) {
		this.plan = plan;
	}

	accept(route: SubmissionRoute, body: SubmissionBody): Job {
		const wanted = this.plan({ index: this.jobs.length, route, body });
		const plan = { ...DEFAULT_PLAN, usd: listPrice(body), ...wanted };
		const acceptedAt = Date.now();
		const endsAt = acceptedAt + plan.seconds * 1000;
		const job = { requestId: randomUUID(), route, body, acceptedAt, endsAt, plan };
		this.jobs.push(job);
		return job;
	}

	find(requestId: string): Job | undefined {
		return this.jobs.find((job) => job.requestId === requestId);
	}

	/** As the status route sees it. */
	findVisible(requestId: string): Job | undefined {
		const job = this.find(requestId);
		if (job === undefined) return undefined;
		const visibleAt = job.acceptedAt + job.plan.visibleAfterSeconds * 1000;
		return Date.now() >= visibleAt ? job : undefined;
	}

	running(): number {
		return this.jobs.filter((job) => !isOver(job)).length;
	}

	finish(requestId: string, outcome?: Outcome): void {
		const job = this.find(requestId);
		if (job === undefined) throw new Error(`No job ${requestId}`);
		job.endsAt = Math.min(job.endsAt, Date.now());
		if (outcome !== undefined) job.plan = { ...job.plan, outcome };
	}
}
