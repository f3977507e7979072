/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import type { IContextObject } from 'n8n-workflow';

import { Ledger, type VideoKey } from '../../../nodes/CometApiVideo/payment/ledger';
import {
	isAccepted,
	type LedgerEntry,
	type ParameterDigests,
} from '../../../nodes/CometApiVideo/payment/ledgerEntry';

const p = (digest: string) => ({ prompt: [digest] });

const keyOf = (run: number, item: number, told: Partial<VideoKey> = {}): VideoKey => ({
	slot: { run, item },
	parameters: p('p'),
	body: 'b',
	model: 'm',
	isAgentCall: false,
	...told,
});

/** As an item does: before it reads anything, and then by its body. */
const claim = (ledger: Ledger, key: VideoKey): LedgerEntry | undefined =>
	ledger.claimSlot(key) ?? ledger.claim(key);

const jobRef = (requestId: string) => ({ requestId, statusPath: `/videos/${requestId}` });

/** What an earlier item left in the context: its job, accepted, and let go. */
function leave(context: IContextObject, of: VideoKey, told: { delivered?: boolean } = {}): string {
	const ledger = new Ledger(context);
	const entry = ledger.add(of);
	const id = `job-${of.slot.run}-${of.slot.item}-${of.parameters.prompt?.[0]}-${of.body}`;
	ledger.accept(entry, jobRef(id), 1_000);
	ledger.endSubmit();
	if (told.delivered) ledger.deliver(entry, of, 1_000);
	ledger.release();
	return id;
}

const take = (context: IContextObject, wanted: VideoKey) =>
	claim(new Ledger(context), wanted)?.job?.requestId;

describe('a: a slot that runs again', () => {
	test('with the same parameters gets its job, whatever the body has become', () => {
		const context = {};
		const id = leave(context, keyOf(0, 0));
		expect(take(context, keyOf(0, 0, { body: 'with another $now' }))).toBe(id);
	});

	test('gets it although it was delivered: the run is retried because of another item', () => {
		const context = {};
		const id = leave(context, keyOf(0, 0), { delivered: true });
		expect(take(context, keyOf(0, 0, { body: 'with another $now' }))).toBe(id);
	});

	test('with new parameters and a new body gets none', () => {
		const context = {};
		leave(context, keyOf(0, 0));
		const edited = keyOf(0, 0, { parameters: p('edited'), body: 'edited' });
		expect(take(context, edited)).toBeUndefined();
	});

	test('with new parameters and the same body gets its undelivered job', () => {
		const context = {};
		const id = leave(context, keyOf(0, 0));
		expect(take(context, keyOf(0, 0, { parameters: p('edited') }))).toBe(id);
	});

	test('prefers its own job to an equal one of another run', () => {
		const context = {};
		leave(context, keyOf(0, 0));
		const id = leave(context, keyOf(1, 0));
		expect(take(context, keyOf(1, 0))).toBe(id);
	});

	test('prefers the job of its parameters to one of its body', () => {
		const context = {};
		leave(context, keyOf(0, 0, { parameters: p('older') }));
		const id = leave(context, keyOf(0, 0, { body: 'with another $now' }));
		expect(take(context, keyOf(0, 0))).toBe(id);
	});

	test('gets its own job, not that of its neighbour', () => {
		const context = {};
		const ids = [0, 1, 2].map((item) => leave(context, keyOf(0, item)));
		const retried = [2, 0, 1].map((item) => take(context, keyOf(0, item)));
		expect(retried).toEqual([ids[2], ids[0], ids[1]]);
	});
});

describe('b: another run with the same body', () => {
	test.each([
		{ name: 'the same item', item: 0, parameters: p('p') },
		{ name: 'another item', item: 3, parameters: p('p') },
		{ name: 'other parameters', item: 0, parameters: p('edited') },
	])('takes up an undelivered job: $name', ({ item, parameters }) => {
		const context = {};
		const id = leave(context, keyOf(0, 0));
		expect(take(context, keyOf(1, item, { parameters }))).toBe(id);
	});

	test('leaves a delivered one alone', () => {
		const context = {};
		leave(context, keyOf(0, 0), { delivered: true });
		expect(take(context, keyOf(1, 0))).toBeUndefined();
	});

	test('leaves one of another body alone', () => {
		const context = {};
		leave(context, keyOf(0, 0));
		expect(take(context, keyOf(1, 0, { body: 'another' }))).toBeUndefined();
	});

	test('leaves one alone that a running item holds, until that item lets go', () => {
		const context = {};
		const id = leave(context, keyOf(0, 0));
		const holder = new Ledger(context);
		expect(claim(holder, keyOf(1, 0))?.job?.requestId).toBe(id);
		expect(take(context, keyOf(2, 0))).toBeUndefined();
		holder.release();
		expect(take(context, keyOf(2, 0))).toBe(id);
	});

	test('leaves one alone whose submit is under way', () => {
		const context = {};
		new Ledger(context).add(keyOf(0, 0));
		expect(claim(new Ledger(context), keyOf(1, 0))).toBeUndefined();
	});

	test('shares several undelivered jobs out, each once', () => {
		const context = {};
		const ids = [0, 1].map((item) => leave(context, keyOf(0, item)));
		const taken = [0, 1, 2].map((item) => take(context, keyOf(1, item)));
		expect(taken).toEqual([...ids, undefined]);
	});
});

describe('c: separate videos', () => {
	test('for equal items that run at the same time', () => {
		const context = {};
		const ledgers = [0, 1, 2].map((item) => {
			const ledger = new Ledger(context);
			expect(claim(ledger, keyOf(0, item))).toBeUndefined();
			ledger.add(keyOf(0, item));
			return ledger;
		});
		for (const ledger of ledgers) ledger.release();
	});

	test('for equal items of which one ends before the next begins, delivered or not', () => {
		for (const delivered of [true, false]) {
			const context = {};
			leave(context, keyOf(0, 0), { delivered });
			expect(take(context, keyOf(0, 1))).toBeUndefined();
		}
	});

	test('for the rounds of Loop Over Items', () => {
		const context = {};
		for (let round = 0; round < 3; round++) {
			expect(take(context, keyOf(round, 0))).toBeUndefined();
			leave(context, keyOf(round, 0), { delivered: true });
		}
	});
});

describe("an agent's calls", () => {
	const call = (run: number, body = 'b') => keyOf(run, 0, { body, isAgentCall: true });

	test('with different bodies make separate videos, though they share a slot', () => {
		const context = {};
		leave(context, call(0, 'a cat'));
		expect(take(context, call(0, 'a dog'))).toBeUndefined();
	});

	test('that are equal make separate videos, one after the other', () => {
		const context = {};
		leave(context, call(0), { delivered: true });
		expect(take(context, call(0))).toBeUndefined();
		expect(take(context, call(1))).toBeUndefined();
	});

	test('that are equal make separate videos, at the same time', () => {
		const context = {};
		new Ledger(context).add(call(0));
		expect(claim(new Ledger(context), call(0))).toBeUndefined();
	});

	test.each([0, 1])('that are retried take up the undelivered job, in run %i', (run) => {
		const context = {};
		const id = leave(context, call(0));
		expect(take(context, call(run))).toBe(id);
	});
});

describe("what was delivered to an agent's run", () => {
	const asking = (hasLost: boolean) => ({
		delivery: (atMs: number) => ({ agent: 'Agent', run: 0, execution: '1', atMs }),
		hasLost: () => hasLost,
	});
	const call = (hasLost: boolean) => keyOf(0, 0, { isAgentCall: true, agent: asking(hasLost) });
	const deliver = (context: IContextObject, key: VideoKey) => {
		const id = leave(context, key);
		const ledger = new Ledger(context);
		const entry = claim(ledger, key);
		if (entry) ledger.deliver(entry, key, 1_000);
		ledger.release();
		return id;
	};

	test('is taken up again when that run was thrown away', () => {
		const context = {};
		const id = deliver(context, call(false));
		expect(take(context, call(false))).toBeUndefined();
		expect(take(context, call(true))).toBe(id);
	});

	test('is taken up after what never was delivered', () => {
		const context = {};
		const lost = deliver(context, { ...call(false), parameters: p('lost') });
		const undelivered = leave(context, { ...call(false), parameters: p('undelivered') });
		expect([take(context, call(true)), take(context, call(true))]).toEqual([undelivered, lost]);
	});

	test('is not for a node that is no tool', () => {
		const context = {};
		deliver(context, call(true));
		expect(take(context, keyOf(1, 0))).toBeUndefined();
	});
});

describe('the life of an entry', () => {
	test('it is noted before the submit is answered, without an id', () => {
		const context = {};
		const ledger = new Ledger(context);
		ledger.add(keyOf(0, 0));
		ledger.release();
		const found = claim(new Ledger(context), keyOf(0, 0));
		expect(found).toEqual({
			...{ version: 1, run: 0, item: 0, parameters: p('p'), body: 'b', model: 'm' },
		});
		expect(found && isAccepted(found)).toBe(false);
	});

	test('one of unknown fate is found by an equal item of another run as well', () => {
		const context = {};
		const ledger = new Ledger(context);
		ledger.add(keyOf(0, 0));
		ledger.release();
		expect(claim(new Ledger(context), keyOf(1, 0))).toBeDefined();
	});

	test('a closed one is forgotten, and only that one', () => {
		const context = {};
		const neighbour = leave(context, keyOf(0, 1));
		const ledger = new Ledger(context);
		const entry = ledger.add(keyOf(0, 0));
		ledger.remove(entry);
		ledger.remove(entry);
		ledger.release();
		expect(take(context, keyOf(0, 0))).toBeUndefined();
		expect(take(context, keyOf(0, 1))).toBe(neighbour);
	});

	test('a job that was taken up can be closed, and the next try is a new one', () => {
		const context = {};
		leave(context, keyOf(0, 0));
		const retry = new Ledger(context);
		const entry = claim(retry, keyOf(0, 0));
		expect(entry).toBeDefined();
		if (entry) retry.remove(entry);
		retry.release();
		expect(take(context, keyOf(0, 0))).toBeUndefined();
	});

	test("an item's release leaves alone what others hold", () => {
		const context = {};
		const running = keyOf(0, 0, { body: 'running' });
		new Ledger(context).add(running);
		const other = new Ledger(context);
		other.add(keyOf(0, 1));
		other.release();
		expect(claim(new Ledger(context), { ...running, slot: { run: 1, item: 0 } })).toBeUndefined();
	});
});

describe('the data of the execution', () => {
	const saved = (context: IContextObject): IContextObject => JSON.parse(JSON.stringify(context));

	test('brings the jobs back, held by nobody', () => {
		const context = {};
		const ledger = new Ledger(context);
		ledger.accept(ledger.add(keyOf(0, 0)), jobRef('first'), 1_234);
		const found = claim(new Ledger(saved(context)), keyOf(0, 0, { body: 'with another $now' }));
		expect(found).toEqual({
			...{ version: 1, run: 0, item: 0, parameters: p('p'), body: 'b', model: 'm' },
			...{ job: jobRef('first'), acceptedAtMs: 1_234 },
		});
	});

	test('remembers a submit without an answer, and what was delivered', () => {
		const context = {};
		new Ledger(context).add(keyOf(0, 0));
		leave(context, keyOf(0, 1, { body: 'delivered' }), { delivered: true });
		const restored = saved(context);
		const found = claim(new Ledger(restored), keyOf(0, 0));
		expect(found && isAccepted(found)).toBe(false);
		expect(take(restored, keyOf(1, 1, { body: 'delivered' }))).toBeUndefined();
	});

	test("leaves other nodes' data in the context alone", () => {
		const context: IContextObject = { noItemsLeft: true };
		leave(context, keyOf(0, 0));
		expect(context.noItemsLeft).toBe(true);
	});
});

describe('parameters are the same', () => {
	const isFound = (first: ParameterDigests, second: ParameterDigests) => {
		const context = {};
		leave(context, keyOf(0, 0, { parameters: first, body: 'first' }));
		return take(context, keyOf(0, 0, { parameters: second, body: 'second' })) !== undefined;
	};

	test.each([
		['in their stored form, whatever their value', ['form', 'at 8'], ['form', 'at 9'], true],
		['in their value, whatever their stored form', ['one', 'value'], ['other', 'value'], true],
		['as a literal and as an expression of it', ['value'], ['form', 'value'], true],
		['when one is left out and the other is the default', undefined, ['form', ''], true],
		['not when form and value differ', ['form', 'at 8'], ['other', 'at 9'], false],
		['not when one is left out and the other is no default', undefined, ['form', 'value'], false],
	])('%s', (_case, first, second, expected) => {
		const asParameters = (digests: string[] | undefined) => ({
			prompt: ['p'],
			...(digests && { duration: digests }),
		});
		expect(isFound(asParameters(first), asParameters(second))).toBe(expected);
		expect(isFound(asParameters(second), asParameters(first))).toBe(expected);
	});
});

describe('an entry that this version cannot read', () => {
	const slot = { run: 0, item: 0 };
	const of01 = { ...slot, parameters: 'e3b0', body: 'c442', requestId: 'the-id', acceptedAtMs: 1 };
	const of02 = { ...slot, parameters: 'e3b0', body: 'c442', job: jobRef('the-id') };
	const released: Array<[string, object]> = [
		['of 0.1', of01],
		['of 0.2', of02],
		['of a later version', { ...of02, version: 2, parameters: p('p'), model: 'm' }],
		['with a job that is none', { ...of02, version: 1, job: { requestId: 'the-id' } }],
	];
	const contextWith = (...entries: unknown[]): IContextObject => ({ cometApiVideoJobs: entries });
	const claiming = (context: IContextObject, key: VideoKey) => () =>
		claim(new Ledger(context), key);

	test.each(released)('%s keeps its slot from paying again, and shows its id', (_case, entry) => {
		expect(claiming(contextWith(entry), keyOf(0, 0))).toThrow(/\[request ID the-id\]$/);
		expect(claiming(contextWith({ ...entry, delivered: true }), keyOf(0, 0))).toThrow('the-id');
	});

	test.each(released)('%s keeps other runs from paying while undelivered', (_case, entry) => {
		expect(claiming(contextWith(entry), keyOf(1, 0))).toThrow('the-id');
		expect(claim(new Ledger(contextWith({ ...entry, delivered: true })), keyOf(1, 0))).toBe(
			undefined,
		);
	});

	test.each(released)('%s leaves the other items of its run alone', (_case, entry) => {
		expect(claim(new Ledger(contextWith(entry)), keyOf(0, 1))).toBeUndefined();
	});

	test.each(released)("%s keeps an agent's calls from paying", (_case, entry) => {
		expect(claiming(contextWith(entry), keyOf(0, 0, { isAgentCall: true }))).toThrow('the-id');
	});

	test('without an id says where to look', () => {
		const { requestId, ...unanswered } = of01;
		expect(requestId).toBeDefined();
		const ledger = new Ledger(contextWith(unanswered));
		expect(() => ledger.claimSlot(keyOf(0, 0))).toThrow('submitted this video');
	});

	test.each([[null], ['text'], [7], [{}], [{ run: 'x', item: 0 }], [[]]])(
		'%j keeps every item from paying',
		(entry) => {
			for (const context of [contextWith(entry), { cometApiVideoJobs: entry }] as never[]) {
				if (JSON.stringify(context) === '{"cometApiVideoJobs":[]}') continue;
				expect(claiming(context, keyOf(0, 0))).toThrow('submitted this video');
			}
		},
	);

	test('counts as a video that was made, once', () => {
		const context = { ...contextWith(of01, of02, {}), cometApiVideosAccepted: 1 };
		expect(new Ledger(context).videosMade()).toBe(3);
	});

	test('stands beside those that can be read', () => {
		const context = contextWith(of01);
		const id = leave(context, keyOf(0, 1));
		expect(take(JSON.parse(JSON.stringify(context)), keyOf(0, 1))).toBe(id);
	});
});

describe('Max Videos', () => {
	const accept = (ledger: Ledger, key: VideoKey) => {
		ledger.accept(ledger.add(key), jobRef('id'), 1_000);
		ledger.endSubmit();
	};

	test('has no room left beside as many videos', () => {
		const ledger = new Ledger({});
		expect(ledger.hasRoom(1)).toBe(true);
		accept(ledger, keyOf(0, 0));
		expect(() => ledger.hasRoom(1)).toThrow("'Max Videos' allows 1");
		expect(ledger.hasRoom(2)).toBe(true);
		expect(ledger.hasRoom(undefined)).toBe(true);
	});

	test('waits for a submit under way, which may not be accepted', async () => {
		const context = {};
		const [first, second] = [new Ledger(context), new Ledger(context)];
		const entry = first.add(keyOf(0, 0));
		expect(second.hasRoom(1)).toBe(false);
		const { submitEnded } = second;
		first.remove(entry);
		first.endSubmit();
		await submitEnded;
		expect(second.hasRoom(1)).toBe(true);
	});

	test('counts a video of unknown fate', () => {
		const ledger = new Ledger({});
		ledger.add(keyOf(0, 0));
		ledger.endSubmit();
		expect(() => ledger.hasRoom(1)).toThrow('would make 2 videos');
	});
});

describe('a ledger of 20,000 entries', () => {
	const COUNT = 20_000;
	const each = (work: (item: number) => void) => {
		for (let item = 0; item < COUNT; item++) work(item);
	};

	test.each([
		['equal videos', () => 'b'],
		['different videos', String],
	])(
		'takes no step that goes through all of them: %s',
		(_case, bodyOf: (item: number) => string) => {
			const before = process.cpuUsage();
			const context: IContextObject = {};
			each((item) => void leave(context, keyOf(0, item, { body: bodyOf(item) })));
			const restored = JSON.parse(JSON.stringify(context)) as IContextObject;
			const wrong: number[] = [];
			each((item) => {
				const key = keyOf(1, item, { body: bodyOf(item), parameters: p('edited') });
				const ledger = new Ledger(restored);
				const entry = claim(ledger, key);
				if (entry?.item !== item || !ledger.hasRoom(COUNT + 1)) wrong.push(item);
				if (entry && item % 2 === 0) ledger.remove(entry);
				ledger.release();
				if (entry && item % 2 === 1) ledger.deliver(entry, key, 1_000);
			});
			expect(wrong).toEqual([]);
			expect(claim(new Ledger(restored), keyOf(2, 0, { body: bodyOf(0) }))).toBeUndefined();
			// About one second; going through all of them for each would take tens.
			expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
		},
	);
});
