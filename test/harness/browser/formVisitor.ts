/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import axios from 'axios';
import { z } from 'zod';

import { type FieldValue, sendForm } from '../n8n/form.ts';
import { until } from '../until.ts';

const submitted = z.object({ formWaitingUrl: z.string().url() });

const http = axios.create({ proxy: false, timeout: 60_000 });

/**
 * Does what n8n's form page does in a browser: sends the fields, waits for the next page and tells
 * n8n that it is shown.
 *
 * @returns the HTML of that page
 */
export async function fillInForm(url: string, fields: FieldValue[]): Promise<string> {
	const { formWaitingUrl } = submitted.parse(await sendForm(url, fields));
	const status = new URL(formWaitingUrl);
	status.pathname += '/n8n-execution-status';
	await until(async () => (await http.get<string>(status.href)).data === 'form-waiting');
	const { data: page } = await http.get<string>(formWaitingUrl);
	await http.post(formWaitingUrl);
	return page;
}
