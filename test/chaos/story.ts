/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import fc from 'fast-check';

import { PASSING } from '../engine/answerForms.ts';
import { MAKERS, type Maker } from '../engine/families.ts';
import { type Fault, type Outcome, verdict } from '../simulator/simulator.ts';

/** What happens to a request; `none` is a healthy answer. */
type Weather = Record<string, { weight: number; fault?: Fault }>;

const SUBMIT_WEATHER: Weather = {
	none: { weight: 12 },
	tooMany: { weight: 2, fault: { kind: 'status', status: 429 } },
	tooManyFor1s: {
		weight: 1,
		fault: { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
	},
	badRequest: { weight: 1, fault: { kind: 'status', status: 400 } },
	broken: { weight: 1, fault: { kind: 'status', status: 500 } },
	brokenAfter: { weight: 1, fault: { kind: 'status', status: 502, afterHandler: true } },
	reset: { weight: 1, fault: { kind: 'reset' } },
	resetAfter: { weight: 1, fault: { kind: 'reset', afterHandler: true } },
	cut: { weight: 1, fault: { kind: 'truncatedJson' } },
	cutShort: { weight: 1, fault: { kind: 'truncatedJson', closeEarly: true } },
	hang: { weight: 1, fault: { kind: 'hang' } },
	hangAfter: { weight: 1, fault: { kind: 'hang', afterHandler: true } },
	slow: { weight: 1, fault: { kind: 'delay', ms: 400 } },
	page: { weight: 1, fault: { kind: 'html', status: 200, afterHandler: true } },
	proxyPage: { weight: 1, fault: { kind: 'html', status: 403 } },
	drip: { weight: 1, fault: { kind: 'drip', everyMs: 20, bytes: 150 } },
};

/** Ends the job that is asked for, whatever becomes of it. */
export const VERDICT = 'verdict';

/** Answers about the exchange, which say nothing of the job. */
const PASSING_WEATHER: Weather = Object.fromEntries(
	PASSING.map(([name, status, body]) => [
		name,
		{ weight: 1, fault: { kind: 'status', status, body } },
	]),
);

const STATUS_WEATHER: Weather = {
	...PASSING_WEATHER,
	none: { weight: 12 },
	tooMany: { weight: 1, fault: { kind: 'status', status: 429 } },
	broken: { weight: 1, fault: { kind: 'status', status: 500 } },
	gatewayPage: { weight: 1, fault: { kind: 'html', status: 502 } },
	page: { weight: 1, fault: { kind: 'html', status: 200 } },
	empty: { weight: 1, fault: { kind: 'empty', status: 200 } },
	reset: { weight: 1, fault: { kind: 'reset' } },
	cut: { weight: 1, fault: { kind: 'truncatedJson' } },
	cutShort: { weight: 1, fault: { kind: 'truncatedJson', closeEarly: true } },
	hang: { weight: 1, fault: { kind: 'hang' } },
	slowBody: { weight: 1, fault: { kind: 'slowBody', ms: 5_000 } },
	drip: { weight: 1, fault: { kind: 'drip', everyMs: 200 } },
	proxyPage: { weight: 1, fault: { kind: 'html', status: 401 } },
	[VERDICT]: {
		weight: 1,
		fault: verdict(422, 'imagine:content-moderated', 'Refused by moderation'),
	},
	unknown: { weight: 1, fault: { kind: 'status', status: 404, body: { error: 'not found' } } },
	unauthorized: { weight: 1, fault: { kind: 'status', status: 401 } },
	wrongType: { weight: 1, fault: { kind: 'contentType', value: 'text/html' } },
};

function weather(table: Weather): fc.Arbitrary<string> {
	return fc.oneof(
		...Object.entries(table).map(([name, { weight }]) => ({
			weight,
			arbitrary: fc.constant(name),
		})),
	);
}

export function submitFault(name: string): Fault | undefined {
	return faultOf(SUBMIT_WEATHER, name);
}

export function statusFault(name: string): Fault | undefined {
	return faultOf(STATUS_WEATHER, name);
}

function faultOf(table: Weather, name: string): Fault | undefined {
	return table[name]?.fault;
}

/** How one wanted video fares at the provider, job by job, the last one repeated. */
export interface Fate {
	seconds: number;
	outcome: Outcome;
	/** The code of a failed job: the provider's own trouble, or a refusal. */
	code: 'internal_error' | 'invalid_argument';
	/** Which of its family's shapes, beyond their number from the beginning again. */
	shape: number;
}

/** One execution of a workflow, and what befalls it. */
export interface Story {
	maker: Maker;
	/** How long n8n's database takes for the credential, in ms. */
	credentialMs: number;
	fates: Fate[];
	/** All items have the same prompt. */
	isEqual: boolean;
	waits: boolean;
	onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	/** 1 is no "Retry On Fail". */
	tries: 1 | 2 | 3;
	editorRetries: number;
	/** When Stop is pressed, in each of the executions; the last retry is not stopped. */
	stopAfterMs?: number;
	maxRunningJobs?: number;
	/** By order of arrival; healthy after the last one. */
	submitWeather: string[];
	statusWeather: string[];
}

const fate: fc.Arbitrary<Fate> = fc.record({
	seconds: fc.constantFrom(0.05, 0.4, 1.3, 2.6),
	outcome: fc.oneof(
		{ weight: 6, arbitrary: fc.constant<Outcome>('done') },
		{ weight: 1, arbitrary: fc.constantFrom<Outcome>('failed', 'expired', 'moderated') },
	),
	code: fc.constantFrom('internal_error', 'invalid_argument'),
	shape: fc.nat(20),
});

export const story: fc.Arbitrary<Story> = fc.record(
	{
		maker: fc.constantFrom(...MAKERS),
		credentialMs: fc.oneof(
			{ weight: 4, arbitrary: fc.constant(0) },
			{ weight: 1, arbitrary: fc.constantFrom(200, 1_500) },
		),
		fates: fc.array(fate, { minLength: 2, maxLength: 6 }),
		isEqual: fc.boolean(),
		waits: fc.oneof(
			{ weight: 4, arbitrary: fc.constant(true) },
			{ weight: 1, arbitrary: fc.constant(false) },
		),
		onError: fc.constantFrom('stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'),
		tries: fc.constantFrom(1, 2, 3),
		editorRetries: fc.integer({ min: 0, max: 2 }),
		stopAfterMs: fc.integer({ min: 0, max: 2_500 }),
		maxRunningJobs: fc.integer({ min: 1, max: 4 }),
		submitWeather: fc.array(weather(SUBMIT_WEATHER), { maxLength: 12 }),
		statusWeather: fc.oneof(
			{ weight: 2, arbitrary: fc.array(weather(STATUS_WEATHER), { maxLength: 24 }) },
			{
				weight: 1,
				arbitrary: fc.array(weather(PASSING_WEATHER), { minLength: 24, maxLength: 60 }),
			},
		),
	},
	{
		requiredKeys: [
			'maker',
			'credentialMs',
			'fates',
			'isEqual',
			'waits',
			'onError',
			'tries',
			'editorRetries',
			'submitWeather',
			'statusWeather',
		],
	},
);
