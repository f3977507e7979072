// As many as a provider that has changed its pace needs jobs until its old pace is forgotten.
const ENDS_PER_KIND = 8;
const KINDS = 50;
const LONGEST_NAME = 100;
// So that one job which hangs does not keep back the ends of all those that started with it.
const STRAGGLERS = 0.1;

/** When a job ended: between two polls. Ms since it was accepted. */
export interface JobEnd {
	/** The last answer that told it pending, or 0. */
	afterMs: number;
	/** The answer that told it done. */
	byMs: number;
}

/** A running job, among others of its kind. */
export interface TimedJob {
	/** When earlier jobs of its kind ended, at most eight. Changes while the job runs. */
	readonly earlierEnds: readonly JobEnd[];
	/** Call when the wait is over; without an end where none is known. Only the first call counts. */
	finish(end?: JobEnd): void;
}

interface Kind {
	ends: JobEnd[];
	open: Cohort;
}

/**
 * Jobs that were accepted before the first of them ended. Their ends count only when nearly all are
 * known: of jobs that start together the fast ones end first, and say nothing of the slow ones.
 */
interface Cohort {
	size: number;
	finished: number;
	known: number;
	/** 4 keeps every fourth known end. */
	stride: number;
	ends: JobEnd[];
}

/**
 * Names jobs that take similar times. Nothing in it may come from a prompt or tell a user.
 *
 * @param traits of the video, such as its length and resolution
 */
export function kindOfJob(family: string, model: string, ...traits: unknown[]): string {
	const told = traits.map((trait) => (typeof trait === 'object' ? '' : String(trait ?? '')));
	return [family, ...told, model].join(' ').slice(0, LONGEST_NAME);
}

/** How long the latest jobs took, by kind, in this process. Forgets the kind unused for longest. */
export class JobDurations {
	private readonly kinds = new Map<string, Kind>();

	/** Call when a job has been accepted. */
	start(kindName: string): TimedJob {
		const kind = this.use(kindName);
		const cohort = kind.open;
		cohort.size++;
		let isFinished = false;
		return {
			get earlierEnds() {
				return kind.ends;
			},
			finish: (end) => {
				if (!isFinished) finish(kind, cohort, end);
				isFinished = true;
			},
		};
	}

	private use(name: string): Kind {
		const kind = this.kinds.get(name) ?? { ends: [], open: newCohort() };
		this.kinds.delete(name);
		this.kinds.set(name, kind);
		const [oldest] = this.kinds.keys();
		if (this.kinds.size > KINDS && oldest !== undefined) this.kinds.delete(oldest);
		return kind;
	}
}

function finish(kind: Kind, cohort: Cohort, end: JobEnd | undefined): void {
	if (kind.open === cohort) kind.open = newCohort();
	cohort.finished++;
	if (end && cohort.known++ % cohort.stride === 0) cohort.ends.push(end);
	if (cohort.ends.length > ENDS_PER_KIND) {
		cohort.ends = cohort.ends.filter((_, index) => index % 2 === 0);
		cohort.stride *= 2;
	}
	if (cohort.finished === Math.ceil(cohort.size * (1 - STRAGGLERS))) {
		kind.ends = [...kind.ends, ...cohort.ends].slice(-ENDS_PER_KIND);
	}
}

function newCohort(): Cohort {
	return { size: 0, finished: 0, known: 0, stride: 1, ends: [] };
}
