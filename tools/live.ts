/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tools run outside n8n */
import { join } from 'node:path';
import '../test/engine/plainNode.js';
import { PROJECT_FOLDER } from '../test/harness/n8n/stage.ts';
import { withoutProxy } from '../test/harness/services/loopback.ts';
import { describePlan, planOf } from './live/plan.ts';
import { PROBES } from './live/probes.ts';
import { numberFrom, print, runTool } from './tool.ts';

const USAGE = {
	name: 'live',
	about: `Asks CometAPI's live service what docs/api.md only assumes, with the key in COMETAPI_KEY. Without
--yes it prints what it would ask and the highest price, and stops.`,
	notes: `When it was broken off, run it again: it goes on with what it has started, by .live.json. That file
has links to the videos: don't commit it. Commit docs and test/recordings.`,
	options: {
		yes: { type: 'boolean', help: 'asks, and pays' },
		budget: { type: 'string', default: '1.00', help: 'USD that all probes may cost together' },
		free: { type: 'boolean', help: 'only what should cost nothing' },
		only: { type: 'string', help: 'one family (grok, video, kling) or one probe' },
		later: { type: 'boolean', help: 'a day afterwards: whether the links still work' },
		url: { type: 'string', default: 'https://api.cometapi.com', help: "the API's" },
		folder: { type: 'string', default: PROJECT_FOLDER, help: 'where docs and recordings are' },
	},
} as const;

await runTool(USAGE, async ({ yes, url, folder, budget, ...choice }, { signal }) => {
	const plan = planOf(PROBES, { ...choice, budget: numberFrom('budget', budget) });
	print(describePlan(plan));
	if (!yes) throw new Error('Nothing was sent. Add --yes to go on: npm run live -- --yes');
	const { COMETAPI_KEY: apiKey = '' } = process.env;
	if (apiKey === '') throw new Error('Set COMETAPI_KEY to an API key of CometAPI.');
	process.env['NO_PROXY'] = withoutProxy();
	const { runProbes } = await import('./live/run.ts');
	const { writeReport } = await import('./live/report.ts');
	const journalFile = join(folder, '.live.json');
	const work = { apiKey, url, probes: plan.chosen, journalFile, signal, print };
	const journal = await runProbes(work);
	const seen = await writeReport(folder, journal, apiKey);
	for (const { id, refusal, usd } of PROBES) {
		if (!refusal || journal[id]?.requestId === undefined) continue;
		print(`${id}: not refused, job ${journal[id].requestId}. It may cost $${usd.toFixed(2)}.`);
	}
	const costs = Object.values(journal).map(({ result }) => result?.item['provider_cost_usd'] ?? 0);
	const sum = costs.reduce((total: number, usd) => total + Number(usd), 0);
	print(`${Object.keys(seen).length} assumptions seen. CometAPI told costs of $${sum.toFixed(2)}.`);
	print('Look at the changes (git diff), and commit docs and test/recordings.');
});
