/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
// How soon a finished video is known and how often that is asked for, in virtual time.
import { createRequire } from 'node:module';

import { sample, type Figure, type Sample, type Settings } from './report.ts';

type Wait = typeof import('../../nodes/CometApiVideo/polling/pollUntilDone');

const { pollUntilDone } = createRequire(import.meta.url)(
	'../../dist/nodes/CometApiVideo/polling/pollUntilDone.js',
) as Wait;

const RIVAL_INTERVALS_S = [1, 3, 5, 10, 15, 20];

const JOBS = [
	{ seconds: 12, untold: { lagS: 1.0, polls: 6 }, told: { lagS: 0.7, polls: 6 } },
	{ seconds: 45, untold: { lagS: 1.7, polls: 20 }, told: { lagS: 1.0, polls: 12 } },
	{ seconds: 120, untold: { lagS: 4.6, polls: 33 }, told: { lagS: 2.0, polls: 18 } },
	{ seconds: 300, untold: { lagS: 5.0, polls: 51 }, told: { lagS: 3.0, polls: 25 } },
];

interface Poller {
	/** 0 is automatic. */
	pollIntervalS: number;
	hasProgress: boolean;
}

interface Cost {
	lagS: number;
	polls: number;
}

export async function measureLag({ isQuick }: Settings): Promise<Figure[]> {
	const repetitions = isQuick ? 3 : 7;
	const jobs = isQuick ? 6_000 : 12_000;

	const measure = async (poller: Poller, seconds: number) => {
		const costs: Cost[] = [];
		// A fixed poller has nothing to do with chance.
		const times = poller.pollIntervalS === 0 ? repetitions : 1;
		while (costs.length < times) {
			costs.push(await meanCost(poller, seconds, jobs));
		}
		return {
			lagS: sample(costs.map(({ lagS }) => lagS)),
			polls: sample(costs.map(({ polls }) => polls)),
		};
	};

	const figures: Figure[] = [];
	for (const { seconds, untold, told } of JOBS) {
		const lag: Record<string, Sample> = {};
		const polls: Record<string, Sample> = {};
		for (const pollIntervalS of RIVAL_INTERVALS_S) {
			const cost = await measure({ pollIntervalS, hasProgress: false }, seconds);
			lag[`${pollIntervalS} s`] = cost.lagS;
			polls[`${pollIntervalS} s`] = cost.polls;
		}
		for (const hasProgress of [false, true]) {
			const cost = await measure({ pollIntervalS: 0, hasProgress }, seconds);
			const limits = hasProgress ? told : untold;
			const name = `${seconds} s jobs ${hasProgress ? 'with progress' : 'without progress'}`;
			const group = 'Automatic polls beside fixed ones, jobs +-20 %, virtual time';
			figures.push(
				{
					group,
					name: `Lag, ${name}`,
					unit: 's',
					value: cost.lagS,
					wanted: limits.lagS,
					rivals: lag,
				},
				{
					group,
					name: `Polls, ${name}`,
					unit: 'per job',
					value: cost.polls,
					wanted: limits.polls,
					rivals: polls,
				},
			);
		}
	}
	return figures;
}

/** Of jobs spread evenly over +-20 % of the seconds, so that chance has a part in the polls only. */
async function meanCost(poller: Poller, seconds: number, jobs: number): Promise<Cost> {
	let lagS = 0;
	let polls = 0;
	for (let index = 0; index < jobs; index++) {
		const cost = await waitFor(poller, seconds * 1000 * (0.8 + (0.4 * (index + 0.5)) / jobs));
		lagS += cost.lagS / jobs;
		polls += cost.polls / jobs;
	}
	return { lagS, polls };
}

async function waitFor({ pollIntervalS, hasProgress }: Poller, endsAtMs: number): Promise<Cost> {
	let nowMs = 0;
	const end = await pollUntilDone(
		{
			poll: async () => ({
				kind: 'job',
				job: {
					status: nowMs < endsAtMs ? 'pending' : 'done',
					statusIsKnown: true,
					video: { url: 'https://example.com/a.mp4' },
					...(hasProgress && { progress: Math.min(100, Math.floor((nowMs / endsAtMs) * 100)) }),
				},
				raw: {},
			}),
			sleep: async (ms) => void (nowMs += ms),
			isStopped: () => false,
			now: () => nowMs,
			random: Math.random,
		},
		{
			acceptedAtMs: 0,
			deadlineMs: 900_000,
			pollIntervalS,
			pollAtOnce: false,
			untilFinished: true,
		},
	);
	return { lagS: (end.waitedMs - endsAtMs) / 1000, polls: end.polls };
}
