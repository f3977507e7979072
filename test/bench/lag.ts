// How soon a finished video is known and how often that is asked for, in virtual time.
import { Clock, pollUntilDone } from './builtNode.ts';
import { sample, type Figure, type Sample, type Settings } from './report.ts';
import { meanCost, waitForAll, type Cost } from './virtualTime.ts';

const RIVAL_INTERVALS_S = [1, 3, 5, 10, 15, 20];

const JOBS = [
	{ seconds: 12, without: { lagS: 1.0, polls: 6 }, with: { lagS: 0.7, polls: 6 } },
	{ seconds: 45, without: { lagS: 1.7, polls: 20 }, with: { lagS: 1.0, polls: 12 } },
	{ seconds: 120, without: { lagS: 4.6, polls: 33 }, with: { lagS: 2.0, polls: 18 } },
	{ seconds: 300, without: { lagS: 5.0, polls: 51 }, with: { lagS: 3.0, polls: 25 } },
];

export async function measureLag({ isQuick }: Settings): Promise<Figure[]> {
	const repetitions = isQuick ? 3 : 7;
	const jobs = isQuick ? 6_000 : 12_000;

	const measure = async (seconds: number, pollIntervalS: number, hasProgress = false) => {
		const costs: Cost[] = [];
		// A fixed interval has nothing to do with chance.
		const times = pollIntervalS === 0 ? repetitions : 1;
		while (costs.length < times) {
			const workload = {
				// Spread evenly over +-20 %, so that chance has a part in the polls only.
				seconds: Array.from({ length: jobs }, (_, i) => seconds * (0.8 + (0.4 * (i + 0.5)) / jobs)),
				pollIntervalS,
				random: Math.random,
				...(hasProgress && { progress: (share: number) => Math.floor(share * 100) }),
			};
			costs.push(meanCost(await waitForAll({ pollUntilDone, Clock }, workload)));
		}
		return {
			lagS: sample(costs.map(({ lagS }) => lagS)),
			polls: sample(costs.map(({ polls }) => polls)),
		};
	};

	const figures: Figure[] = [];
	for (const job of JOBS) {
		const lag: Record<string, Sample> = {};
		const polls: Record<string, Sample> = {};
		for (const pollIntervalS of RIVAL_INTERVALS_S) {
			const cost = await measure(job.seconds, pollIntervalS);
			lag[`${pollIntervalS} s`] = cost.lagS;
			polls[`${pollIntervalS} s`] = cost.polls;
		}
		for (const progress of ['without', 'with'] as const) {
			const cost = await measure(job.seconds, 0, progress === 'with');
			const wanted = job[progress];
			const name = `${job.seconds} s jobs ${progress} progress`;
			const group = 'Automatic polls beside fixed ones, jobs +-20 %, virtual time';
			figures.push(
				{
					...{ group, name: `Lag, ${name}`, unit: 's' },
					...{ value: cost.lagS, wanted: wanted.lagS, rivals: lag },
				},
				{
					...{ group, name: `Polls, ${name}`, unit: 'per job' },
					...{ value: cost.polls, wanted: wanted.polls, rivals: polls },
				},
			);
		}
	}
	return figures;
}
