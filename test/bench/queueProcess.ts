/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
// What a running n8n process takes of its machine, as Linux and its own metrics tell.
import axios from 'axios';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { sample } from './report.ts';

/** An n8n that was started with MEASURABLE. */
export interface N8nProcess {
	pid: number;
	url: string;
}

export interface ProcessCost {
	/** Of the process itself, the median over the window. */
	residentMB: number;
	/** Of its task runner, a process of its own. */
	runnerMB: number;
	/** At the end of the window, after a collection. */
	liveHeapMB: number;
	/** Of one core. */
	cpuShare: number;
	eventLoopLagP99Ms: number;
}

/** The environment by which an n8n process can be measured. */
export const MEASURABLE = {
	N8N_METRICS: 'true',
	NODE_OPTIONS: `--require=${join(import.meta.dirname, 'queueGarbage.cjs')}`,
};

const SAMPLE_EVERY_MS = 500;
const COLLECTING_MS = 2_000;
// Of Linux, everywhere.
const TICKS_PER_SECOND = 100;

/** Watches processes for so long. */
export async function watch(processes: N8nProcess[], windowMs: number): Promise<ProcessCost[]> {
	return await Promise.all(processes.map(async (each) => await watchOne(each, windowMs)));
}

async function watchOne({ pid, url }: N8nProcess, windowMs: number): Promise<ProcessCost> {
	// n8n's own lag figure counts from one reading of its metrics to the next.
	await readMetrics(url);
	const startedAt = Date.now();
	const cpuBefore = await cpuSeconds(pid);
	const residentMB: number[] = [];
	while (Date.now() < startedAt + windowMs) {
		residentMB.push(await resident(pid));
		await sleep(SAMPLE_EVERY_MS);
	}
	const cpu = (await cpuSeconds(pid)) - cpuBefore;
	const seconds = (Date.now() - startedAt) / 1000;
	const { lagP99S } = await readMetrics(url);
	process.kill(pid, 'SIGUSR2');
	await sleep(COLLECTING_MS);
	const { heapBytes } = await readMetrics(url);
	return {
		residentMB: sample(residentMB).median,
		runnerMB: await residentOfChildren(pid),
		liveHeapMB: heapBytes / 1e6,
		cpuShare: cpu / seconds,
		eventLoopLagP99Ms: lagP99S * 1000,
	};
}

async function readMetrics(url: string): Promise<{ heapBytes: number; lagP99S: number }> {
	const { data } = await axios.get<string>(`${url}/metrics`, { proxy: false });
	const value = (name: string) => {
		const [, found] = new RegExp(`^n8n_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(data) ?? [];
		if (found === undefined) throw new Error(`n8n tells no ${name}`);
		return Number(found);
	};
	return {
		heapBytes: value('nodejs_heap_size_used_bytes'),
		lagP99S: value('nodejs_eventloop_lag_p99_seconds'),
	};
}

async function resident(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	const [, kB] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
	return (Number(kB) * 1024) / 1e6;
}

async function residentOfChildren(pid: number): Promise<number> {
	const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
	const each = children.trim().split(/\s+/).filter(Boolean).map(Number);
	const sizes = await Promise.all(each.map(async (child) => await resident(child)));
	return sizes.reduce((sum, size) => sum + size, 0);
}

async function cpuSeconds(pid: number): Promise<number> {
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
	// After the name, which may hold spaces, in brackets: state is the first, utime and stime the 12th.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
