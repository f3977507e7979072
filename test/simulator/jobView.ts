export const OUTCOMES = ['done', 'failed', 'expired', 'moderated'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type JobError = string | { code: string; message: string };

export interface StatusWords {
	pending?: string;
	done?: string;
	failed?: string;
}

/** What an answer may tell of a job at one moment. */
export interface JobView {
	requestId: string;
	model: string;
	state: 'pending' | Outcome;
	/** 0 to 1, of the time from acceptance to the end. */
	elapsed: number;
	/** 0 to 100, absent when the plan tells none. */
	progress?: number;
	/** Empty until the plan's urlAfterPolls have passed. */
	videoUrl: string;
	videoSeconds: number;
	moderatedUrl: 'empty' | 'null' | 'absent';
	usd: number;
	error: JobError;
	words: StatusWords;
	/** Unix seconds. */
	submitTime: number;
	/** Unix seconds, 0 while pending. */
	finishTime: number;
	size?: string;
	externalId?: string;
}

export interface StatusAnswer {
	httpStatus: number;
	/** Absent: an empty body. */
	body?: unknown;
}

export const isQueued = (view: JobView) => view.elapsed < 0.1;

/** As just accepted, whatever has happened since. */
export const atSubmit = (view: JobView): JobView => ({
	...view,
	state: 'pending',
	elapsed: 0,
	progress: view.progress === undefined ? undefined : 0,
	finishTime: 0,
});

export function statusWord(view: JobView, usual: string): string {
	switch (view.state) {
		case 'pending':
			return view.words.pending ?? usual;
		case 'done':
			return view.words.done ?? usual;
		case 'failed':
		case 'moderated':
			return view.words.failed ?? usual;
		case 'expired':
			return usual;
	}
}

export const errorText = ({ error }: JobView) =>
	typeof error === 'string' ? error : error.message;
