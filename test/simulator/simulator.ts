import { apiHost } from './apiHost.ts';
import type { Fault, FaultRule, InjectedFault } from './faults.ts';
import type { Family } from './families.ts';
import { type Job, JobStore, type JobPlan, type Submission } from './jobs.ts';
import type { Outcome } from './jobView.ts';
import { listen } from './listener.ts';
import { mediaHost } from './mediaHost.ts';
import { Reception } from './reception.ts';
import type { RecordedRequest, Route } from './requests.ts';

export { errorEnvelope } from './answers.ts';
export { type AnyShape, FAMILY_NAMES, type Family, shapesOf } from './families.ts';
export type { Fault, FaultRule, InjectedFault } from './faults.ts';
export { SHAPES, SHAPE_NAMES, type Shape } from './grok/grokShapes.ts';
export {
	type Job,
	type JobPlan,
	PROGRESS_NAMES,
	type Progress,
	type Submission,
	type SubmissionBody,
} from './jobs.ts';
export { type JobError, OUTCOMES, type Outcome } from './jobView.ts';
export { ingressJson, otherFile, outOfCredit, proxyText, verdict } from './knownFaults.ts';
export { KLING_MODELS } from './kling/klingBodies.ts';
export { KLING_SHAPES, KLING_SHAPE_NAMES, type KlingShape } from './kling/klingShapes.ts';
export { VIDEO_MODELS } from './models.ts';
export { generatedVideoSha256, sampleMp4 } from './mp4.ts';
export { PROMPT_WORDS, PROMPT_WORDS_HELP, planByPrompt } from './promptWords.ts';
export { type FormFile, type FormPart, type RecordedRequest, type Route } from './requests.ts';
export { CATALOGUE, CATALOGUE_VIDEO_IDS } from './video/catalogue.ts';
export { SHARED_ROUTE_MODELS, type VideoModel } from './video/videoModels.ts';
export {
	CONTENT_STATES,
	type ContentState,
	VIDEO_SHAPES,
	VIDEO_SHAPE_NAMES,
	type VideoShape,
} from './video/videoShapes.ts';

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
	/** The clock of jobs and outages, ms epoch. Default Date.now. */
	now?: () => number;
}

export interface Simulator {
	/** Of the API, without a trailing slash. */
	readonly url: string;
	/** Of the host of the video files. */
	readonly mediaUrl: string;
	readonly apiKey: string;
	/** Every accepted job of all families in order: its length is the bill. */
	readonly jobs: readonly Job[];
	/** Of both hosts, in order of arrival. */
	readonly requests: readonly RecordedRequest[];
	runningJobs(): number;
	/** With a family only its own. */
	requestsTo(route: Route, family?: Family): RecordedRequest[];
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
	const { now = Date.now } = options;
	const store = new JobStore(options.plan ?? (() => ({})), now);
	const reception = new Reception(options.log ?? (() => {}));
	const { faults, requests } = reception;
	const media = await listen(mediaHost(store, reception), mediaPort);
	const counter = { store, maxRunningJobs, mediaUrl: media.url };
	const api = await listen(apiHost(reception, apiKey, counter), port).catch(
		async (error: unknown) => {
			await media.close();
			throw error;
		},
	);
	return {
		url: api.url,
		mediaUrl: media.url,
		apiKey,
		jobs: store.jobs,
		requests,
		runningJobs: () => store.running(),
		requestsTo: (route, family) =>
			requests.filter(
				(request) => request.route === route && (family === undefined || request.family === family),
			),
		inject: (rule) => faults.inject(rule),
		get decideFault() {
			return faults.decideFault;
		},
		set decideFault(hook) {
			faults.decideFault = hook;
		},
		outage(ms, fault, route) {
			const endsAt = now() + ms;
			faults.inject({ route, times: Infinity, when: () => now() < endsAt, fault });
		},
		finishJob: (requestId, outcome) => store.finish(requestId, outcome),
		async close() {
			reception.close();
			await Promise.all([api.close(), media.close()]);
		},
	};
}
