import { sleep } from 'n8n-workflow';

const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when the signal aborts, and returns what ends that. A signal goes through all who
 * listen whenever one joins or leaves; here this costs the same for one item and for 5,000.
 */
export function onAbort(signal: AbortSignal, callBack: () => void): () => void {
	const all = listeners.get(signal) ?? listenTo(signal);
	const listener = () => callBack();
	all.add(listener);
	return () => void all.delete(listener);
}

function listenTo(signal: AbortSignal): Set<() => void> {
	const all = new Set<() => void>();
	listeners.set(signal, all);
	signal.addEventListener(
		'abort',
		() => {
			for (const callBack of all) callBack();
			all.clear();
		},
		{ once: true },
	);
	return all;
}

/** Waits `ms`, or until the signal aborts or `wake` settles, which it tells. Never throws. */
export async function pause(
	ms: number,
	signal?: AbortSignal,
	wake?: Promise<unknown>,
): Promise<boolean> {
	if (signal?.aborted) return false;
	const ended = new AbortController();
	const end = () => ended.abort();
	const stopListening = signal && onAbort(signal, end);
	let isWoken = false;
	void wake?.then(() => {
		isWoken = true;
		end();
	});
	await new Promise<void>((resolve) => {
		const wakeUp = () => resolve();
		// n8n's sleep knows no signal before 2.39, hence the second way out.
		ended.signal.addEventListener('abort', wakeUp, { once: true });
		sleep(ms, ended.signal).then(wakeUp, wakeUp);
	});
	stopListening?.();
	return isWoken;
}

/** The promise's value, or undefined when the signal aborts first. The promise goes on by itself. */
export async function untilStopped<T>(
	promise: Promise<T>,
	signal: AbortSignal | undefined,
): Promise<T | undefined> {
	if (!signal) return await promise;
	if (signal.aborted) {
		promise.catch(() => {});
		return undefined;
	}
	return await new Promise<T | undefined>((resolve, reject) => {
		const stopListening = onAbort(signal, () => resolve(undefined));
		promise.then(resolve, reject).finally(stopListening);
	});
}
