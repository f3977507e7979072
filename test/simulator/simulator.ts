import { apiHost } from './apiHost.ts';
import type { Fault, FaultRule, InjectedFault } from './faults.ts';
import { type Job, JobBook, type JobPlan, type Outcome, type Submission } from './jobs.ts';
import { listen } from './listener.ts';
import { mediaHost } from './mediaHost.ts';
import { Reception } from './reception.ts';
import type { RecordedRequest, Route } from './requests.ts';

export { errorEnvelope } from './answers.ts';
export type { SubmissionBody, SubmissionRoute } from './bodies.ts';
export type { Fault, FaultRule, InjectedFault } from './faults.ts';
export type { Job, JobPlan, Outcome, Progress, Submission } from './jobs.ts';
export { VIDEO_MODELS } from './models.ts';
export type { RecordedRequest, Route } from './requests.ts';
export { SHAPES, SHAPE_NAMES, type Shape } from './shapes.ts';
export { generatedVideoSha256, sampleMp4 } from './videos.ts';

export interface SimulatorOptions {
	/** Default test-key. */
	apiKey?: string;
	/** Default 0: a free one. */
	port?: number;
	mediaPort?: number;
	/** With so many running, a POST answers 429 and nothing is accepted. Default: no limit. */
	maxRunningJobs?: number;
	plan?: (submission: Submission) => JobPlan;
	/** Called when a request has ended, answered or not. */
	log?: (request: RecordedRequest) => void;
}

export interface Simulator {
	/** Of the API, without a trailing slash. */
	readonly url: string;
	/** Of the host of the video files. */
	readonly mediaUrl: string;
	readonly apiKey: string;
	/** Every accepted job in order: its length is the bill. */
	readonly jobs: readonly Job[];
	/** Of both hosts, in order of arrival. */
	readonly requests: readonly RecordedRequest[];
	runningJobs(): number;
	requestsTo(route: Route): RecordedRequest[];
	inject(rule: FaultRule): InjectedFault;
	/** Asked when no rule matched. */
	decideFault: ((request: RecordedRequest) => Fault | undefined) | undefined;
	/** For so many ms every request (to the route) gets the fault. */
	outage(ms: number, fault: Fault, route?: Route): void;
	/** Ends a job at once; throws for an unknown id. */
	finishJob(requestId: string, outcome?: Outcome): void;
	/** Destroys all sockets, also of requests that hang. */
	close(): Promise<void>;
}

/** Starts an honest CometAPI, and the host of its video files, on 127.0.0.1. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const { apiKey = 'test-key', port = 0, mediaPort = 0, maxRunningJobs = Infinity } = options;
	const book = new JobBook(options.plan ?? (() => ({})));
	const reception = new Reception(options.log ?? (() => {}));
	const { faults, requests } = reception;
	const media = await listen(mediaHost(book, reception), mediaPort);
	const api = await listen(
		apiHost(book, reception, { apiKey, maxRunningJobs, mediaUrl: media.url }),
		port,
	);
	return {
		url: api.url,
		mediaUrl: media.url,
		apiKey,
		jobs: book.jobs,
		requests,
		runningJobs: () => book.running(),
		requestsTo: (route) => requests.filter((request) => request.route === route),
		inject: (rule) => faults.inject(rule),
		get decideFault() {
			return faults.decideFault;
		},
		set decideFault(hook) {
			faults.decideFault = hook;
		},
		outage(ms, fault, route) {
			const endsAt = Date.now() + ms;
			faults.inject({ route, times: Infinity, when: () => Date.now() < endsAt, fault });
		},
		finishJob: (requestId, outcome) => book.finish(requestId, outcome),
		async close() {
			reception.close();
			await Promise.all([api.close(), media.close()]);
		},
	};
}
