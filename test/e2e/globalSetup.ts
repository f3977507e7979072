import { ensureN8n } from './installation.ts';
import { step } from './progress.ts';

/** The first run on a machine installs n8n before any suite's time runs. */
export default async function globalSetup(): Promise<void> {
	await step(
		'n8n is installed',
		async (update) => await ensureN8n(undefined, { onProgress: update }),
	);
}
