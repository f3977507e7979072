import { likelyEndOf, type LikelyEnd } from './likelyEnd';

// A provider that has changed its pace needs as many jobs until its old pace is forgotten.
const ENDS_PER_KIND = 8;
const KINDS = 50;
const LONGEST_NAME = 100;

/** The end of a job: between two polls. Ms since it was accepted. */
export interface JobEnd {
	/** The last answer that it was pending, or 0. */
	afterMs: number;
	/** The answer that it was done. */
	byMs: number;
}

interface Kind {
	/** The latest, in ms since the job was accepted. */
	endsMs: number[];
	/** Running jobs whose ends will count. */
	sampled: number;
}

/**
 * Names jobs that take similar times. Nothing in it may come from a prompt or identify a user.
 *
 * @param traits of the video, such as its length and resolution
 */
export function durationKeyOf(family: string, model: string, ...traits: unknown[]): string {
	const names = traits.map((trait) => (typeof trait === 'object' ? '' : String(trait ?? '')));
	return [family, ...names, model].join(' ').slice(0, LONGEST_NAME);
}

/** Durations of the latest jobs, by kind, in this process. Forgets the kind unused for longest. */
export class JobDurations {
	private readonly kinds = new Map<string, Kind>();

	/** The likely end of a job of this kind; undefined while too few have ended. */
	likelyEnd(kindName: string): LikelyEnd | undefined {
		return likelyEndOf(this.kinds.get(kindName)?.endsMs ?? []);
	}

	/**
	 * Call when a job has been accepted. Of jobs that run together only the first few are sampled: if
	 * all were, the slowest would be the latest, and the only ones remembered.
	 *
	 * @returns call once when the wait is over; without an end where none is known
	 */
	sample(kindName: string): (end?: JobEnd) => void {
		const kind = this.use(kindName);
		if (kind.sampled >= ENDS_PER_KIND) return () => {};
		kind.sampled++;
		return (end) => {
			kind.sampled--;
			if (!end || end.byMs - end.afterMs > end.byMs / 2) return;
			kind.endsMs = [...kind.endsMs, (end.afterMs + end.byMs) / 2].slice(-ENDS_PER_KIND);
		};
	}

	private use(name: string): Kind {
		const kind = this.kinds.get(name) ?? { endsMs: [], sampled: 0 };
		this.kinds.delete(name);
		this.kinds.set(name, kind);
		const [oldest] = this.kinds.keys();
		if (this.kinds.size > KINDS && oldest !== undefined) this.kinds.delete(oldest);
		return kind;
	}
}
