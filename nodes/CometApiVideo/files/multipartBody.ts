import type { FileReader } from './binaryFile';
import type { MediaFile } from './mediaFile';
import { digestBody, type BodyPart, type RequestBody } from './requestBody';

/** The values of a form's fields, in order: a form repeats the name for more than one. */
export type FormValues = Record<string, Array<string | MediaFile>>;

/**
 * The fields as multipart/form-data (RFC 7578), in their order. Equal fields make equal bodies: the
 * boundary is the digest of all of them, so that none of them can hold it.
 */
export async function multipartBody(reader: FileReader, values: FormValues): Promise<RequestBody> {
	const boundary = await digestBody(reader, { contentType: '', parts: toParts(values, '') });
	return {
		contentType: `multipart/form-data; boundary=${boundary}`,
		parts: toParts(values, boundary),
	};
}

/** Of the files whose media type has another name. */
const EXTENSIONS: Record<string, string> = { quicktime: 'mov', mpeg: 'mp3' };

function toParts(values: FormValues, boundary: string): BodyPart[] {
	const parts: BodyPart[] = [];
	let texts = '';
	const fields = Object.entries(values).flatMap(([name, all]) =>
		all.map((value) => [name, value] as const),
	);
	for (const [index, [name, value]] of fields.entries()) {
		texts += `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
		if (typeof value === 'string') {
			texts += `\r\n\r\n${value}\r\n`;
			continue;
		}
		const [kind = '', type = ''] = value.mimeType.split('/');
		texts += `; filename="${kind}${index}.${EXTENSIONS[type] ?? type}"\r\nContent-Type: ${value.mimeType}\r\n\r\n`;
		parts.push(texts, { file: value, encoding: 'bytes' });
		texts = '\r\n';
	}
	return [...parts, `${texts}--${boundary}--\r\n`];
}

/** As browsers write a name into a form's header. */
function quoted(name: string): string {
	return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
