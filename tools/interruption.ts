/* eslint-disable @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
export class Interrupted extends Error {
	constructor(signalName: string) {
		super(`Stopped by ${signalName}`);
	}
}

/** Aborted by Ctrl-C and its kin, so that everything started can be ended in order. */
export function interruptSignal(): AbortSignal {
	const controller = new AbortController();
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(name, () => controller.abort(new Interrupted(name)));
	}
	return controller.signal;
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
	if (signal.aborted) return;
	await new Promise<void>((resolve) => {
		// A listener alone does not keep the process alive.
		const alive = setInterval(() => {}, 60_000);
		signal.addEventListener('abort', () => {
			clearInterval(alive);
			resolve();
		});
	});
}
