/** Runs Node with these arguments to its end, and gives what it printed; rejects when it fails. */
export function runNode(args: string[]): Promise<string>;
