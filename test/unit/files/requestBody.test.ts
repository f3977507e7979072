/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { Readable } from 'node:stream';

import { describe, expect, test } from '@jest/globals';

import { InputError } from '../../../nodes/CometApiVideo/errors';
import {
	asBase64,
	asDataUrl,
	digestBody,
	encodeBody,
	jsonBody,
} from '../../../nodes/CometApiVideo/files/requestBody';
import { Semaphore } from '../../../nodes/CometApiVideo/semaphore';

/** n8n's storage, and what it gives piece by piece. */
const storage = (...pieces: string[]) => ({
	reading: new Semaphore(1),
	signal: new AbortController().signal,
	context: {
		helpers: {
			getBinaryMetadata: async () => ({ fileSize: 0 }),
			getBinaryStream: async () => Readable.from(pieces.map((piece) => Buffer.from(piece))),
		},
	},
});

/** A file of four bytes, as n8n said when it was checked. */
const file = {
	binary: { id: 'filesystem:1', data: '', mimeType: 'image/png' },
	mimeType: 'image/png',
	bytes: 4,
};

const json = jsonBody({ image: asBase64(file), more: 'x' });
const form = { contentType: '', parts: ['--a', { file, encoding: 'bytes' as const }, '--a--'] };

describe('A body with a file of the storage', () => {
	test('has the file as base64', async () => {
		for (const pieces of [['film'], ['f', 'il', 'm'], ['', 'fil', 'm']]) {
			const encoded = await encodeBody(storage(...pieces), json);
			expect(JSON.parse(encoded.toString())).toEqual({ image: btoa('film'), more: 'x' });
		}
	});

	test('has several, each where its field is', async () => {
		const body = jsonBody({ list: [{ url: asDataUrl(file) }, asBase64(file)], more: 'x' });
		const encoded = await encodeBody(storage('film'), body);
		expect(JSON.parse(encoded.toString())).toEqual({
			list: [{ url: `data:image/png;base64,${btoa('film')}` }, btoa('film')],
			more: 'x',
		});
	});

	test('has the file as it is', async () => {
		expect((await encodeBody(storage('fi', 'lm'), form)).toString()).toBe('--afilm--a--');
	});

	test.each([['fil'], ['films'], ['film', 's'], ['a film that is a lot longer'], ['']])(
		'a file whose length has changed is not sent, nor digested: %s %s',
		async (...pieces) => {
			for (const body of [json, form]) {
				for (const work of [encodeBody, digestBody]) {
					const working = work(storage(...pieces), body);
					await expect(working).rejects.toThrow(InputError);
					await expect(working).rejects.toThrow('The file cannot be read');
					await expect(working).rejects.toMatchObject({
						description: expect.stringContaining('share the storage'),
					});
				}
			}
		},
	);
});
