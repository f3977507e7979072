import { sleep, type IBinaryData, type IExecuteSingleFunctions } from 'n8n-workflow';

import { InputError, stopped } from '../errors';
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

/** A file that is sent, checked. */
export interface MediaFile {
	binary: IBinaryData;
	/** As its first bytes tell. */
	mimeType: string;
	bytes: number;
	/** In hex, once it has been read. */
	sha256?: string;
}

/** The first bytes of a file and its size in bytes, without reading it all. */
export async function inspectFile(
	reader: FileReader,
	{ id, data }: IBinaryData,
): Promise<{ head: Buffer; bytes: number }> {
	if (!id) {
		const head = Buffer.from(data.slice(0, HEAD_BYTES * 2), 'base64').subarray(0, HEAD_BYTES);
		const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
		return { head, bytes: Math.floor((data.length * 3) / 4) - padding };
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

/** Reads the file piece by piece. Throws InputError when it has not its checked length any more. */
export async function readPieces(
	reader: FileReader,
	{ binary: { id, data }, bytes }: MediaFile,
	onPiece: (piece: Buffer) => void,
): Promise<void> {
	let missing = bytes;
	const pass = (piece: Buffer) => {
		missing -= piece.length;
		onPiece(piece);
	};
	await inTurn(reader, async () => {
		if (id) {
			const stream = await reader.context.helpers.getBinaryStream(id);
			for await (const piece of stream) pass(Buffer.isBuffer(piece) ? piece : Buffer.from(piece));
			return;
		}
		for (let start = 0; start < data.length; start += PIECE_CHARS) {
			pass(Buffer.from(data.slice(start, start + PIECE_CHARS), 'base64'));
			await sleep(0);
		}
	});
	if (missing !== 0) throw unreadable('The file');
}

async function inTurn<T>({ reading, signal }: FileReader, read: () => Promise<T>): Promise<T> {
	return await reading.run(async () => {
		if (signal.aborted) throw stopped();
		return await read();
	});
}

/** @param what the subject of the message */
export function unreadable(what: string): InputError {
	return new InputError(
		`${what} cannot be read`,
		'Run the node that outputs it again. Ask whoever runs your n8n: in queue mode, all processes must share the storage of files.',
	);
}
