import { sleep } from 'n8n-workflow';

/** Waits `ms`, or until the signal aborts or `wake` settles, whichever comes first. Never throws. */
export async function pause(ms: number, signal?: AbortSignal, wake?: Promise<void>): Promise<void> {
	if (signal?.aborted) return;
	const ended = new AbortController();
	const end = () => ended.abort();
	signal?.addEventListener('abort', end, { once: true });
	void wake?.then(end);
	// n8n's sleep knows no signal before 2.39, hence the race.
	const cutShort = new Promise<void>((resolve) =>
		ended.signal.addEventListener('abort', () => resolve(), { once: true }),
	);
	await Promise.race([cutShort, sleep(ms, ended.signal).catch(() => {})]);
	signal?.removeEventListener('abort', end);
}

/** The promise's value, or undefined when the signal aborts first. The promise goes on by itself. */
export async function untilStopped<T>(
	promise: Promise<T>,
	signal: AbortSignal | undefined,
): Promise<T | undefined> {
	if (!signal) return await promise;
	return await new Promise<T | undefined>((resolve, reject) => {
		const stop = () => resolve(undefined);
		signal.addEventListener('abort', stop, { once: true });
		promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
	});
}
