/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import axios from 'axios';

import { until } from '../until.ts';

interface FormFile {
	bytes: Buffer;
	type: string;
	name: string;
}

/** What a visitor puts into a form, field by field: a text, or files with their types. */
export type FieldValue = string | FormFile | FormFile[];

const http = axios.create({ proxy: false, timeout: 60_000 });

/** Sends a production form as its page does; resolves with n8n's answer. */
export async function sendForm(url: string, fields: FieldValue[]): Promise<unknown> {
	// n8n 2 opens a form some moments after its workflow has been activated.
	await until(async () => (await http.get(url, { validateStatus: () => true })).status === 200);
	const form = new FormData();
	for (const [index, value] of fields.entries()) {
		if (typeof value === 'string') form.append(`field-${index}`, value);
		else for (const file of [value].flat()) form.append(`field-${index}`, toBlob(file), file.name);
	}
	return (await http.post<unknown>(url, form)).data;
}

function toBlob({ bytes, type }: FormFile): Blob {
	return new Blob([new Uint8Array(bytes)], { type });
}
