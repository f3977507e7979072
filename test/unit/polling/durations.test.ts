/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';

import {
	JobDurations,
	durationKeyOf,
	type JobEnd,
} from '../../../nodes/CometApiVideo/polling/durations';

const endAt = (seconds: number): JobEnd => ({
	afterMs: seconds * 1000 - 500,
	byMs: seconds * 1000 + 500,
});

function runOneAfterAnother(memory: JobDurations, seconds: number[], kind = 'video'): void {
	for (const duration of seconds) memory.sample(kind)(endAt(duration));
}

function remembering(...seconds: number[]): JobDurations {
	const memory = new JobDurations();
	runOneAfterAnother(memory, seconds);
	return memory;
}

describe('how long a job will likely take', () => {
	test.each([
		{ ends: [], ms: undefined },
		{ ends: [60, 61], ms: undefined },
		{ ends: [60, 62, 61], ms: 61_000 },
		{ ends: [60, 62, 61, 63], ms: 61_500 },
	])('is the median of three ends or more: $ends', ({ ends, ms }) => {
		expect(remembering(...ends).likelyEnd('video')?.medianMs).toBe(ms);
	});

	test('is of its kind alone', () => {
		const memory = remembering(60, 60, 60);
		runOneAfterAnother(memory, [30, 30, 30], 'other');
		expect(memory.likelyEnd('video')?.medianMs).toBe(60_000);
		expect(memory.likelyEnd('other')?.medianMs).toBe(30_000);
		expect(memory.likelyEnd('new')?.medianMs).toBeUndefined();
	});

	test('follows a provider within eight jobs', () => {
		expect(remembering(...Array(99).fill(60), ...Array(8).fill(30)).likelyEnd('video')).toEqual(
			remembering(...Array(8).fill(30)).likelyEnd('video'),
		);
	});

	test.each([0, 1, 2])('is barely moved by an odd job in place %i of three', (place) => {
		for (const odd of [7, 3_600]) {
			const ends = [60, 61];
			ends.splice(place, 0, odd);
			const likelyMs = Number(remembering(...ends).likelyEnd('video')?.medianMs);
			expect(likelyMs).toBeGreaterThanOrEqual(60_000);
			expect(likelyMs).toBeLessThanOrEqual(61_000);
		}
	});

	test('is not learned from an end that is known to half its age at best', () => {
		const memory = new JobDurations();
		// As with a Poll Interval of 3,600 s.
		for (let jobs = 0; jobs < 8; jobs++) memory.sample('video')({ afterMs: 0, byMs: 3_600_000 });
		for (let jobs = 0; jobs < 8; jobs++) memory.sample('video')();
		expect(memory.likelyEnd('video')?.medianMs).toBeUndefined();
		for (let jobs = 0; jobs < 3; jobs++) memory.sample('video')({ afterMs: 50, byMs: 100 });
		expect(memory.likelyEnd('video')?.medianMs).toBe(75);
	});
});

describe('jobs that run together', () => {
	test('are sampled at their start, since the slowest would be the latest to end', () => {
		const memory = new JobDurations();
		const ended = Array.from({ length: 100 }, () => memory.sample('video'));
		ended.forEach((end, index) => end(endAt(100 + index)));
		expect(memory.likelyEnd('video')?.medianMs).toBe(103_500);
	});

	test('make room for later ones when they end, with or without a known end', () => {
		const memory = new JobDurations();
		const ended = Array.from({ length: 8 }, () => memory.sample('video'));
		ended.slice(0, 3).forEach((end) => end());
		ended.slice(3, 6).forEach((end) => end(endAt(60)));
		for (let jobs = 0; jobs < 8; jobs++) memory.sample('video')(endAt(30));
		expect(memory.likelyEnd('video')?.medianMs).toBe(30_000);
	});
});

test('the kind that was unused for longest is forgotten when there are more than fifty', () => {
	const memory = new JobDurations();
	const run = (kind: string) => runOneAfterAnother(memory, [10, 10, 10], kind);
	for (let index = 0; index < 50; index++) run(`kind ${index}`);
	run('kind 0');
	run('one more');
	expect(memory.likelyEnd('kind 0')?.medianMs).toBe(10_000);
	expect(memory.likelyEnd('kind 1')?.medianMs).toBeUndefined();
	expect(memory.likelyEnd('kind 2')?.medianMs).toBe(10_000);
});

describe('the name of a kind', () => {
	test('tells family, model, length and resolution apart', () => {
		const names = [
			durationKeyOf('grok', 'one', 8, '480p'),
			durationKeyOf('video', 'one', 8, '480p'),
			durationKeyOf('grok', 'two', 8, '480p'),
			durationKeyOf('grok', 'one', 9, '480p'),
			durationKeyOf('grok', 'one', 8, '720p'),
			durationKeyOf('grok', 'one', undefined, undefined),
		];
		expect(new Set(names).size).toBe(names.length);
	});

	test('is bounded, whatever a user calls a model', () => {
		expect(durationKeyOf('grok', 'm'.repeat(10_000), 8, 'r'.repeat(10_000))).toHaveLength(100);
	});
});
