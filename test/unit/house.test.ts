/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

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

/** Finds by what a name means, so that another class's `add` is no use of the ledger's. */
const references = ts.createLanguageService({
	getScriptFileNames: () => sources.map((path) => join(ROOT, path)),
	getScriptVersion: () => '',
	getScriptSnapshot: (path) =>
		ts.sys.fileExists(path) ? ts.ScriptSnapshot.fromString(readFileSync(path, 'utf8')) : undefined,
	getCurrentDirectory: () => ts.sys.getCurrentDirectory(),
	// The node's own files are enough.
	getCompilationSettings: () => ({ noLib: true, types: [], target: ts.ScriptTarget.ESNext }),
	getDefaultLibFileName: () => '',
	fileExists: ts.sys.fileExists,
	readFile: ts.sys.readFile,
});

/** Where a function or method of a file is used, itself left out. */
function usesOf(path: string, declaration: RegExp): Array<{ path: string; rest: string }> {
	const file = join(ROOT, path);
	const found = declaration.exec(readFileSync(file, 'utf8'));
	const position = Number(found?.index) + String(found?.[0]).length - 1;
	const uses = references.getReferencesAtPosition(file, position) ?? [];
	return uses
		.map(({ fileName, textSpan }) => ({
			path: relative(ROOT, fileName),
			rest: readFileSync(fileName, 'utf8').slice(textSpan.start),
		}))
		.filter((use) => use.path !== path);
}

describe('what may pay', () => {
	test.each([
		['an entry joins the ledger', 'payment/ledger.ts', /^\tadd/m],
		['an acceptance is noted', 'payment/ledger.ts', /^\taccept/m],
		['the answer to a submit is read', 'answers/submitAnswer.ts', /function readSubmitAnswer/],
		['a lost job is read', 'answers/submitAnswer.ts', /function readFoundJob/],
		['a failed video may be made again', 'answers/failures.ts', /function mayBeRemade/],
	])('%s in payment/ alone', (_what, path, declaration) => {
		const uses = usesOf(path, declaration);
		expect(uses.length).toBeGreaterThan(0);
		expect(uses.filter((use) => room(use.path) !== 'payment')).toEqual([]);
	});

	test('no other room forgets a video', () => {
		expect(usesOf('payment/ledger.ts', /^\tremove/m).map((use) => use.path)).toEqual([
			'payment/submit.ts',
		]);
	});

	test('requests leave by http/, and all but those of payment/ only ask', () => {
		const senders = sources.filter((path) =>
			/\bhttpRequest/.test(readFileSync(join(ROOT, path), 'utf8')),
		);
		expect([...new Set(senders.map(room))]).toEqual(['http']);
		const calls = usesOf('http/request.ts', /function sendRequest/).filter(({ rest }) =>
			rest.startsWith('sendRequest('),
		);
		const posts = calls.filter(({ rest }) => !/^[^;]*method: 'GET'/.test(rest));
		expect(calls.length).toBeGreaterThan(1);
		expect(posts.map((use) => use.path)).toEqual(['payment/submit.ts']);
	});
});

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
