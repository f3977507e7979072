/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import ora from 'ora';

const TICK_MS = 200;
const LINE_EVERY_MS = 15_000;

/**
 * Does a piece of work and shows that it goes on: a spinner with the seconds gone by, or in a log
 * file a line every 15 s. Goes to stderr, so that stdout holds results only.
 */
export async function step<T>(
	title: string,
	work: (update: (text: string) => void) => Promise<T>,
): Promise<T> {
	const startedAt = Date.now();
	let text = title;
	const line = () => `${text} (${seconds(startedAt)} s)`;
	const stopShowing = isTerminal() ? showSpinner(line) : showLines(line);
	let mark = '✖';
	try {
		const result = await work((update) => (text = update));
		text = title;
		mark = '✔';
		return result;
	} finally {
		stopShowing(mark);
	}
}

type StopShowing = (mark: string) => void;

function showSpinner(line: () => string): StopShowing {
	// discardStdin would take Ctrl-C away from this process.
	const spinner = ora({ text: line(), stream: process.stderr, discardStdin: false }).start();
	const timer = setInterval(() => (spinner.text = line()), TICK_MS);
	return (symbol) => {
		clearInterval(timer);
		spinner.stopAndPersist({ symbol, text: line() });
	};
}

function showLines(line: () => string): StopShowing {
	const timer = setInterval(() => process.stderr.write(`… ${line()}\n`), LINE_EVERY_MS);
	return (mark) => {
		clearInterval(timer);
		process.stderr.write(`${mark} ${line()}\n`);
	};
}

function seconds(since: number): string {
	const elapsed = (Date.now() - since) / 1000;
	return elapsed < 10 ? elapsed.toFixed(1) : elapsed.toFixed(0);
}

// Some pseudo-terminals have no width, and a spinner of endless lines.
function isTerminal(): boolean {
	return process.stderr.isTTY && process.stderr.columns > 0;
}
