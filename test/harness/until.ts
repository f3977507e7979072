import { sleep } from 'n8n-workflow';

const LOOK_EVERY_MS = 50;

/** Resolves when it holds; the test's own time limit ends a wait for what never comes. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await condition())) await sleep(LOOK_EVERY_MS);
}
