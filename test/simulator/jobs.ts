import { MAKERS_SHAPE_NAMES } from './makersShapes.ts';
import type { AnyShape, Family } from './families.ts';
import type { JobError, JobView, Outcome, StatusWords } from './jobView.ts';
import type { ContentState } from './video/videoShapes.ts';

export const PROGRESS_NAMES = ['linear', 'coarse', 'stuck', 'backwards', 'none'] as const;
export type Progress = (typeof PROGRESS_NAMES)[number];

/** As sent, with the API's defaults where it has some; a form's repeated fields are lists. */
export interface SubmissionBody {
	prompt: string;
	[field: string]: unknown;
}

export interface Submission {
	/** Counts the accepted ones of all families, from 0. */
	index: number;
	family: Family;
	/** The last part of the path. */
	route: string;
	model: string;
	body: SubmissionBody;
}

/** How one job goes; every key has a default. */
export interface JobPlan {
	/** From acceptance until terminal; Infinity never ends. Default 2. */
	seconds?: number;
	outcome?: Outcome;
	error?: JobError;
	/** One of the family's; by default its documented one. */
	shape?: AnyShape;
	progress?: Progress;
	/** The small real MP4, or that many bytes made from the request id. */
	video?: 'sample' | { bytes: number };
	/** Before that the id is unknown. */
	visibleAfterSeconds?: number;
	/** What usage tells, where the family has one; by default the provider's list price. */
	usd?: number;
	/** Lifetime of the video's link after the end. */
	linkSeconds?: number;
	videoUrl?: 'direct' | 'redirect';
	/** So many answers tell that the job is done before its URL is there. Default 0. */
	urlAfterPolls?: number;
	/** How GET /v1/videos/{id}/content hands the file out: itself, or by a redirect to the media host. */
	content?: 'file' | 'redirect';
	/** The state that /content names while it has no file; by default the one that fits. */
	contentState?: ContentState | 'fitting';
	moderatedUrl?: 'empty' | 'null' | 'absent';
	/** Other status words than the shape's usual ones (of the envelope, where there is one). */
	words?: StatusWords;
	/** Instead of the family's usual kind of id. */
	requestId?: string;
}

/** What a family found in a submission that it takes. */
export interface JobRequest {
	family: Family;
	route: string;
	model: string;
	body: SubmissionBody;
	/** The first is the default. */
	shapes: readonly AnyShape[];
	newId: () => string;
	/** Length of the video. */
	videoSeconds: number;
	usd: number;
	size?: string;
	externalId?: string;
}

export interface Job {
	readonly requestId: string;
	readonly family: Family;
	readonly route: string;
	readonly model: string;
	readonly body: SubmissionBody;
	readonly videoSeconds: number;
	readonly size?: string;
	readonly externalId?: string;
	/** ms epoch, like endsAt. */
	readonly acceptedAt: number;
	endsAt: number;
	/** How many answers have told that it is done. */
	donePolls: number;
	plan: Required<JobPlan>;
}

const DEFAULT_PLAN = {
	seconds: 2,
	outcome: 'done',
	error: { code: 'internal_error', message: 'The video could not be generated.' },
	progress: 'none',
	video: 'sample',
	visibleAfterSeconds: 0,
	linkSeconds: Infinity,
	videoUrl: 'direct',
	urlAfterPolls: 0,
	content: 'file',
	contentState: 'fitting',
	moderatedUrl: 'empty',
	words: {},
} satisfies JobPlan;

const unixSeconds = (ms: number) => Math.floor(ms / 1000);

export class JobStore {
	/** In order of acceptance: its length is the bill. */
	readonly jobs: Job[] = [];
	private readonly byId = new Map<string, Job>();
	private readonly byExternalId = new Map<string, Job>();
	private readonly plan: (submission: Submission) => JobPlan;
	/** ms epoch. */
	private readonly now: () => number;

	constructor(plan: (submission: Submission) => JobPlan, now: () => number) {
		this.plan = plan;
		this.now = now;
	}

	accept(jobRequest: JobRequest): Job {
		const { family, route, model, body, shapes, newId, usd, ...rest } = jobRequest;
		const [shape] = shapes;
		if (shape === undefined) throw new Error(`${family} has no shape`);
		const wanted = this.plan({ index: this.jobs.length, family, route, model, body });
		const plan = { ...DEFAULT_PLAN, usd, shape, requestId: newId(), ...wanted };
		if (![...shapes, ...MAKERS_SHAPE_NAMES].includes(plan.shape))
			throw new Error(`${family} has no shape ${plan.shape}`);
		const { requestId } = plan;
		const acceptedAt = this.now();
		const endsAt = acceptedAt + plan.seconds * 1000;
		const fixed = { requestId, family, route, model, body, acceptedAt, ...rest };
		const job = { ...fixed, endsAt, donePolls: 0, plan };
		this.jobs.push(job);
		this.byId.set(requestId, job);
		if (jobRequest.externalId !== undefined) this.byExternalId.set(jobRequest.externalId, job);
		return job;
	}

	find(requestId: string): Job | undefined {
		return this.byId.get(requestId);
	}

	/** As a family's own routes see it. */
	findVisible(family: Family, requestId: string): Job | undefined {
		const job = this.find(requestId);
		return job?.family === family && this.isVisible(job) ? job : undefined;
	}

	/** The newest that has it. */
	findByExternalId(externalId: string): Job | undefined {
		const job = this.byExternalId.get(externalId);
		return job !== undefined && this.isVisible(job) ? job : undefined;
	}

	running(): number {
		return this.jobs.filter((job) => !this.isOver(job)).length;
	}

	finish(requestId: string, outcome?: Outcome): void {
		const job = this.find(requestId);
		if (job === undefined) throw new Error(`No job ${requestId}`);
		job.endsAt = Math.min(job.endsAt, this.now());
		if (outcome !== undefined) job.plan = { ...job.plan, outcome };
	}

	hasVideo = (job: Job) => this.isOver(job) && job.plan.outcome === 'done';

	isLinkExpired = (job: Job) => this.now() >= job.endsAt + job.plan.linkSeconds * 1000;

	/** For an answer to a poll, which counts. */
	poll(job: Job, mediaUrl: string): JobView {
		const view = this.view(job, mediaUrl);
		if (view.state === 'done') job.donePolls += 1;
		return view;
	}

	view(job: Job, mediaUrl: string): JobView {
		const { plan, requestId, model, videoSeconds, size, externalId } = job;
		const folder = plan.videoUrl === 'redirect' ? 'redirect' : 'videos';
		const { moderatedUrl, usd, error, words } = plan;
		return {
			...{ requestId, model, videoSeconds, size, externalId, moderatedUrl, usd, error, words },
			state: this.isOver(job) ? plan.outcome : 'pending',
			elapsed: this.elapsed(job),
			progress: this.progress(job),
			videoUrl:
				job.donePolls < plan.urlAfterPolls
					? ''
					: `${mediaUrl}/${folder}/${encodeURIComponent(requestId)}.mp4`,
			submitTime: unixSeconds(job.acceptedAt),
			finishTime: this.isOver(job) ? unixSeconds(job.endsAt) : 0,
		};
	}

	private isVisible = (job: Job) =>
		this.now() >= job.acceptedAt + job.plan.visibleAfterSeconds * 1000;

	private isOver = (job: Job) => this.now() >= job.endsAt;

	private elapsed(job: Job): number {
		const passed = (this.now() - job.acceptedAt) / (job.plan.seconds * 1000);
		return this.isOver(job) ? 1 : Math.min(passed, 1);
	}

	private progress(job: Job): number | undefined {
		if (job.plan.progress === 'none') return undefined;
		if (this.isOver(job)) return 100;
		const linear = Math.min(99, Math.floor(this.elapsed(job) * 100));
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
}
