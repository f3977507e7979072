/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { scripts } from '../../package.json';
import { OUTCOMES, PROMPT_WORDS, planByPrompt } from './simulator.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What `npm run simulator` starts. */
const [, program = ''] = scripts.simulator.split(' ');

const run = promisify(execFile);

const ended = (...args: string[]) =>
	run(process.execPath, [program, ...args], { cwd: ROOT }).then(
		({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
		({ code, stdout, stderr }) => ({ code, stdout, stderr }),
	);

/** Started, at its first prints; the caller ends it. */
async function started(...args: string[]) {
	const free = ['--port', '0', '--media-port', '0'];
	const running = run(process.execPath, [program, ...free, ...args], { cwd: ROOT });
	const { child } = running;
	if (child.stdout === null) throw new Error('The command has no output');
	const lines: string[] = [];
	for await (const line of createInterface(child.stdout)) {
		lines.push(line);
		if (line.startsWith('Requests')) break;
	}
	return { child, running, text: lines.join('\n') };
}

describe('the command line', () => {
	it('prints help: each option, how a job ends, the words of a prompt', async () => {
		const { code, stdout } = await ended('--help');

		expect(code).toBe(0);
		for (const name of ['port', 'media-port', 'api-key', 'job-seconds', 'shape', 'progress']) {
			expect(stdout).toContain(`--${name} `);
		}
		for (const word of [...OUTCOMES, ...PROMPT_WORDS.map(({ word }) => word)]) {
			expect(stdout).toContain(word);
		}
	});

	it.each([
		['--outcome', 'well', /--outcome is one of done, failed/],
		['--job-seconds', 'long', /--job-seconds is a number, not long/],
		['--shape', 'round', /--shape is one of wrapped/],
		['--speed', '2', /--speed/],
	])('refuses %s %s and points to the help', async (option, value, message) => {
		const { code, stderr } = await ended(option, value);

		expect(code).toBe(1);
		expect(stderr).toMatch(message);
		expect(stderr).toContain('--help');
		expect(stderr).not.toContain('    at ');
	});

	it('tells what to enter in n8n, and plays the outcome and the words', async () => {
		const { child, running, text } = await started('--job-seconds', '0', '--outcome', 'failed');
		try {
			const [, baseURL = ''] = /Base URL +(\S+)/.exec(text) ?? [];
			const [, key = ''] = /API Key +(\S+)/.exec(text) ?? [];
			const api = axios.create({ baseURL, headers: { Authorization: `Bearer ${key}` } });
			const submit = async (prompt: string) => {
				const { data } = await api.post('/grok/v1/videos/generations', { prompt });
				return (await api.get(`/grok/v1/videos/${data.request_id}`)).data.data.status;
			};

			expect(await submit('a lighthouse')).toBe('FAILURE');
			expect(await submit('a lighthouse [refuse]')).toBe('SUCCESS');
		} finally {
			child.kill('SIGTERM');
		}
		expect((await running).stderr).toBe('');
	});
});

describe('words in a prompt', () => {
	it.each([
		['a lighthouse', { seconds: 12, outcome: 'done' }],
		['[fail] a lighthouse', { seconds: 12, outcome: 'failed' }],
		['a lighthouse [refuse]', { seconds: 12, outcome: 'moderated' }],
		['a [slow] lighthouse [fail]', { seconds: 120, outcome: 'failed' }],
	])('%s', (prompt, plan) => {
		expect(planByPrompt(prompt, { seconds: 12, outcome: 'done' })).toEqual(plan);
	});
});
