/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { Readable } from 'node:stream';

import { describe, expect, test } from '@jest/globals';

import { InputError } from '../../../nodes/CometApiVideo/errors';
import { encodeBody, jsonBodyWithFile } from '../../../nodes/CometApiVideo/files/requestBody';

/** n8n's storage: what it says of a file's length, and what it gives. */
const storage = (fileSize: number, content: string) => ({
	getBinaryMetadata: async () => ({ fileSize }),
	getBinaryStream: async () => Readable.from([Buffer.from(content)]),
});

const body = jsonBodyWithFile(
	{
		binary: { id: 'filesystem:1', data: '', mimeType: 'image/png' },
		mimeType: 'image/png',
		bytes: 4,
	},
	(base64) => ({ image: base64 }),
);

describe('A body with a file of the storage', () => {
	test('has the file as base64', async () => {
		const encoded = await encodeBody(storage(4, 'film'), body);
		expect(JSON.parse(encoded.toString())).toEqual({
			image: Buffer.from('film').toString('base64'),
		});
	});

	test('a file that is shorter than n8n says is not sent', async () => {
		const sending = encodeBody(storage(400, 'film'), body);
		await expect(sending).rejects.toThrow(InputError);
		await expect(sending).rejects.toThrow('The image cannot be read');
	});
});
