/* eslint-disable @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
/** Things to end, in reverse order of their start. */
export type CleanUp = Array<() => Promise<unknown>>;

/** Ends everything, the last started first; one that cannot be ended does not keep the others. */
export async function cleanUpAll(cleanUp: CleanUp): Promise<void> {
	for (const end of cleanUp.splice(0).reverse()) {
		await end().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
	}
}
