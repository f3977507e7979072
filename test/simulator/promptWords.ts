import type { JobPlan } from './jobs.ts';

interface PromptWord {
	word: string;
	/** What the job then does, in a line of help. */
	effect: string;
	change: (plan: JobPlan) => JobPlan;
}

const SLOWER = 10;
const USUAL_SECONDS = 2;

export const PROMPT_WORDS: readonly PromptWord[] = [
	{
		word: '[fail]',
		effect: 'the job fails',
		change: (plan) => ({ ...plan, outcome: 'failed' }),
	},
	{
		word: '[refuse]',
		effect: 'moderation refuses the video',
		change: (plan) => ({ ...plan, outcome: 'moderated' }),
	},
	{
		word: '[slow]',
		effect: `the job takes ${SLOWER} times as long`,
		change: (plan) => ({ ...plan, seconds: (plan.seconds ?? USUAL_SECONDS) * SLOWER }),
	},
];

/** A line of help for each. */
export const PROMPT_WORDS_HELP = PROMPT_WORDS.map(
	({ word, effect }) => `  ${word.padEnd(10)}${effect}`,
).join('\n');

/** The plan as the words in the prompt change it. */
export const planByPrompt = (prompt: string, plan: JobPlan): JobPlan =>
	PROMPT_WORDS.filter(({ word }) => prompt.includes(word)).reduce(
		(changed, { change }) => change(changed),
		plan,
	);
