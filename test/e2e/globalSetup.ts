import { CURRENT_N8N, ensureN8n, OLDEST_N8N } from '../harness/n8n/installation.ts';
import { step } from '../harness/progress.ts';

/** The first run on a machine installs n8n before any suite's time runs. */
export default async function globalSetup(): Promise<void> {
	for (const version of [CURRENT_N8N, OLDEST_N8N]) {
		await step(
			`n8n ${version} is installed`,
			async (update) => await ensureN8n(version, { onProgress: update }),
		);
	}
}
