import type { IBinaryData, IExecuteSingleFunctions } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { stopped } from '../errors';
import type { Item } from '../item';

// A multiple of 4, so that every piece of a base64 text is one by itself.
const PIECE_CHARS = 1_000_000;

const HEAD_BYTES = 12;

/** Reads files: a few of all items of the run at a time, since each file takes a handle. */
export type FileReader = Pick<Item, 'reading' | 'signal'> & {
	context: {
		helpers: Pick<IExecuteSingleFunctions['helpers'], 'getBinaryMetadata' | 'getBinaryStream'>;
	};
};

/** The first bytes of a file and its size in bytes, without reading it all. */
export async function inspectFile(
	reader: FileReader,
	{ id, data }: IBinaryData,
): Promise<{ head: Buffer; bytes: number }> {
	if (!id) {
		const head = Buffer.from(data.slice(0, HEAD_BYTES * 2), 'base64').subarray(0, HEAD_BYTES);
		return { head, bytes: base64Bytes(data) };
	}
	const { helpers } = reader.context;
	return await inTurn(reader, async () => {
		const { fileSize } = await helpers.getBinaryMetadata(id);
		const stream = await helpers.getBinaryStream(id);
		for await (const piece of stream) {
			stream.destroy();
			return { head: Buffer.from(piece).subarray(0, HEAD_BYTES), bytes: fileSize };
		}
		return { head: Buffer.alloc(0), bytes: fileSize };
	});
}

/** Reads the file piece by piece; between pieces others have their turn. */
export async function readPieces(
	reader: FileReader,
	{ id, data }: IBinaryData,
	onPiece: (piece: Buffer) => void,
): Promise<void> {
	await inTurn(reader, async () => {
		if (id) {
			const stream = await reader.context.helpers.getBinaryStream(id);
			for await (const piece of stream) onPiece(Buffer.from(piece));
			return;
		}
		for (let start = 0; start < data.length; start += PIECE_CHARS) {
			onPiece(Buffer.from(data.slice(start, start + PIECE_CHARS), 'base64'));
			await sleep(0);
		}
	});
}

async function inTurn<T>({ reading, signal }: FileReader, read: () => Promise<T>): Promise<T> {
	return await reading.run(async () => {
		if (signal.aborted) throw stopped();
		return await read();
	});
}

/** The length in bytes of what a base64 text encodes. */
function base64Bytes(base64: string): number {
	const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
	return Math.floor((base64.length * 3) / 4) - padding;
}
