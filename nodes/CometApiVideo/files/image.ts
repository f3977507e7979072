import type { IBinaryData, IExecuteSingleFunctions } from 'n8n-workflow';

import { InputError } from '../errors';
import { base64Bytes, inspectFile } from './binaryFile';

export const MAX_IMAGE_MB = 20;
const MAX_IMAGE_BYTES = MAX_IMAGE_MB * 1_000_000;

/** A picture in one of the item's binary fields, checked. */
export interface ImageFile {
	binary: IBinaryData;
	/** As its first bytes tell. */
	mimeType: string;
}

/**
 * The picture in a binary field of the input item. What it is, its first bytes tell.
 *
 * @throws InputError when there is none, or none that CometAPI takes
 */
export async function readBinaryImage(
	context: Pick<IExecuteSingleFunctions, 'helpers' | 'getInputData'>,
	fieldName: string,
): Promise<ImageFile> {
	const binary = findBinary(context, fieldName);
	if (!binary) {
		const names = Object.keys(context.getInputData().binary ?? {});
		throw new InputError(
			`The item has no binary field '${fieldName}'`,
			names.length > 0
				? `It has: ${names.join(', ')}. Change 'Input Data Field Name'.`
				: 'It has none at all. Put a node before this one that outputs a file.',
		);
	}
	const file = await inspectFile(context.helpers, binary).catch(() => undefined);
	if (!file) {
		throw new InputError(
			`The file in '${fieldName}' cannot be read`,
			'n8n does not find it in its storage. Run the node that outputs it again.',
		);
	}
	const { head, bytes } = file;
	const mimeType = imageTypeOf(head);
	if (bytes === 0) throw new InputError(`The file in '${fieldName}' is empty`, 'Use another file.');
	if (!mimeType) {
		throw new InputError(
			`The file in '${fieldName}' is no image that CometAPI takes`,
			`Use a JPEG, PNG or WebP file. This one is said to be ${binary.mimeType}.`,
		);
	}
	checkSize(fieldName, bytes);
	return { binary, mimeType };
}

function findBinary(
	{ helpers }: Pick<IExecuteSingleFunctions, 'helpers'>,
	fieldName: string,
): IBinaryData | undefined {
	try {
		return helpers.assertBinaryData(fieldName);
	} catch {
		return undefined;
	}
}

/**
 * @param url http(s), or data:image/...;base64,...
 * @throws InputError
 */
export function checkImageUrl(url: string): void {
	const [, base64] = /^data:image\/(?:jpeg|png|webp);base64,(.+)$/s.exec(url) ?? [];
	if (base64 !== undefined) return checkSize('Image URL', base64Bytes(base64));
	if (/^https?:\/\//i.test(url) && URL.canParse(url)) return;
	throw new InputError(
		"'Image URL' must be a web address or a data URL of a JPEG, PNG or WebP image",
		`It came out as ${url.slice(0, 100)}.`,
	);
}

function checkSize(name: string, bytes: number): void {
	if (bytes <= MAX_IMAGE_BYTES) return;
	throw new InputError(
		`The image in '${name}' is too large`,
		`It has ${(bytes / 1_000_000).toFixed(1)} MB. CometAPI takes up to ${MAX_IMAGE_MB} MB.`,
	);
}

function imageTypeOf(head: Buffer): string | undefined {
	const starts = (bytes: number[], at = 0) =>
		bytes.every((byte, index) => head[at + index] === byte);
	if (starts([0xff, 0xd8, 0xff])) return 'image/jpeg';
	if (starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
	const isRiff = starts([0x52, 0x49, 0x46, 0x46]);
	return isRiff && starts([0x57, 0x45, 0x42, 0x50], 8) ? 'image/webp' : undefined;
}
