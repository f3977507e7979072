/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import {
	JobDurations,
	kindOfJob,
	type JobEnd,
} from '../../../nodes/CometApiVideo/polling/durations';

const endAt = (seconds: number): JobEnd => ({
	afterMs: seconds * 1000 - 500,
	byMs: seconds * 1000,
});
const newMemory = () => new JobDurations();

/** What a new job of this kind would learn, without being one. */
function known(memory: JobDurations, kind = 'video'): number[] {
	const probe = memory.start(kind);
	probe.finish();
	return probe.earlierEnds.map(({ byMs }) => byMs / 1000);
}

function runOneAfterAnother(memory: JobDurations, seconds: number[], kind = 'video'): void {
	for (const duration of seconds) memory.start(kind).finish(endAt(duration));
}

describe('the memory of durations', () => {
	test('knows nothing of a kind that is new', () => {
		const memory = newMemory();
		runOneAfterAnother(memory, [10], 'other');
		expect(known(memory)).toEqual([]);
		expect(known(memory, 'other')).toEqual([10]);
	});

	test('keeps the latest eight ends of a kind, oldest first', () => {
		const memory = newMemory();
		runOneAfterAnother(memory, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		expect(known(memory)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
	});

	test('tells a job that is running what ended meanwhile', () => {
		const memory = newMemory();
		const earlier = memory.start('video');
		memory.start('video').finish(endAt(10));
		const later = memory.start('video');
		expect(later.earlierEnds).toEqual([]);
		earlier.finish(endAt(12));
		expect(later.earlierEnds).toEqual([endAt(10), endAt(12)]);
	});

	test('learns nothing from a job without a known end, nor from a second one', () => {
		const memory = newMemory();
		memory.start('video').finish();
		const job = memory.start('video');
		job.finish(endAt(10));
		job.finish(endAt(99));
		expect(known(memory)).toEqual([10]);
	});

	test('forgets the kind that was unused for longest when there are more than fifty', () => {
		const memory = newMemory();
		for (let kind = 0; kind < 50; kind++) runOneAfterAnother(memory, [10], `kind ${kind}`);
		expect(known(memory, 'kind 0')).toEqual([10]);
		runOneAfterAnother(memory, [10], 'one more');
		expect(known(memory, 'kind 0')).toEqual([10]);
		expect(known(memory, 'kind 1')).toEqual([]);
		expect(known(memory, 'kind 49')).toEqual([10]);
	});
});

describe('jobs that start together', () => {
	const startMany = (memory: JobDurations, count: number) =>
		Array.from({ length: count }, () => memory.start('video'));

	test('teach nothing before nine in ten have ended, since the fast ones end first', () => {
		const memory = newMemory();
		const jobs = startMany(memory, 100);
		jobs.slice(0, 89).forEach((job, index) => job.finish(endAt(100 + index)));
		expect(jobs[99]?.earlierEnds).toEqual([]);
		jobs[89]?.finish(endAt(189));
		expect(jobs[99]?.earlierEnds).not.toEqual([]);
	});

	test.each([9, 20, 100, 300, 1_000])('of %i teach an even choice of their ends', (count) => {
		const memory = newMemory();
		startMany(memory, count).forEach((job, index) => job.finish(endAt(100 + index / count)));
		const learned = known(memory);
		expect(learned.length).toBeGreaterThanOrEqual(5);
		expect(learned.length).toBeLessThanOrEqual(8);
		const mean = learned.reduce((sum, seconds) => sum + seconds, 0) / learned.length;
		// Nine in ten take 100 to 100.9 s.
		expect(Math.abs(mean - 100.45)).toBeLessThan(0.1);
		for (const [index, seconds] of learned.slice(1).entries()) {
			expect(seconds - Number(learned[index])).toBeLessThan(0.23);
		}
	});

	test('teach all the same when one of them hangs, and its end changes nothing later', () => {
		const memory = newMemory();
		const jobs = startMany(memory, 10);
		jobs.slice(1).forEach((job) => job.finish(endAt(60)));
		expect(new Set(known(memory))).toEqual(new Set([60]));
		jobs[0]?.finish(endAt(900));
		expect(new Set(known(memory))).toEqual(new Set([60]));
	});
});

describe('the name of a kind', () => {
	test('tells family, model, length and resolution apart', () => {
		const names = [
			kindOfJob('grok', 'one', 8, '480p'),
			kindOfJob('video', 'one', 8, '480p'),
			kindOfJob('grok', 'two', 8, '480p'),
			kindOfJob('grok', 'one', 9, '480p'),
			kindOfJob('grok', 'one', 8, '720p'),
			kindOfJob('grok', 'one', undefined, undefined),
		];
		expect(new Set(names).size).toBe(names.length);
	});

	test('is bounded, whatever a user calls a model', () => {
		expect(kindOfJob('grok', 'm'.repeat(10_000), 8, 'r'.repeat(10_000))).toHaveLength(100);
	});
});
