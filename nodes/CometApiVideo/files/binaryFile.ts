import type { IBinaryData, IExecuteSingleFunctions } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

// A multiple of 4, so that every piece of a base64 text is one by itself.
const PIECE_CHARS = 1_000_000;

const HEAD_BYTES = 12;

export type BinaryHelpers = Pick<
	IExecuteSingleFunctions['helpers'],
	'getBinaryMetadata' | 'getBinaryStream'
>;

/**
 * The first bytes of a file and its size in bytes, without reading it all.
 *
 * @param headBytes at most so many; a file in n8n's storage gives no more than its first piece
 */
export async function inspectFile(
	helpers: BinaryHelpers,
	{ id, data }: IBinaryData,
	headBytes = HEAD_BYTES,
): Promise<{ head: Buffer; bytes: number }> {
	if (!id) {
		const head = Buffer.from(data.slice(0, headBytes * 2), 'base64').subarray(0, headBytes);
		return { head, bytes: base64Bytes(data) };
	}
	const { fileSize } = await helpers.getBinaryMetadata(id);
	const stream = await helpers.getBinaryStream(id);
	for await (const piece of stream) {
		stream.destroy();
		return { head: Buffer.from(piece).subarray(0, headBytes), bytes: fileSize };
	}
	return { head: Buffer.alloc(0), bytes: fileSize };
}

/** The file piece by piece; between pieces others have their turn. */
export async function* piecesOf(
	helpers: BinaryHelpers,
	{ id, data }: IBinaryData,
): AsyncGenerator<Buffer> {
	if (id) {
		for await (const piece of await helpers.getBinaryStream(id)) yield Buffer.from(piece);
		return;
	}
	for (let start = 0; start < data.length; start += PIECE_CHARS) {
		yield Buffer.from(data.slice(start, start + PIECE_CHARS), 'base64');
		await sleep(0);
	}
}

/** How many bytes a base64 text stands for. */
function base64Bytes(base64: string): number {
	const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
	return Math.floor((base64.length * 3) / 4) - padding;
}
