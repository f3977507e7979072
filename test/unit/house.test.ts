/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { CometApiVideo } from '../../nodes/CometApiVideo/CometApiVideo.node';

const ROOT = 'nodes/CometApiVideo';

/** From the ground up: a floor imports its own and lower ones only. */
const FLOORS = [
	['pause', 'http', 'clock', 'backoff'],
	['video'],
	['item', 'semaphore'],
	['videoApi', 'answers'],
	['errors'],
	['polling'],
	['files'],
	['payment'],
	['fields'],
	['run'],
	['resources'],
	['CometApiVideo.node'],
];

const sources = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((path) =>
	path.endsWith('.ts'),
);

const linesOf = (path: string) => readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1;

/** The files of the node that a file imports, types too. */
function importsOf(path: string): string[] {
	const text = readFileSync(join(ROOT, path), 'utf8');
	return [...text.matchAll(/from '(\.[^']*)'/g)]
		.map(([, target = '']) => relative('.', join(dirname(path), target)))
		.filter((target) => !target.startsWith('..'));
}

const room = (path: string) => path.split('/')[0]?.replace(/\.ts$/, '') ?? '';
const floor = (path: string) => FLOORS.findIndex((rooms) => rooms.includes(room(path)));
const familyOf = (path: string) => /^resources\/([^/]+)\//.exec(`${path}/`)?.[1];

const arrows = sources.flatMap((from) => importsOf(from).map((to) => ({ from, to })));

describe('the house', () => {
	test.each(sources)('%s stands on a floor', (path) => {
		expect(floor(path)).toBeGreaterThanOrEqual(0);
	});

	test('no import runs upward', () => {
		expect(arrows.length).toBeGreaterThan(100);
		expect(arrows.filter(({ from, to }) => floor(to) > floor(from))).toEqual([]);
	});

	test('nobody imports a family but the list of families, and itself', () => {
		const strangers = arrows.filter(({ from, to }) => {
			const family = readdirSync(join(ROOT, 'resources'), { withFileTypes: true })
				.filter((entry) => entry.isDirectory())
				.map(({ name }) => name)
				.find((name) => name === familyOf(to));
			return family && familyOf(from) !== family && from !== 'resources/index.ts';
		});
		expect(strangers).toEqual([]);
	});

	test('no file imports itself by way of others', () => {
		const next = new Map(
			sources.map((path) => [path, importsOf(path).map((to) => resolveFile(to))]),
		);
		const reaches = (from: string, seen = new Set<string>()): Set<string> => {
			for (const to of next.get(from) ?? []) if (!seen.has(to)) reaches(to, seen.add(to));
			return seen;
		};
		expect(sources.filter((path) => reaches(path).has(path))).toEqual([]);
	});

	test('no room has more than a quarter of the lines', () => {
		const all = sources.reduce((sum, path) => sum + linesOf(path), 0);
		const rooms = new Map<string, number>();
		for (const path of sources) {
			const name = familyOf(path) ?? room(path);
			rooms.set(name, (rooms.get(name) ?? 0) + linesOf(path));
		}
		expect([...rooms].filter(([, lines]) => lines > all / 4)).toEqual([]);
	});

	test('one base name stands for one file, but for what every family has', () => {
		const shared = sources.filter((path) => !familyOf(path)).map((path) => basename(path));
		expect(shared.filter((name, index) => shared.indexOf(name) !== index)).toEqual([]);
	});
});

function resolveFile(target: string): string {
	return sources.includes(`${target}.ts`) ? `${target}.ts` : `${target}/index.ts`;
}

describe('the fields', () => {
	const { properties } = new CometApiVideo().description;

	// n8n 1 does not start a workflow otherwise: it resolves the fields in their order.
	test('depend on fields before them only, or on paths from the root', () => {
		const known = new Set<string>();
		const unresolved = properties.flatMap(({ name, displayOptions = {} }) => {
			known.add(name);
			const conditions = Object.values(displayOptions).flatMap((each) => Object.keys(each ?? {}));
			return conditions.filter((on) => !on.startsWith('/') && (on === name || !known.has(on)));
		});
		expect(unresolved).toEqual([]);
	});

	// n8n reads such a field without its default: an execution of an earlier version, which has no value
	// for it, ends with "Could not get parameter".
	test('have no routing when they are always shown', () => {
		const always = properties.filter(({ displayOptions }) => !displayOptions);
		expect(always.map(({ name }) => name)).toContain('resource');
		expect(always.filter(({ routing }) => routing)).toEqual([]);
	});

	// n8n's node panel lists the choices of such a field as if they were operations.
	test('have no name that the node panel takes for a choice of operations', () => {
		expect(properties.filter(({ name }) => name === 'mode')).toEqual([]);
	});
});
